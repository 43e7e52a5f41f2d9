"""Editions computed on a Dask cluster; what was finished is kept on this machine.

The data travel once to each worker, by content: a worker needs the same version of this project,
not the same files. A worker that dies loses nothing but the editions it was at, which others compute again.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

from ..errors import BuildError, ParameterError
from ..sources import Dataset
from .edition import Edition, edition_key, market_of
from .kept import Kept
from .local import Work
from .plan import Plan

CONNECT_SECONDS = 10
RETRIES = 3


def editions(work: Work, days: Sequence[date], address: str) -> Iterator[Edition]:
    """Editions as they are finished, in any order.

    Args:
        work: what to compute from, and where to keep it.
        days: of the editions.
        address: of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        ParameterError: if no scheduler answers there.
        BuildError: without the package, or when the workers hold other code, rules or packages.
    """
    client = _connect(address)
    with client:
        # A task, not a scattered object: should all workers that hold it die, it is made again.
        data = client.submit(_packed, _pack(work.dataset), pure=False, retries=RETRIES)
        keys = {}
        for day in days:
            key = edition_key(market_of(work.dataset, work.plan, day), work.plan)
            rows = work.kept.read(key)
            if rows is None:
                keys[day] = key
            else:
                yield Edition(day, key, rows)
        yield from _submitted(client, data, work, keys)


def _submitted(client: Any, data: Any, work: Work, keys: Mapping[date, str]) -> Iterator[Edition]:
    distributed: Any = import_module("distributed")
    futures = [
        client.submit(_make, data, work.plan, day, pure=False, retries=RETRIES)
        for day in sorted(keys, reverse=True)
    ]
    try:
        for future in distributed.as_completed(futures):
            edition: Edition = future.result()
            # The key is of code, rules and packages: a worker may read a book of its own.
            if edition.key != keys[edition.day]:
                raise BuildError(
                    "the cluster's workers hold another version of this project, its rules or its "
                    "packages; install the same ones on all of them."
                )
            work.kept.write(edition.key, edition.rows)
            yield edition
    except distributed.KilledWorker as error:
        raise BuildError(
            f"the cluster lost its workers again and again ({error}); what is finished is kept, so "
            "run the same command again with workers that have more memory."
        ) from None
    finally:
        client.cancel(futures)


def _connect(address: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise BuildError(
            "a cluster needs the package 'distributed', of the extra [cluster]; "
            "run 'pip install distributed'."
        ) from None
    try:
        return distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        why = " ".join(str(error).split())[:160] or type(error).__name__
        raise ParameterError(
            "scheduler",
            address,
            f"no Dask scheduler answers there ({why})",
            "for example tcp://127.0.0.1:8786, printed by 'dask scheduler' when it starts",
        ) from None


def _pack(dataset: Dataset) -> bytes:
    return zlib.compress(pickle.dumps(dataset, protocol=5), 1)


def _packed(data: bytes) -> bytes:
    """On a worker: the data, as a result that the cluster hands from worker to worker."""
    return data


@lru_cache(maxsize=2)
def _unpacked(data: bytes) -> Dataset:
    held: Dataset = pickle.loads(zlib.decompress(data))
    return held


def _make(data: bytes, plan: Plan, day: date) -> Edition:
    """On a worker: one edition."""
    return Work(_unpacked(data), plan, Kept(None)).make(day)
