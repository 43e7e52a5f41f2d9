"""Jackson Hole: the day itself, the month that includes it, and the month after, every year.

Three windows that a sentence about "the month after" can mean; none is preferred here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import SEED, Specification
from ....market import Market
from ....stats.eventstudy import placebo_distribution, placebo_p_value
from ....studies.declared import PAIR, SMALL, Measured, finding
from ....studies.facts import all_windows, null_reason, window_return
from .decisions import DRAWS, mean_interval

#: Name → first close, last close of the three windows of 2025.
WINDOWS_2025 = {
    "day": ("2025-08-21", "2025-08-22"),
    "21d": ("2025-08-21", "2025-09-22"),
    "after21": ("2025-08-22", "2025-09-23"),
}
WINDOW_WORDS = {
    "day": "the day itself",
    "21d": "21 sessions from the day on",
    "after21": "21 sessions after the day",
}
MONTH = 21


def meetings(market: Market) -> pd.DataFrame:
    """Every symposium whose session and base close lie in the window.

    Returns:
        One row a year: ``date``, ``year``, ``remark`` (no chair speech, confounded, or empty),
        ``clean`` (neither), ``day``, ``including``, ``after`` (total returns of small; the last two
        over 21 sessions, NaN when not yet complete), ``day_relative``, ``after_relative`` (minus
        large).
    """
    rows = market.events[market.events["category"] == "jackson_hole"]
    sessions = pd.DatetimeIndex(rows["reaction_session"])
    closes = market.closes
    at = closes.get_indexer(sessions)
    keep = (sessions >= market.start) & (at > 0)
    rows, at = rows[keep], at[keep]

    def measured(first: np.ndarray, length: int, minus: str | None = None) -> np.ndarray:
        windows = all_windows(market, market.small, length, minus)
        return np.asarray(windows.reindex(closes[first]))

    remark = [_remark(label, note) for label, note in zip(rows["label"], rows["note"], strict=True)]
    return pd.DataFrame(
        {
            "date": closes[at],
            "year": closes[at].year,
            "remark": pd.Series(remark, dtype="str"),
            "clean": [not r for r in remark],
            "day": measured(at - 1, 1),
            "including": measured(at - 1, MONTH),
            "after": measured(at, MONTH),
            "day_relative": measured(at - 1, 1, market.large),
            "after_relative": measured(at, MONTH, market.large),
        }
    )


def _remark(label: str, note: str) -> str:
    if "without a chair speech" in label:
        return "no chair speech"
    return "confounded" if "same day" in note else ""


@finding(
    "rate_sensitivity.jackson_hole_2025_day", "{small} on the day of Jackson Hole 2025",
    "fraction", SMALL, window="day",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_2025_21d",
    "{small} over the 21 sessions that begin with Jackson Hole 2025",
    "fraction", SMALL, window="21d",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_2025_after21", "{small} over the 21 sessions after Jackson Hole 2025",
    "fraction", SMALL, window="after21",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_2025_day_relative",
    "{small} minus {large} on the day of Jackson Hole 2025",
    "percentage points", PAIR, window="day", relative=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_2025_21d_relative",
    "{small} minus {large} over the 21 sessions that begin with Jackson Hole 2025",
    "percentage points", PAIR, window="21d", relative=True,
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_2025_after21_relative",
    "{small} minus {large} over the 21 sessions after Jackson Hole 2025",
    "percentage points", PAIR, window="after21", relative=True,
)  # fmt: skip
def of_2025(market: Market, window: str, relative: bool = False) -> Measured:
    """What small caps did in one of the windows that a sentence about 2025 can mean.

    Args:
        market: data and window.
        window: of :data:`WINDOWS_2025`.
        relative: less what large caps did.
    """
    minus = market.large if relative else None
    return window_return(market, market.small, *WINDOWS_2025[window], minus)


@finding(
    "rate_sensitivity.jackson_hole_day_mean", "Mean of {small} on Jackson Hole days",
    "fraction", SMALL, column="day",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_day_p",
    "Placebo p-value, mean of {small} on Jackson Hole days",
    "p-value", SMALL, column="day",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_after21_mean", "Mean of {small} over the 21 sessions after Jackson Hole",
    "fraction", SMALL, column="after",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_after21_p",
    "Placebo p-value, mean of {small} over the 21 sessions after Jackson Hole",
    "p-value", SMALL, column="after",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_day_relative_mean", "Mean of {small} minus {large} on Jackson Hole days",
    "percentage points", PAIR, column="day_relative",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_day_relative_p",
    "Placebo p-value, mean of {small} minus {large} on Jackson Hole days",
    "p-value", PAIR, column="day_relative",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_after21_relative_mean",
    "Mean of {small} minus {large} over the 21 sessions after Jackson Hole",
    "percentage points", PAIR, column="after_relative",
)  # fmt: skip
@finding(
    "rate_sensitivity.jackson_hole_after21_relative_p",
    "Placebo p-value, mean of {small} minus {large} over the 21 sessions after Jackson Hole",
    "p-value", PAIR, column="after_relative",
)  # fmt: skip
def in_all_years(market: Market, column: str) -> tuple[Measured, Measured | DataError]:
    """Mean over the years with a chair speech and nothing else on the day, and its p-value.

    Args:
        market: data and window.
        column: of :func:`meetings`.
    """
    table = meetings(market)
    rows = table[table["clean"] & table[column].notna()]
    if len(rows) < 3:
        raise DataError(f"{len(rows)} usable meetings are too few, 3 are needed")
    dates, mean = pd.DatetimeIndex(rows["date"]), float(rows[column].mean())
    left_out = "meetings with a chair speech, 2019 left out as confounded"
    held = Measured(mean, mean_interval(rows[column], left_out), dates)
    returns, length = market.total_returns, MONTH if column.startswith("after") else 1
    benchmark = returns[market.large] if column.endswith("relative") else None
    try:
        draws = placebo_distribution(
            returns[market.small], len(rows), length,
            benchmark=benchmark, draws=DRAWS, seed=SEED, min_gap=length,
        )  # fmt: skip
        p = placebo_p_value(mean, draws)
    except DataError as error:
        return held, DataError(str(error).rstrip("."))
    how = f"two-sided, against {len(draws):,} sets of {len(rows)} random dates, seed {SEED}"
    return held, Measured(p, None, dates, how)


def specifications(market: Market) -> list[Specification]:
    """The three windows of 2025 for each small-cap yardstick, alone and against large caps.

    Yardsticks are the small fund, IJR and the price index of the Russell 2000; fractions, ``None``
    where the window or a return is missing.
    """
    funds = dict.fromkeys((market.small, "IJR"))
    made = []
    for name, (first, last) in WINDOWS_2025.items():
        ends = pd.Timestamp(first), pd.Timestamp(last)
        yardsticks = {f: _gain(market, market.history, f, *ends) for f in funds}
        yardsticks["Russell 2000, price"] = _gain(market, market.price_history, "^RUT", *ends)
        against = {
            "Russell 2000, price": _gain(market, market.price_history, "^GSPC", *ends),
            **dict.fromkeys(funds, _gain(market, market.history, market.large, *ends)),
        }
        for yardstick, value in yardsticks.items():
            label = f"{yardstick}, {WINDOW_WORDS[name]}"
            minus = against[yardstick]
            led = None if value is None or minus is None else value - minus
            part = "number" if name == "day" else ""
            made.append(Specification(label=label, value=value, unit="fraction", part=part))
            made.append(
                Specification(
                    label=f"{label}, against large caps", value=led, unit="percentage points"
                )
            )
    return made


def _gain(
    market: Market, returns: pd.DataFrame, symbol: str, first: pd.Timestamp, last: pd.Timestamp
) -> float | None:
    if null_reason(market, first, last) is not None or symbol not in returns:
        return None
    inside = returns.loc[(returns.index > first) & (returns.index <= last), symbol]
    return None if inside.isna().any() else float(np.prod(1.0 + inside.to_numpy()) - 1.0)
