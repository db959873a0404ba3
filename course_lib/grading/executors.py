"""Where submissions are graded, besides this machine: a cluster by its address."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

SCHEMES = ("dask",)
CONNECT_SECONDS = 30
# workers may come back: a queue or Dask's nanny starts them again
LOST_SECONDS = 30.0


class UnreachableCluster(ConnectionError):
    """There is no cluster at an address, or nobody in it to work."""


class OtherLibrary(RuntimeError):
    """A worker has another version of the course's library, and would judge by other rules."""


class Cluster(Executor):
    """A Dask cluster that is watched: tasks wait forever where nobody is left to do them.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        # the same submission graded twice is two tasks
        self.executor: Executor = client.get_executor(pure=False)
        self.address = client.scheduler.address
        self.missing_since: float | None = None

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future:
        """Call a function on a worker that has the library of this machine."""
        return self.executor.submit(_with_library, library(), function, *arguments, **named)

    def lost(self) -> str:
        """Why nothing will come any more; empty while something may."""
        if self.client.status != "running":
            why = f"The connection to the Dask scheduler at {self.address} is lost."
        else:
            try:
                threads = self.client.sync(self.client.scheduler.ncores, workers=None, callback_timeout=LOST_SECONDS)
                why = "" if any(threads.values()) else f"The Dask scheduler at {self.address} has no workers any more."
            except (OSError, TimeoutError) as error:
                why = f"The Dask scheduler at {self.address} does not answer ({type(error).__name__})."
        if not why:
            self.missing_since = None
            return ""
        self.missing_since = self.missing_since or time.monotonic()
        return why if time.monotonic() - self.missing_since > LOST_SECONDS else ""


def _with_library(expected: bytes, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    if library() != expected:
        raise OtherLibrary(
            f"The worker on {socket.gethostname()} has another version of course_lib than this machine: "
            "install the same one there, and start the worker again."
        )
    return function(*arguments, **named)


@cache
def library() -> bytes:
    """A fingerprint of course_lib, which decides what is right."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()


@contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor for a cluster, and how many submissions it grades at a time.

    Parameters
    ----------
    address : str
        ``dask://HOST:PORT`` of a Dask scheduler.

    Raises
    ------
    ValueError
        If the address is of another form.
    ModuleNotFoundError
        If Dask is not installed here.
    UnreachableCluster
        If it does not answer, or has no workers.
    """
    scheme, separator, place = address.partition("://")
    if scheme not in SCHEMES or not separator or ":" not in place:
        raise ValueError(f"{address!r} is not the address of a cluster; expected dask://HOST:PORT.")
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('Dask is not installed; install it with: pip install "course-lib[cluster]"') from error
    try:
        client = Client(f"tcp://{place}", timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError) as error:
        raise UnreachableCluster(f"no Dask scheduler answers at {place}: {error}") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise UnreachableCluster(f"the Dask scheduler at {place} has no workers; start some with: dask worker tcp://{place}")
        yield Cluster(client), threads
