"""What is seen of the work on a class while it goes on, and how it is stopped."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from course_lib.grading.records import Record


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: once to finish what is running, twice to leave at once."""
    pressed = threading.Event()

    def press(signum: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()
        print("\nFinishing what is running; press Ctrl-C again to leave at once.", file=sys.stderr)

    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    previous = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, previous)


class Progress:
    """A progress bar on stderr, and a line for each submission that needs attention."""

    def __init__(self, total: int, shown: bool, say: Callable[[str], None] | None) -> None:
        self.bar: Any = None
        if shown and total:
            from tqdm import tqdm

            self.bar = tqdm(total=total, unit="submission", file=sys.stderr, dynamic_ncols=True)
        self.say = say or (self.bar.write if self.bar else _complain)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.close()

    def advance(self, record: Record) -> None:
        if record.needs_attention:
            self.say(record.sentence())
        if self.bar:
            self.bar.update()


def _complain(line: str) -> None:
    print(line, file=sys.stderr)
