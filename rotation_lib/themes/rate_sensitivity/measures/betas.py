"""The rate beta: whole window, latest two years, with the market held fixed, real yield apart.

Slopes with Newey-West intervals; it must never pick a sample by what it shows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....studies.declared import PAIR, Measured, finding
from .weekly import SLOPE_UNIT, Weekly, slope, weekly

#: Weeks of the latest stretch that is set beside the whole window.
LATEST_WEEKS = 104
#: From here on the split into real yield and breakeven is shown a second time.
SPLIT_SINCE = pd.Timestamp("2023-07-01")
TWO, TEN, SPLIT = (*PAIR, "DGS2"), (*PAIR, "DGS10"), (*PAIR, "DFII10", "T10YIE")


@finding(
    "rate_sensitivity.beta_2y", "Rate beta, 2-year yield, whole window", SLOPE_UNIT, TWO,
    rate="DGS2",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y", "Rate beta, 10-year yield, whole window", SLOPE_UNIT, TEN,
    rate="DGS10",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_given_market",
    "Rate beta, 2-year yield, whole window, return of {large} held fixed", SLOPE_UNIT, TWO,
    rate="DGS2", control=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_given_market",
    "Rate beta, 10-year yield, whole window, return of {large} held fixed", SLOPE_UNIT, TEN,
    rate="DGS10", control=True,
)  # fmt: skip
def beta(market: Market, rate: str, control: bool = False) -> Measured:
    """Slope of the weekly relative return on the change of one yield.

    Args:
        market: data and window.
        rate: column of the yield changes (pp).
        control: hold the large-cap return fixed.
    """
    return slope(*_known(weekly(market), [rate], control), rate, leverage=control)


@finding(
    "rate_sensitivity.beta_2y_latest", "Rate beta, 2-year yield, last 104 weeks", SLOPE_UNIT, TWO,
    rate="DGS2",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_latest", "Rate beta, 10-year yield, last 104 weeks", SLOPE_UNIT, TEN,
    rate="DGS10",
)  # fmt: skip
def latest(market: Market, rate: str) -> Measured:
    """The same slope over the last :data:`LATEST_WEEKS` complete weeks; none if there are fewer.

    Args:
        market: data and window.
        rate: column of the yield changes (pp).
    """
    y, x = _known(weekly(market), [rate])
    if len(y) < LATEST_WEEKS:
        raise DataError(f"{len(y)} complete weeks are fewer than the {LATEST_WEEKS} asked for")
    return slope(y.iloc[-LATEST_WEEKS:], x.iloc[-LATEST_WEEKS:], rate, leverage=False)


@finding(
    "rate_sensitivity.beta_real_10y", "Rate beta, 10-year real yield, whole window",
    SLOPE_UNIT, SPLIT, rate="DFII10",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_real_10y_given_market",
    "Rate beta, 10-year real yield, return of {large} held fixed",
    SLOPE_UNIT, SPLIT, rate="DFII10", control=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_real_10y_since_mid_2023", "Rate beta, 10-year real yield, since mid-2023",
    SLOPE_UNIT, SPLIT, rate="DFII10", late=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_breakeven_10y", "Rate beta, 10-year breakeven, whole window",
    SLOPE_UNIT, SPLIT, rate="T10YIE",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_breakeven_10y_given_market",
    "Rate beta, 10-year breakeven, return of {large} held fixed",
    SLOPE_UNIT, SPLIT, rate="T10YIE", control=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_breakeven_10y_since_mid_2023",
    "Rate beta, 10-year breakeven, since mid-2023",
    SLOPE_UNIT, SPLIT, rate="T10YIE", late=True,
)  # fmt: skip
def split(market: Market, rate: str, control: bool = False, late: bool = False) -> Measured:
    """Slope on one half of the 10-year yield, real or breakeven, with the other half held fixed.

    Args:
        market: data and window.
        rate: the half.
        control: hold the large-cap return fixed too.
        late: only weeks from :data:`SPLIT_SINCE` on.
    """
    y, x = _known(weekly(market), ["DFII10", "T10YIE"], control)
    inside = y.index >= SPLIT_SINCE if late else np.full(len(y), True)
    return slope(y[inside], x[inside], rate)


@finding(
    "rate_sensitivity.beta_2y_rises", "Rate beta, 2-year yield, when it rises", SLOPE_UNIT, TWO,
    rate="DGS2",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_falls", "Rate beta, 2-year yield, when it falls", SLOPE_UNIT, TWO,
    rate="DGS2",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_2y_asymmetry", "Rate beta, 2-year yield, rises minus falls",
    SLOPE_UNIT, TWO, rate="DGS2",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_rises", "Rate beta, 10-year yield, when it rises", SLOPE_UNIT, TEN,
    rate="DGS10",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_falls", "Rate beta, 10-year yield, when it falls", SLOPE_UNIT, TEN,
    rate="DGS10",
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_10y_asymmetry", "Rate beta, 10-year yield, rises minus falls",
    SLOPE_UNIT, TEN, rate="DGS10",
)  # fmt: skip
def asymmetry(market: Market, rate: str) -> tuple[Measured, Measured, Measured]:
    """Slopes in weeks of rising and of falling yields, and their difference.

    Args:
        market: data and window.
        rate: column of the yield changes (pp).
    """
    y, x = _known(weekly(market), [rate])
    change = x[rate].to_numpy(dtype=float)
    up, down = np.maximum(change, 0.0), np.minimum(change, 0.0)
    both = pd.DataFrame({"rise": up, "fall": down}, index=y.index)
    # Slope on the whole change and on its rises: the second is the difference of the two slopes.
    gap = pd.DataFrame({"change": change, "rise": up}, index=y.index)
    return (
        slope(y, both, "rise", n=int((up > 0).sum())),
        slope(y, both, "fall", n=int((down < 0).sum())),
        slope(y, gap, "rise"),
    )


def _known(w: Weekly, rates: list[str], control: bool = False) -> tuple[pd.Series, pd.DataFrame]:
    """As :meth:`Weekly.pair`, but empty where a yield cannot be seen."""
    if any(r not in w.changes for r in rates):
        return w.relative.iloc[:0], pd.DataFrame(columns=rates, index=w.relative.index[:0])
    return w.pair(rates, control)
