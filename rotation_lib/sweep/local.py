"""Editions computed on this machine, in processes of their own or in this one.

Workers keep what they finish themselves, so that a killed sweep loses only what was under way.
They end with the process that started them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from ..errors import BuildError
from ..sources import Dataset
from .edition import Edition, edition_key, evaluate, market_of
from .kept import Kept
from .plan import Plan

# One thread a process: they run side by side, and sums stay the same to the bit.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Work:
    """All that a worker needs to make an edition."""

    dataset: Dataset
    plan: Plan
    kept: Kept

    def make(self, day: date) -> Edition:
        """The edition of a day, kept from before or computed and kept.

        Args:
            day: one of the plan's.
        """
        market = market_of(self.dataset, self.plan, day)
        key = edition_key(market, self.plan)
        rows = self.kept.read(key)
        if rows is None:
            rows = evaluate(market, self.plan, key)
            self.kept.write(key, rows)
        return Edition(day, key, rows)


def editions(work: Work, days: Sequence[date], jobs: int) -> Iterator[Edition]:
    """Editions as they are finished, in any order.

    Args:
        work: what to compute from.
        days: of the editions.
        jobs: processes; 0 computes in this one.

    Raises:
        BuildError: when a process ends before its time.
    """
    if jobs == 0:
        yield from map(work.make, days)
        return
    context = multiprocessing.get_context("spawn")
    count = min(jobs, len(days))
    with (
        _single_threaded(),
        ProcessPoolExecutor(count, context, initializer=_begin, initargs=(work,)) as pool,
    ):
        # The latest days have most to compute: begun first, no process is left with a long one.
        futures = [pool.submit(_make, day) for day in sorted(days, reverse=True)]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise BuildError(
                "a process of the sweep ended before its time (memory?); what is finished is "
                "kept, so run the same command again, perhaps with --jobs 1."
            ) from None
        finally:
            for future in futures:
                future.cancel()


@contextmanager
def _single_threaded() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_work: Work | None = None


def _begin(work: Work) -> None:
    global _work
    _work = work
    gc.freeze()  # what was imported stays: no need to look through it again and again
    gc.set_threshold(50_000, 20, 20)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Without it, a worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(day: date) -> Edition:
    assert _work is not None
    return _work.make(day)
