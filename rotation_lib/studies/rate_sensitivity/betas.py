"""The rate beta: whole window, latest two years, with the market held fixed, real yield apart.

Slopes with Newey-West intervals; it must never pick a sample by what it shows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...findings import Finding, missing
from ...market import Market
from .weekly import RATES, SLOPE_UNIT, Weekly, slope_finding, weekly

THEME = "rate_sensitivity"
#: Weeks of the latest stretch that is set beside the whole window.
LATEST_WEEKS = 104
#: From here on the split into real yield and breakeven is shown a second time.
SPLIT_SINCE = pd.Timestamp("2023-07-01")


def findings(market: Market) -> list[Finding]:
    """Fixed betas first, then controls, the real/breakeven split and up against down weeks."""
    w = weekly(market)
    return [
        beta(w, "beta_2y", "DGS2"),
        beta(w, "beta_10y", "DGS10"),
        latest(w, "beta_2y_latest", "DGS2"),
        latest(w, "beta_10y_latest", "DGS10"),
        beta(w, "beta_2y_given_market", "DGS2", control=True),
        beta(w, "beta_10y_given_market", "DGS10", control=True),
        *split(w),
        *asymmetry(w, "2y", "DGS2"),
        *asymmetry(w, "10y", "DGS10"),
    ]


def beta(w: Weekly, name: str, rate: str, control: bool = False) -> Finding:
    """Slope of the weekly relative return on the change of one yield.

    Args:
        w: the window's weekly data.
        name: last part of the finding's id.
        rate: column of the yield changes (pp).
        control: hold the large-cap return fixed.
    """
    label = f"Rate beta, {RATES[rate]}, whole window"
    if control:
        label += f", return of {w.large} held fixed"
    return _slope(w, name, label, [rate], rate, control)


def latest(w: Weekly, name: str, rate: str, weeks: int = LATEST_WEEKS) -> Finding:
    """The same slope over the last ``weeks`` complete weeks; null if there are fewer.

    Args:
        w: the window's weekly data.
        name: last part of the finding's id.
        rate: column of the yield changes (pp).
        weeks: of the sample.
    """
    label = f"Rate beta, {RATES[rate]}, last {weeks} weeks"
    series = (w.small, w.large, rate)
    y, x = _known(w, [rate])
    if len(y) < weeks:
        reason = f"{len(y)} complete weeks are fewer than the {weeks} asked for"
        return missing(f"{THEME}.{name}", label, unit=SLOPE_UNIT, series=series, reason=reason)
    return slope_finding(f"{THEME}.{name}", label, y.iloc[-weeks:], x.iloc[-weeks:], rate, series)


def split(w: Weekly) -> list[Finding]:
    """Real yield and breakeven side by side: whole window, with the market held fixed, and lately.

    Args:
        w: the window's weekly data.
    """
    rates = ["DFII10", "T10YIE"]
    series = (w.small, w.large, *rates)
    y, x = _known(w, rates)
    late = y.index >= SPLIT_SINCE
    out = []
    for name, rate in (("real", "DFII10"), ("breakeven", "T10YIE")):
        words = f"Rate beta, {RATES[rate]}"
        id = f"{THEME}.beta_{name}_10y"
        held = f"{words}, return of {w.large} held fixed"
        out += [
            slope_finding(id, f"{words}, whole window", y, x, rate, series),
            _slope(w, f"beta_{name}_10y_given_market", held, rates, rate, True),
            slope_finding(
                f"{id}_since_mid_2023", f"{words}, since mid-2023", y[late], x[late], rate, series
            ),
        ]
    return out


def asymmetry(w: Weekly, tag: str, rate: str) -> list[Finding]:
    """Slopes in weeks of rising and of falling yields, and their difference.

    Args:
        w: the window's weekly data.
        tag: what the ids call the yield.
        rate: column of the yield changes (pp).
    """
    series = (w.small, w.large, rate)
    y, x = _known(w, [rate])
    change = x[rate].to_numpy(dtype=float)
    up, down = np.maximum(change, 0.0), np.minimum(change, 0.0)
    both = pd.DataFrame({"rise": up, "fall": down}, index=y.index)
    # Slope on the whole change and on its rises: the second is the difference of the two slopes.
    gap = pd.DataFrame({"change": change, "rise": up}, index=y.index)
    id = f"{THEME}.beta_{tag}"
    words = RATES[rate]
    return [
        slope_finding(
            f"{id}_rises",
            f"Rate beta, {words}, when it rises",
            y,
            both,
            "rise",
            series,
            n=int((up > 0).sum()),
        ),
        slope_finding(
            f"{id}_falls",
            f"Rate beta, {words}, when it falls",
            y,
            both,
            "fall",
            series,
            n=int((down < 0).sum()),
        ),
        slope_finding(
            f"{id}_asymmetry", f"Rate beta, {words}, rises minus falls", y, gap, "rise", series
        ),
    ]


def _slope(w: Weekly, name: str, label: str, rates: list[str], rate: str, control: bool) -> Finding:
    series = (w.small, w.large, *rates)
    y, x = _known(w, rates, control)
    return slope_finding(f"{THEME}.{name}", label, y, x, rate, series)


def _known(w: Weekly, rates: list[str], control: bool = False) -> tuple[pd.Series, pd.DataFrame]:
    """As :meth:`Weekly.pair`, but empty where a yield cannot be seen."""
    if any(r not in w.changes for r in rates):
        return w.relative.iloc[:0], pd.DataFrame(columns=rates, index=w.relative.index[:0])
    return w.pair(rates, control)
