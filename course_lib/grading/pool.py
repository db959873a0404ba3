"""Where submissions are graded: processes of this machine, or an executor that was given."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from course_lib.grading.executors import Cluster
from course_lib.grading.release import Assignment, absent_from, keys_of
from course_lib.grading.worker import prepare
from course_lib.running.limits import Limits
from course_lib.running.preloaded import Needs, borrowed, can_fork
from course_lib.running.sandbox.libc import PR_SET_PDEATHSIG, prctl

GO_ON = "What was graded is kept; run it again to go on."


class ExecutorLost(RuntimeError):
    """The workers are gone and cannot be replaced."""


class Pool:
    """Where submissions are graded: the executor that was given, or processes of this machine, which can be replaced."""

    def __init__(self, given: Executor | None, workers: int, prepared_for: tuple[Assignment, int, Limits]) -> None:
        self.given, self.workers, self.prepared_for = given, workers, prepared_for
        self.executor = given

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        if self.executor is None:
            self.others = set(multiprocessing.active_children())
            context = multiprocessing.get_context("spawn")
            self.executor = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_start_worker, initargs=self.prepared_for
            )
        try:
            with _control_c_held_back():
                return self.executor.submit(function, *arguments)
        except BrokenExecutor as error:
            # it broke while nothing was being waited for
            failed: Future = Future()
            failed.set_exception(error)
            return failed

    def renew(self) -> None:
        """Start afresh after workers died.

        Raises
        ------
        ExecutorLost
            If the executor is not ours to replace.
        """
        if self.given is not None:
            raise ExecutorLost(f"the executor lost its workers. {GO_ON}")
        self.close()

    def check(self) -> None:
        """See whether somebody is left to work.

        Raises
        ------
        ExecutorLost
            If a cluster has been without workers for a while.
        """
        why = self.given.lost() if isinstance(self.given, Cluster) else ""
        if why:
            raise ExecutorLost(f"{why} {GO_ON}")

    def close(self, at_once: bool = False) -> None:
        """End our processes; `at_once` without waiting for what they do."""
        if self.given is None and self.executor is not None:
            if at_once:
                for process in set(multiprocessing.active_children()) - self.others:
                    process.kill()
            self.executor.shutdown(wait=True, cancel_futures=True)
            self.executor = None


def _start_worker(assignment: Assignment, seed: int, limits: Limits) -> None:
    """In a new worker: leave Ctrl-C to the coordinator, die with it, and load what notebooks need."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        # held back since it began
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if can_fork():
        needs = Needs(assignment.imports, absent_from(keys_of(assignment)), limits.disk_bytes)
        with borrowed(needs) as process:
            process.begin(needs)
    # meanwhile
    prepare(assignment, seed)


@contextmanager
def _control_c_held_back() -> Iterator[None]:
    """A process begun in here does not hear Ctrl-C until it says what to do about it; here it comes a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
