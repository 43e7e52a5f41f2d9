"""Made-up series on business days, for tests of the statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd


def days(n: int) -> pd.DatetimeIndex:
    return pd.bdate_range("2020-01-01", periods=n, unit="us", name="date")


def noise(n: int, seed: int = 1, sd: float = 0.01) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(0, sd, n), index=days(n), name="x")
