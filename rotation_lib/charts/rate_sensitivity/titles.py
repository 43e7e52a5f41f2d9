"""Titles of the charts on rates: they state what their data show.

Every title holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from .kit import THEME

if TYPE_CHECKING:
    from ...findings import Finding

Findings = Mapping[str, "Finding"]
HORIZONS = (1, 5, 21, 63, 126, 252)
STATES = ("hiking", "holding", "cutting", "high_inflation", "low_inflation", "stormy", "calm")
#: Rank from which on a change counts as unusual.
UNUSUAL = 0.75
_LED = {"above": "led", "below": "lagged", "open": "did not clearly lead"}


def get(findings: Findings, name: str) -> Finding:
    """A finding of this chapter by its short name."""
    return findings[f"{THEME}.{name}"]


def known(*found: Finding) -> bool:
    """Whether all of them have a value."""
    return all(f.value is not None for f in found)


def side(finding: Finding) -> str:
    """``above``, ``below``, ``open`` (interval holds zero or is absent) or ``missing``."""
    if finding.value is None:
        return "missing"
    if finding.low is None or finding.high is None:
        return "open"
    return "above" if finding.low > 0 else "below" if finding.high < 0 else "open"


def how_many(count: int, of: int) -> str:
    """ "none of three", "one of four"."""
    return f"{words.spelled(count) if count else 'none'} of {words.spelled(of)}"


# -- the rate beta -----------------------------------------------------------------------


def rolling_title(frame: pd.DataFrame, rate: str, weeks: int) -> str:
    """How often a rolling beta is negative, and where it stands now."""
    last = frame.iloc[-1]
    share = float((frame["value"] < 0).mean())
    now = "not clear of zero"
    if last["high"] < 0:
        now = "clearly below zero"
    elif last["low"] > 0:
        now = "clearly above zero"
    often = {0.0: "no window", 1.0: "every window"}.get(
        share, f"{words.pct(share, 0)} of {weeks}-week windows"
    )
    return f"The {rate} beta is negative in {often}, and {now} at the end"


def eras_title(findings: Findings) -> str:
    """Whether the sign held from era to era."""
    early, late = get(findings, "beta_2y_before_2022"), get(findings, "beta_2y_since_mid_2023")
    if early.value is None or late.value is None:
        return _whole_title(get(findings, "beta_2y"))
    before, since = ("positive" if v > 0 else "negative" for v in (early.value, late.value))
    if before == since:
        return f"The rate beta has been {since} both before 2022 and since mid-2023"
    clear = "open" not in (side(early), side(late))
    return f"The rate beta changed its sign: {before} before 2022, {since} since mid-2023" + (
        "" if clear else ", though not both are clear of zero"
    )


def _whole_title(whole: Finding) -> str:
    if not known(whole):
        return "The window is too short to measure a rate beta"
    said = {"above": "clearly positive", "below": "clearly negative", "open": "not clear of zero"}
    return f"Over this window the 2-year rate beta is {said[side(whole)]}"


def curve_title(table: pd.DataFrame, whole: str, late: str) -> str:
    """How many specifications have the story's sign, over the window and lately."""

    def counted(era: str) -> str:
        part = table[table["era"] == era]
        return f"{int((part['value'] < 0).sum())} of {len(part)}" if len(part) else ""

    first, second = counted(whole), counted(late)
    if not first:
        return f"The beta is negative in {second} specifications since mid-2023"
    text = f"The beta is negative in {first} specifications over the whole window"
    return f"{text} and in {second} since mid-2023" if second else text


def states_title(findings: Findings) -> str:
    """In how many states of the world the beta has the sign of the story."""
    shown = [f for f in (get(findings, f"beta_2y_{n}") for n in STATES) if known(f)]
    if not shown:
        return "No state of the world has enough weeks for a slope"
    clear = how_many(sum(side(f) == "below" for f in shown), len(shown))
    noun = "state" if len(shown) == 1 else "states"
    return f"In {clear} {noun} of the world the beta is clearly below zero"


def split_title(findings: Findings) -> str:
    """Which half of the 10-year yield carries the link."""
    real, even = get(findings, "beta_real_10y"), get(findings, "beta_breakeven_10y")
    if not known(real, even):
        return "Real yield and breakeven cannot be told apart here"
    said = {"above": "rise with", "below": "fall with", "open": "show no clear link to"}
    a, b = side(real), side(even)
    if a == b:
        return f"Small caps {said[a]} both real yields and breakeven inflation"
    return f"Small caps {said[b]} breakeven inflation and {said[a]} real yields"


def moves_title(findings: Findings) -> str:
    """Bull steepening, the move of a cutting cycle."""
    whole, late = get(findings, "mean_bull_steepening"), get(findings, "mean_bull_steepening_late")
    if not known(whole):
        return "Too few weeks are known to be ones of bull steepening"
    title = f"When yields fell and the curve steepened, small caps {_clearly(whole)}"
    if side(late) != side(whole):
        return title
    return title + (", nor since mid-2023" if side(whole) == "open" else ", also since mid-2023")


def _clearly(finding: Finding) -> str:
    clear = side(finding) != "open"
    return ("clearly " if clear else "") + _LED[side(finding)]


# -- decisions ---------------------------------------------------------------------------


def cuts_title(findings: Findings) -> str:
    """Whether cut days helped."""
    cut = get(findings, "cut_day_relative")
    if not known(cut):
        return "The window holds no scheduled cut"
    verb = {"above": "gained on", "below": "lost to", "open": "did not clearly beat"}[side(cut)]
    days = words.plural(cut.n or 0, "scheduled cut day", spell=True)
    return f"On {days} small caps {verb} large caps"


def surprise_title(findings: Findings) -> str:
    """The slope on the surprise."""
    whole, late = get(findings, "surprise_beta"), get(findings, "surprise_beta_since_mid_2023")
    if not known(whole):
        return "Too few decisions to measure the answer to their surprise"
    said = {"above": "rose with", "below": "fell with", "open": "showed no clear link to"}
    text = f"Small caps' lead {said[side(whole)]} the 2-year surprise on decision days"
    if not known(late) or side(late) == side(whole):
        return text
    then = {"above": "rose with it", "below": "fell with it", "open": "showed no clear link"}
    return f"{text}; since mid-2023 it {then[side(late)]}"


def september_title(findings: Findings) -> str:
    """The half-point cut at the longest horizon that is complete."""
    done = [f for f in (get(findings, f"september_2024_large_{h}") for h in HORIZONS) if known(f)]
    if not done:
        return "The September 2024 cut cannot be followed here"
    last = done[-1]
    verb = words.direction(last.value, "led", "lagged", "were level with")
    size = "" if abs(last.value or 0) <= 0.0005 else f" by {words.value_of(words.size(last))}"
    sessions = words.plural(last.n or 0, "session")
    return f"{sessions} after the half-point cut, small caps {verb} large caps{size}"


def ranks_title(table: pd.DataFrame) -> str:
    """Share of windows after the cut that beat the middle date."""
    better = int((table["percentile"] > 0.5).sum())
    top = int((table["percentile"] >= 0.95).sum())
    return (
        f"{better} of {len(table)} windows after the cut beat the median date; "
        f"{top if top else 'none'} {'are' if top > 1 else 'is'} among the best 5%"
    )


def easing_title(findings: Findings) -> str:
    """How many easing legs small caps led after a year, else half a year."""
    for column, label in (("year", "a year"), ("half", "half a year")):
        found = get(findings, f"easing_legs_ahead_{column}")
        if known(found):
            count, legs = int(found.value or 0), found.n or 0
            if legs == 1:
                return f"Small caps {'led' if count else 'lagged'} {label} into the one easing leg"
            return f"Small caps led in {how_many(count, legs)} easing legs after {label}"
    return "No easing leg of this window is half a year old"


# -- Jackson Hole ------------------------------------------------------------------------


def jackson_title(findings: Findings) -> str:
    """Which reading of the month gives about 4%."""
    readings = {
        "the day itself": "day",
        "the month that includes it": "21d",
        "the month after it": "after21",
    }
    found = {w: get(findings, f"jackson_hole_2025_{n}") for w, n in readings.items()}
    if not any(known(f) for f in found.values()):
        return "Jackson Hole 2025 cannot be measured here"
    fits = [w for w, f in found.items() if known(f) and 0.035 <= (f.value or 0) < 0.045]
    if not fits:
        return "No reading of Jackson Hole 2025 gives 4%"
    return f"About 4% is true of {words.join(fits)}"


def jackson_years_title(findings: Findings) -> str:
    """The mean of all usable years, day and month."""
    day = get(findings, "jackson_hole_day_relative_mean")
    after = get(findings, "jackson_hole_after21_relative_mean")
    if not known(day, after):
        return "Too few meetings in this window for a mean"
    first, second = _LED[side(day)], _LED[side(after)]
    if first == second:
        return f"Small caps {first} on Jackson Hole days, and likewise in the month after"
    return f"Small caps {first} on Jackson Hole days and {second} in the month after"


# -- the cost of capital -----------------------------------------------------------------


def rates_title(findings: Findings, frame: pd.DataFrame) -> str:
    """Rates since the cut, or over what is drawn where that lies outside.

    Args:
        frame: dates × rates in per cent.
    """
    policy, ten = get(findings, "policy_change"), get(findings, "yield_10y_change")
    if known(policy, ten):
        cut = words.direction(policy.value, "rose", "fell", "did not change", 0.5)
        long = words.direction(ten.value, "rose", "fell", "hardly moved", 5)
        joint = "and" if cut == long else "but"
        return f"The policy rate {cut}, {joint} the 10-year yield {long}"
    name = "10-year" if "10-year" in frame.columns else str(frame.columns[0])
    shown = frame[name].dropna()
    verb = words.direction(
        float(shown.iloc[-1] - shown.iloc[0]), "rose", "fell", "ended as it began", 0.05
    )
    rate = name if name == "Fed target" else f"{name} yield"
    first, last = (words.percent(float(shown.iloc[i])) for i in (0, -1))
    return f"The {rate} {verb}: {first} at first, {last} at last"


def neighbours_title(findings: Findings) -> str:
    """Which of three neighbours of the cost of capital eased in earnest."""
    names = {
        "lending_standards_change": ("bank standards", -1),
        "credit_excess_since_cut": ("credit", 1),
        "nfci_change": ("financial conditions", -1),
    }
    shown, eased = [], []
    for key, (word, sign) in names.items():
        rank = get(findings, key).percentile
        if known(get(findings, key)) and rank is not None:
            shown.append(word)
            if (rank if sign > 0 else 1 - rank) >= UNUSUAL:
                eased.append(word)
    if not shown:
        return _stance_title(get(findings, "lending_standards"))
    if not eased:
        return f"{words.join(shown).capitalize()}: no unusual easing since the first cut"
    return f"Unusual easing since the first cut: {words.join(eased)}"


def _stance_title(level: Finding) -> str:
    if not known(level):
        return "Credit and financial conditions, without the banks' survey"
    stance = words.direction(level.value, "tightening", "easing", "even", 0.05)
    return f"At the end of the window banks' standards were {stance} on balance"
