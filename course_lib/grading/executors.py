"""Where submissions are graded, besides this machine: a cluster by its address."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

SCHEMES = ("dask",)
CONNECT_SECONDS = 30


class UnreachableCluster(ConnectionError):
    """There is no cluster at an address, or nobody in it to work."""


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
        # the same submission graded twice is two tasks
        yield client.get_executor(pure=False), threads
