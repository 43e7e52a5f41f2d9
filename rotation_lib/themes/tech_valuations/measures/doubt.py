"""Days of doubt about AI: the seven fall, and the market as a whole does not fall with them.

A day on which everything falls says nothing about AI. What counts is a fall of the seven of two
points more than the equal-weighted market's, from the year on in which AI was spoken of.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats.bootstrap import Interval
from ....studies.declared import Measured, finding
from .basket import EQUAL_WEIGHT, SEVEN
from .rotation import DAILY_FROM, HARD_FALL, STORY_START, beta_adjusted, days
from .sides import BASIS_POINTS

#: By how much the seven fall more than the equal-weighted market.
GAP = -0.02
#: Fewest such days from which anything is said.
FEWEST = 20
#: Days of which everybody spoke.
NAMED = {"2024-07-24": "Alphabet and Tesla report", "2025-01-27": "DeepSeek"}
_SMALL = ("small", EQUAL_WEIGHT, *SEVEN)
_PSCI, _KRE = ("PSCI", EQUAL_WEIGHT, *SEVEN), ("KRE", EQUAL_WEIGHT, *SEVEN)


@lru_cache(maxsize=16)
def doubt_days(market: Market, symbol: str, since: pd.Timestamp = STORY_START) -> pd.DataFrame:
    """Days of the window on which the seven fall two points more than RSP.

    Args:
        market: data and window.
        symbol: of the fund that is looked at.
        since: first day that counts.

    Returns:
        Sessions × ``symbol``, ``market`` (RSP), ``seven``, ``relative`` (symbol minus RSP), daily
        simple returns; a symbol with stale early quotes starts later.

    Raises:
        DataError: for RSP itself.
    """
    if symbol == EQUAL_WEIGHT:
        raise DataError("a fund against itself")
    frame = days(market, symbol).loc[since:]
    return frame[frame["seven"] - frame["market"] <= GAP]


@finding(
    "tech_valuations.doubt_day_small",
    "{small} (small caps) minus RSP on days the seven fall 2 points more than RSP, 2023 on, mean",
    "basis points", _SMALL, symbol="",
)  # fmt: skip
@finding(
    "tech_valuations.doubt_day_psci",
    "PSCI (small industrials) minus RSP on days the seven fall 2 points more than RSP, 2023 on, mean",
    "basis points", _PSCI, symbol="PSCI",
)  # fmt: skip
@finding(
    "tech_valuations.doubt_day_kre",
    "KRE (regional banks) minus RSP on days the seven fall 2 points more than RSP, 2023 on, mean",
    "basis points", _KRE, symbol="KRE",
)  # fmt: skip
def on_doubt_days(market: Market, symbol: str) -> Measured:
    """What a fund did beyond the equal-weighted market on days of doubt about AI.

    Args:
        market: data and window.
        symbol: of the fund; the report's small caps when empty.
    """
    frame = doubt_days(market, symbol or market.small)
    n = len(frame)
    if n < FEWEST:
        raise DataError(f"days of doubt about AI in the window: {n}, needed: {FEWEST}")
    value, interval = _mean(frame["relative"])
    return Measured(value, interval, pd.DatetimeIndex(frame.index), interval.method, n)


def _mean(values: pd.Series) -> tuple[float, Interval]:
    """Mean in basis points with a t interval: the days lie apart, so none is counted twice."""
    from scipy.special import stdtrit

    shown = values.to_numpy() * BASIS_POINTS
    n, mean = len(shown), float(shown.mean())
    half = float(stdtrit(n - 1, 0.975) * shown.std(ddof=1) / np.sqrt(n))
    return mean, Interval(mean - half, mean + half, 0.95, f"mean and t interval over {n} days")


def named_days(market: Market) -> pd.DataFrame:
    """The days of which everybody spoke, as far as the window holds them.

    Returns:
        ``date``, ``what``, and in fractions ``seven``, ``equal_weight`` and, relative to it,
        ``small``, ``psci``, ``kre``.
    """
    held = {name: days(market, s) for name, s in _targets(market).items() if s != EQUAL_WEIGHT}
    rows = []
    for day, what in NAMED.items():
        when = pd.Timestamp(day)
        if not held or any(when not in frame.index for frame in held.values()):
            continue
        first = next(iter(held.values())).loc[when]
        relative = {name: float(frame.loc[when, "relative"]) for name, frame in held.items()}
        head = {"seven": float(first["seven"]), "equal_weight": float(first["market"])}
        rows.append({"date": when, "what": what, **head, **relative})
    return pd.DataFrame(rows, columns=["date", "what", "seven", "equal_weight", *_targets(market)])


def _targets(market: Market) -> dict[str, str]:
    return {"small": market.small, "psci": "PSCI", "kre": "KRE"}


def specifications(market: Market) -> list[Specification]:
    """Part by part: since 2010, other sizes of the gap, beta held fixed, and falls of any cause."""
    parts = {"small": "small-caps", "psci": "small-industrials", "kre": "banks"}
    made = []
    for name, symbol in _targets(market).items():
        if symbol == EQUAL_WEIGHT:
            continue
        whole = days(market, symbol)
        since, apart = whole.loc[STORY_START:], whole["seven"] - whole["market"]
        first = max(market.start, DAILY_FROM.get(symbol, market.start)).year
        ways = {
            f"2 points more than RSP, {first} on": whole["relative"][apart <= GAP],
            "1.5 points more than RSP, 2023 on": since["relative"][apart <= -0.015],
            "3 points more than RSP, 2023 on": since["relative"][apart <= -0.03],
            "2 points more than RSP, 2023 on, less its beta": beta_adjusted(since)[apart <= GAP],
            "2% whatever the market does, 2023 on": since["relative"][since["seven"] <= HARD_FALL],
        }
        for how, values in ways.items():
            value, low, high = None, None, None
            if len(values) >= FEWEST:
                value, ends = _mean(values)
                low, high = ends.low, ends.high
            made.append(
                Specification(
                    label=f"{symbol}, days the seven fall {how}",
                    value=value,
                    low=low,
                    high=high,
                    unit="basis points",
                    part=parts[name],
                )
            )
    return made
