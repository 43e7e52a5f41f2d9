"""Headings, paragraphs and chart titles on rotation days, the rally's quality and weighting.

Every sentence holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ... import words
from ...findings import Finding
from .terms import Findings, bounds, get, held, number, settled, why_not


def rotation_section(findings: Findings) -> str:
    """Heading and paragraph on what small companies do when the seven fall hard."""
    small, psci, kre = (get(findings, f"hard_day_{n}") for n in ("small", "psci", "kre"))
    if not held(small):
        return (
            f"## Hard falls of the seven cannot be measured here\n\nNot measured: {why_not(small)}."
        )
    text = f"## {_rotation_heading(small)}\n\n"
    told = [f"{small.series[0]} returned {words.bp(small.value, signed=True)} ({bounds(small)})"]
    for found, name in ((psci, "small industrials"), (kre, "regional banks")):
        if held(found) and found.series[0] != small.series[0]:
            told.append(f"{name} {words.bp(found.value, signed=True)} ({bounds(found)})")
    text += (
        "On days when the equal-weighted seven fall 2% or more, relative to the equal-weighted "
        f"S&P 500: {words.join(told)}."
    )
    later, adjusted = (
        get(findings, "hard_day_small_since_2023"),
        get(findings, "hard_day_kre_adjusted"),
    )
    if held(later):
        text += (
            f" From 2023 on, the years of doubts about AI, it is "
            f"{words.bp(later.value, signed=True)} ({bounds(later)}) for {later.series[0]}."
        )
    if held(adjusted):
        text += (
            f" Less what their beta explains, banks stand at {words.bp(adjusted.value, signed=True)} "
            f"({bounds(adjusted)})."
        )
    asymmetry = get(findings, "hard_day_asymmetry")
    if held(asymmetry):
        text += (
            f" Hard falls and hard rises together leave {words.bp(asymmetry.value, signed=True)} for "
            f"{asymmetry.series[0]}, and {settled(asymmetry)}: "
            + (
                "falls and rises do not mirror each other."
                if words.excludes(asymmetry)
                else "the rises mirror the falls, as plain exposure would."
            )
        )
    return text


def fall_note(fall: float, ruled: float) -> str | None:
    """What a fall other than the ledger's changes on the page; ``None`` for the ledger's own.

    Args:
        fall: daily fall that this page was run with. ruled: the one that the findings use.
    """
    if abs(fall - ruled) < 1e-12:
        return None
    return (
        f"**This page was run with falls of {words.pct(-fall)} or more.** The chart and the table below "
        f"use that. The sentences, the takeaways and the verdict keep {words.pct(-ruled)}, which the "
        "claim's rule names."
    )


def _rotation_heading(small: Finding) -> str:
    value = number(small)
    name = small.series[0]
    if not words.excludes(small):
        return f"When the seven fall hard, {name} neither gains nor loses reliably"
    return (
        f"When the seven fall hard, {name} {'gains on' if value > 0 else 'falls behind'} "
        "the equal-weighted market"
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


def quality_section(findings: Findings) -> str:
    """Heading and paragraph on who leads the sharpest rallies and whether they fade."""
    names = ("iwm_ijr", "iwc_iwm", "iwo_iwn")
    net = [get(findings, f"{n}_net_2024") for n in names]
    after, p = get(findings, "after_sharp_days"), get(findings, "after_sharp_days_p")
    known = [f for f in net if held(f)]
    if not known:
        text = (
            "## Sharp rallies since 2024 cannot be measured here\n\n"
            f"Not measured: {why_not(net[0])}."
        )
    else:
        signs = sum(bool(words.excludes(f)) and number(f) > 0 for f in known)
        text = (
            f"## {words.spelled(signs).capitalize()} of {words.spelled(len(known))} signs of "
            f"short-covering {'is' if signs == 1 else 'are'} there since 2024\n\n"
            "If shorts were bought back, loss-making, tiny and expensive companies should lead on "
            "the sharpest up days by more than they lag on the sharpest down days. From 2024 on the "
            "sum of the two is "
        )
        text += (
            words.join(
                f"{words.bp(f.value, signed=True)} for {f.series[0]} less {f.series[1]} ({bounds(f)})"
                for f in known
            )
            + "."
        )
        other = get(findings, "iwc_iwm_net_2024_other_days")
        if held(other):
            text += (
                f" With the days picked by {other.series[2]} instead, the micro-cap figure is "
                f"{words.bp(other.value, signed=True)} ({bounds(other)})."
            )
    if held(after, p):
        text += (
            f" Over the 21 sessions after such days {after.series[0]} returned "
            f"{words.pp(after.value, signed=True)} relative to {after.series[1]} "
            f"({words.p_value(p.value)} against random days): "
            + (
                "the move faded."
                if number(p) <= 0.05 and number(after) < 0
                else "no reversal that stands out."
            )
        )
    else:
        text += f" What followed such days is not measured: {why_not(after)}."
    return text


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


def weighting_section(findings: Findings) -> str:
    """Heading and paragraph that split small against large caps into two steps."""
    total, first, second = (
        get(findings, n) for n in ("small_vs_large", "equal_weight_lead", "small_vs_equal_weight")
    )
    if not held(total, first, second):
        missing = next(f for f in (total, first, second) if not held(f))
        return f"## Weighting cannot be told from size here\n\nNot measured: {why_not(missing)}."
    small, large = total.series[0], total.series[1]
    a, b = np.log1p(number(first)), np.log1p(number(second))
    both = a + b
    if both < 0 and a < 0:
        share = a / both
        heading = (
            f"{words.pct(share, 0)} of {small}'s lag is the weight of giants, the rest is size"
            if share < 1
            else f"All of {small}'s lag is the weight of giants, not size"
        )
    else:
        heading = f"{small} against {large}, in two steps"
    return (
        f"## {heading}\n\n"
        f"Relative to {large}, money in {small} changed by {words.pct(total.value, signed=True)} a year "
        f"({bounds(total)}). Equal weighting alone accounts for {words.pct(first.value, signed=True)} "
        f"({bounds(first)}): the same large companies, without the giants' weight. Small caps "
        f"against that fairer yardstick make {words.pct(second.value, signed=True)} ({bounds(second)})."
        f"{_unsure(total, first, second)}"
    )


def _unsure(*steps: Finding) -> str:
    """That the split is of what happened, where no step can be told from zero."""
    if any(words.excludes(step) for step in steps):
        return ""
    return (
        " All three intervals include zero: the split is one of what happened, not of a tendency."
    )


def weighting_title(frame: pd.DataFrame) -> str:
    """Where the relative wealths end."""
    last = frame.iloc[-1]
    told = [f"{name} {words.pct(last[name] - 1, signed=True)}" for name in frame.columns]
    return f"Relative wealth since the start: {words.join(told)}"
