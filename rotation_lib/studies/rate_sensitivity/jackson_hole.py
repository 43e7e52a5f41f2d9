"""Jackson Hole: the day itself, the month that includes it, and the month after, every year.

Three windows that a sentence about "the month after" can mean; none is preferred here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import SEED, Finding, Specification, missing, tendency
from ...market import Market
from ...stats.eventstudy import placebo_distribution, placebo_p_value
from ...units import UnitName
from ..facts import all_windows, null_reason, window_fact
from .betas import THEME
from .decisions import DRAWS, mean_interval

#: Name → first close, last close of the three windows of 2025.
WINDOWS_2025 = {
    "day": ("2025-08-21", "2025-08-22"),
    "21d": ("2025-08-21", "2025-09-22"),
    "after21": ("2025-08-22", "2025-09-23"),
}
LABELS = {
    "day": "on the day of Jackson Hole 2025",
    "21d": "over the 21 sessions that begin with Jackson Hole 2025",
    "after21": "over the 21 sessions after Jackson Hole 2025",
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


def findings(market: Market) -> list[Finding]:
    """The three fixed windows of 2025, their lead over large caps, and the means of all years."""
    small, large = market.small, market.large
    out = [
        window_fact(
            market, f"{THEME}.jackson_hole_2025_{name}", f"{small} {LABELS[name]}", small, *dates
        )
        for name, dates in WINDOWS_2025.items()
    ]
    out += [
        window_fact(
            market,
            f"{THEME}.jackson_hole_2025_{name}_relative",
            f"{small} minus {large} {LABELS[name]}",
            small,
            *dates,
            minus=large,
        )
        for name, dates in WINDOWS_2025.items()
    ]
    table = meetings(market)
    for column, name, words, length, minus in (
        ("day", "day", f"{small} on Jackson Hole days", 1, None),
        ("after", "after21", f"{small} over the 21 sessions after Jackson Hole", MONTH, None),
        ("day_relative", "day_relative", f"{small} minus {large} on Jackson Hole days", 1, large),
        (
            "after_relative",
            "after21_relative",
            f"{small} minus {large} over the 21 sessions after Jackson Hole",
            MONTH,
            large,
        ),
    ):
        out += _mean(market, table, column, name, words, length, minus)
    return out


def _mean(
    market: Market,
    table: pd.DataFrame,
    column: str,
    name: str,
    words: str,
    length: int,
    minus: str | None,
) -> list[Finding]:
    """Mean over the years with a chair speech and nothing else on the day, and its p-value."""
    id, label = f"{THEME}.jackson_hole_{name}_mean", f"Mean of {words}"
    p_id, p_label = f"{THEME}.jackson_hole_{name}_p", f"Placebo p-value, mean of {words}"
    series = (market.small,) if minus is None else (market.small, minus)
    unit: UnitName = "fraction" if minus is None else "percentage points"
    rows = table[table["clean"] & table[column].notna()]
    if len(rows) < 3:
        reason = f"{len(rows)} usable meetings are too few, 3 are needed"
        return [
            missing(id, label, unit=unit, series=series, reason=reason),
            missing(p_id, p_label, unit="p-value", series=series, reason=reason),
        ]
    index, mean = pd.DatetimeIndex(rows["date"]), float(rows[column].mean())
    interval = mean_interval(
        rows[column], "meetings with a chair speech, 2019 left out as confounded"
    )
    out = [tendency(id, label, mean, interval, unit=unit, index=index, series=series)]
    returns = market.total_returns[market.small]
    benchmark = None if minus is None else market.total_returns[minus]
    try:
        draws = placebo_distribution(
            returns, len(rows), length, benchmark=benchmark, draws=DRAWS, seed=SEED, min_gap=length
        )
        p = placebo_p_value(mean, draws)
    except DataError as error:
        why = str(error).rstrip(".")
        return [*out, missing(p_id, p_label, unit="p-value", series=series, reason=why)]
    text = f"two-sided, against {len(draws):,} sets of {len(rows)} random dates, seed {SEED}"
    return [
        *out,
        tendency(p_id, p_label, p, None, unit="p-value", index=index, series=series, method=text),
    ]


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
            made.append(Specification(label=label, value=value, unit="fraction"))
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
