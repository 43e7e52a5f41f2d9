"""Titles of the charts on technology's lead: they state what their data show.

Every title holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ... import words
from ...studies.tech_valuations.lead import NEAR, STATED
from ...studies.tech_valuations.rally import RISE

if TYPE_CHECKING:
    from ...findings import Finding


def growth_title(wealth: pd.DataFrame, tech: str, small: str) -> str:
    """What 1 invested became in the best and in the small-cap fund."""
    last = wealth.iloc[-1]
    if tech not in last.index or small not in last.index:
        return f"Growth of 1: the highest end is {last.idxmax()} at {words.times(last.max())}"
    return (
        f"One invested in {tech} became {words.number(last[tech], 1)}, in {small} "
        f"{words.number(last[small], 1)}"
    )


def specification_title(definitions: pd.DataFrame) -> str:
    """Range of all definitions and how many are near the stated figure."""
    low, high, near = (
        definitions["value"].min(),
        definitions["value"].max(),
        definitions["near"].sum(),
    )
    count = "none" if near == 0 else words.spelled(int(near))
    return (
        f"{len(definitions)} definitions of the lead run from {words.pct(low, 0)} to "
        f"{words.pct(high, 0)}; {count} {'lie' if near > 1 else 'lies'} near 332%"
    )


def starts_title(frame: pd.DataFrame, tech: str, small: str) -> str:
    """From which starts the gap is near the stated figure."""
    last = words.month(frame.attrs["last"])
    hits = frame.index[(frame["gap"] / STATED - 1).abs() <= NEAR]
    if len(hits) == 0:
        return f"No start gives a gap of about 332 percentage points by {last}"
    if len(hits) == 1:
        return f"A gap of about 332 percentage points by {last} needs a start in {words.month(hits[0])}"
    between = (
        f"{words.month(hits[0])} or {words.month(hits[-1])}"
        if len(hits) == 2
        else f"the {len(hits)} months from {words.month(hits[0])} to {words.month(hits[-1])}"
    )
    return f"A gap of about 332 percentage points by {last} needs a start in {between}"


def rally_title(findings: Mapping[str, Finding]) -> str:
    """Whether the first quarter fits, and whether July does."""
    quarter, july = (
        findings[f"tech_valuations.{name}"].value
        for name in ("first_quarter_2024", "rally_july_2024")
    )
    if quarter is None or july is None:
        return "Small caps in the first seven months of 2024"
    fits = (quarter > RISE, july > RISE)
    if fits == (False, True):
        return "The rally came in July 2024, not in early 2024"
    if fits == (True, True):
        return "Both early 2024 and July 2024 saw a rise above 9%"
    if fits == (True, False):
        return "The rally came in the first quarter of 2024, not in July"
    return "Neither early 2024 nor July 2024 saw a rise above 9%"


def relative_title(frame: pd.DataFrame) -> str:
    """Where the first relative wealth peaked and where it ends."""
    name = str(frame.columns[0])
    line = frame[name]
    peak = line.idxmax()
    below = line.iloc[-1] / line.max() - 1
    if below >= -1e-9:
        return f"{name} ends the window at its peak"
    return f"{name} peaked on {words.date(peak)} and ends {words.pct(-below)} lower"


def quarters_title(frame: pd.DataFrame) -> str:
    """How many of the shown quarters the technology fund was ahead."""
    ahead = int((frame["value"] > 0).sum())
    return f"Technology beat small caps in {ahead} of {words.plural(len(frame), 'quarter')}"


def discount_title(frame: pd.DataFrame) -> str:
    """Which yield is higher at the end."""
    a, b = (str(c) for c in frame.columns[:2])
    last = frame.iloc[-1]
    verb = words.direction(last[a] - last[b], "more than", "less than", "as much as", 0.0002)
    return f"{a} yields {verb} {b}: {words.pct(last[a], 2)} against {words.pct(last[b], 2)} in dividends"


def decomposition_title(frame: pd.DataFrame, first: int, last: int) -> str:
    """For how many of the companies earnings explain more than the multiple does.

    Args:
        frame: columns ``eps`` and ``multiple``, log points, NaN where there is no multiple.
        first, last: fiscal years.
    """
    whole = frame.dropna(subset=["eps", "multiple"])
    ahead = int((whole["eps"] > whole["multiple"]).sum())
    return (
        f"Fiscal {first} to {last}: earnings added more than the multiple for "
        f"{words.spelled(ahead)} of {words.spelled(len(whole))} companies"
    )


def income_title(totals: pd.Series) -> str:
    """Combined net income at both ends.

    Args:
        totals: billions of dollars by fiscal year.
    """
    first, last = totals.index[0], totals.index[-1]
    verb = words.direction(totals.iloc[-1] - totals.iloc[0], "rose", "fell", "stayed", 0.5)
    return (
        f"The seven's combined net income {verb} from {words.number(totals.iloc[0], 0)} to "
        f"{words.number(totals.iloc[-1], 0)} billion dollars, fiscal {first} to {last}"
    )


def contribution_title(frame: pd.DataFrame) -> str:
    """In how many years the seven contributed more than all others.

    Args:
        frame: sums by year, columns ``seven``, ``others``, ``unexplained``.
    """
    ahead = int((frame["seven"] > frame["others"]).sum())
    return (
        f"The seven contributed more to technology’s return than all others in {ahead} of "
        f"{words.plural(len(frame), 'year')}, by a proxy"
    )


def hard_days_title(table: pd.DataFrame, fall: float) -> str:
    """Which of the targets gain on the market when the seven fall.

    Args:
        table: rows of the side "fall", with ``label, period, value, low, high``.
        fall: the daily fall that counts as hard.
    """
    days = table[table["period"] == "days"]
    gains = int((days["low"] > 0).sum())
    count = "none" if gains == 0 else words.spelled(gains)
    return (
        f"When the seven fall {-fall * 100:g}% or more in a day, {count} of "
        f"{words.spelled(len(days))} targets reliably {'gain' if gains > 1 else 'gains'} on the market"
    )


def correlation_title(frame: pd.DataFrame, small: str) -> str:
    """Whether small caps move with or against the seven at the end."""
    line = frame[small].dropna() if small in frame else pd.Series(dtype=float)
    if line.empty:
        return "Rolling correlation with the seven, both relative to the equal-weighted market"
    value = float(line.iloc[-1])
    share = float((line > 0).mean())
    verb = words.direction(value, "with", "against", "independently of", 0.05)
    return (
        f"{small} moves {verb} the seven: correlation {words.number(value, 2)}, above zero on "
        f"{words.pct(share, 0)} of days"
    )


def weighting_title(frame: pd.DataFrame) -> str:
    """Where the relative wealths end."""
    last = frame.iloc[-1]
    told = [f"{name} {words.pct(last[name] - 1, signed=True)}" for name in frame.columns]
    return f"Relative wealth since the start: {words.join(told)}"


def quality_title(table: pd.DataFrame) -> str:
    """How many spreads lead on up days, and how many of them are mirrored on down days.

    Args:
        table: ``label, side, value, low, high`` in basis points.
    """
    up = table[table["side"] == "up"].set_index("label")
    down = table[table["side"] == "down"].set_index("label")
    lead = [name for name in up.index if up.loc[name, "low"] > 0]
    mirrored = [name for name in lead if name in down.index and down.loc[name, "high"] < 0]
    if not lead:
        return "No quality spread reliably leads on the sharpest up days"
    if len(mirrored) == len(lead):
        return (
            f"{words.join(lead)} {'leads' if len(lead) == 1 else 'lead'} on sharp up days, and "
            f"{'lags' if len(lead) == 1 else 'lag'} as clearly on sharp down days"
        )
    return f"{words.join(lead)} {'leads' if len(lead) == 1 else 'lead'} on the sharpest up days"


def after_title(observed: float, placebo: np.ndarray, p: float) -> str:
    """Whether what follows sharp days differs from what follows random days."""
    low, high = np.quantile(placebo, [0.025, 0.975])
    outside = observed < low or observed > high
    return (
        f"After sharp up days the next month {'is unlike' if outside else 'looks like'} any other "
        f"({words.p_value(p)})"
    )
