"""Yearly means of several daily relative returns, resampled together.

One set of resampled days for all of them, so that they can be judged as a family. It must never
choose a window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....stats.bootstrap import Array, Bootstrap
from ....stats.multiple import romano_wolf
from ....stats.returns import SESSIONS_PER_YEAR
from .terms import DRAWS


@dataclass(frozen=True)
class Drawn:
    """Resampled yearly means of several daily relative returns: one row a resample.

    Attributes:
        estimate: mean per day × 252. draws: the same on each resample. names, block, count.
    """

    names: list[str]
    estimate: Array
    draws: Array
    block: int

    def interval(self, name: str) -> tuple[float, float]:
        """95 % percentile interval.

        Args:
            name: one of ``names``.
        """
        low, high = np.quantile(self.draws[:, self.names.index(name)], [0.025, 0.975])
        return float(low), float(high)

    def family(self, funds: list[str]) -> pd.DataFrame:
        """Romano–Wolf p-values (two-sided) that each of ``funds`` has a mean of zero."""
        at = [self.names.index(f) for f in funds]
        spread = self.draws[:, at].std(axis=0, ddof=1)
        null = (self.draws[:, at] - self.estimate[at]) / spread
        return romano_wolf(self.estimate[at] / spread, null, funds).table

    @property
    def method(self) -> str:
        """One phrase for the report."""
        return (
            f"mean daily difference of total returns × {SESSIONS_PER_YEAR}; stationary block "
            f"bootstrap, {len(self.draws):,} draws, mean block {self.block} rows, percentile "
            "interval, seed 20240918"
        )


def drawn(frame: pd.DataFrame, block: int, draws: int = DRAWS) -> Drawn:
    """Resample the daily relative returns of ``frame`` together.

    Args:
        frame: complete daily relative returns, one column each.
        block: mean block length, of the returns they were made of.
        draws: resamples.
    """
    sample = Bootstrap(frame, block, draws)
    means = sample.distribution(lambda x: np.moveaxis(x.mean(axis=-1), 0, -1)) * SESSIONS_PER_YEAR
    estimate = frame.mean().to_numpy(dtype=float) * SESSIONS_PER_YEAR
    return Drawn([str(c) for c in frame.columns], estimate, means, block)
