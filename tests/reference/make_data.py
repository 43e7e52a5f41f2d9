"""The made-up samples that other packages were asked about: ``python make_data.py`` rewrites them.

Nothing here is market data. The figures of the other packages belong to the files as stored: whoever
makes new samples must run both packages again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def performance() -> pd.DataFrame:
    """Two daily return series over three years of business days, some of them holidays."""
    rng = np.random.default_rng(20240918)
    days = pd.bdate_range("2020-01-02", "2022-12-30", name="date")
    days = days.delete([90, 180, 260, 400, 520, 640])
    large = 0.0004 + 0.009 * rng.standard_t(5, len(days)) * np.sqrt(3 / 5)
    small = 1.2 * large + 0.006 * rng.standard_t(6, len(days)) * np.sqrt(4 / 6)
    return pd.DataFrame({"small": small, "large": large}, index=days).round(8)


def regression() -> pd.DataFrame:
    """Weekly y on two regressors, errors correlated over time and wilder where x is large."""
    rng = np.random.default_rng(3)
    weeks = pd.date_range("2018-01-05", periods=220, freq="W-FRI", name="date")
    x = rng.normal(0, 0.1, len(weeks))
    z = 0.4 * x + rng.normal(0, 0.02, len(weeks))
    noise = np.zeros(len(weeks))
    for i, shock in enumerate(rng.normal(0, 0.01, len(weeks))):
        noise[i] = 0.4 * noise[i - 1] * (i > 0) + shock * (1 + 6 * abs(x[i]))
    return pd.DataFrame({"y": 0.001 + 0.02 * x - 0.1 * z + noise, "x": x, "z": z}, weeks).round(8)


if __name__ == "__main__":
    performance().to_csv(HERE / "performance.csv", lineterminator="\n")
    regression().to_csv(HERE / "regression.csv", lineterminator="\n")
