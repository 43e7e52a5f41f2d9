"""What the rate betas say: whole window, eras, states, splits and specifications.

Wording follows sign and interval; no number is written that is not in a finding or frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from .phrases import Findings, fund_names, get, known, lead, listed, side, slope, why

if TYPE_CHECKING:
    from ...findings import Finding

_SIDES = {"above": "clearly positive", "below": "clearly negative", "open": "not clear of zero"}


def sign_verdict(findings: Findings) -> str:
    """Whether the sign held, in a few words: the headline of the chapter's first section."""
    early, late = get(findings, "beta_2y_before_2022"), get(findings, "beta_2y_since_mid_2023")
    if not known(early, late):
        whole = get(findings, "beta_2y")
        if not known(whole):
            return "The window is too short to measure a rate beta"
        return f"Over this window the 2-year rate beta is {_SIDES[side(whole)]}"
    assert early.value is not None and late.value is not None
    if early.value * late.value < 0:
        before, after = ("positive", "negative") if early.value > 0 else ("negative", "positive")
        clear = side(early) != "open" and side(late) != "open"
        return f"The rate beta changed its sign: {before} before 2022, {after} since mid-2023" + (
            "" if clear else ", though not both are clear of zero"
        )
    name = "positive" if late.value > 0 else "negative"
    return f"The rate beta has been {name} both before 2022 and since mid-2023"


def beta_section(findings: Findings) -> str:
    """Heading and paragraph: the whole window, then the eras."""
    two, ten = get(findings, "beta_2y"), get(findings, "beta_10y")
    head = f"## {sign_verdict(findings)}"
    if not known(two, ten):
        return f"{head}\n\nNo slope is shown: {why(two if two.value is None else ten)}."
    small, large = fund_names(two)
    text = [
        (
            f"Per percentage point of yield in a week, {small} moved {slope(two)} against "
            f"{large} with the 2-year yield and {slope(ten)} with the 10-year yield."
        ),
        _debt_story(two, ten),
        _latest_sentence(findings),
    ]
    return f"{head}\n\n{listed(text)}"


def _debt_story(two: Finding, ten: Finding) -> str:
    sides = {side(two), side(ten)}
    if sides == {"below"}:
        return "Both slopes have the sign that the debt story needs."
    if "below" in sides:
        return "Only one of the two has the sign that the debt story needs, with its interval below zero."
    return "The debt story needs slopes below zero: neither interval lies below it."


def _era_sentence(findings: Findings) -> str:
    eras = [
        ("before 2022", get(findings, "beta_2y_before_2022")),
        ("from 2022 to mid-2023", get(findings, "beta_2y_2022_to_mid_2023")),
        ("since mid-2023", get(findings, "beta_2y_since_mid_2023")),
    ]
    shown = [f"{slope(f)} {era}" for era, f in eras if known(f)]
    if len(shown) < 2:
        return "The window holds too little of the other eras to compare them."
    return f"By era the 2-year slope is {words.join(shown)}."


def _latest_sentence(findings: Findings) -> str:
    two, ten = get(findings, "beta_2y_latest"), get(findings, "beta_10y_latest")
    if not known(two, ten):
        return ""
    return f"Over the last {two.n} weeks the two are {slope(two)} and {slope(ten)}."


def stability_paragraph(findings: Findings) -> str:
    """Rolling windows and the break test."""
    share = get(findings, "beta_2y_negative_share")
    if not known(share):
        return f"Rolling windows are not shown: {why(share)}."
    clear_low = get(findings, "beta_2y_clearly_negative_share").value
    clear_high = get(findings, "beta_2y_clearly_positive_share").value
    text = [
        _era_sentence(findings),
        (
            f"Of {share.n} overlapping two-year windows, {words.pct(share.value, 0)} show a negative "
            f"2-year slope; {words.pct(clear_low)} have their interval below zero and "
            f"{words.pct(clear_high)} above it."
        ),
        _break_sentence(findings),
    ]
    return listed(text)


def _break_sentence(findings: Findings) -> str:
    p, after = get(findings, "beta_2y_break_p"), get(findings, "beta_2y_after_break")
    if not known(p):
        return f"No break is looked for: {why(p)}."
    assert p.value is not None
    verdict = "rejects" if p.value <= 0.05 else "does not reject"
    text = f"A test for one break at an unknown date {verdict} a constant slope ({words.p_value(p.value)})"
    if not known(after) or p.value > 0.05:
        return text + "."
    before = get(findings, "beta_2y_before_break")
    slopes = f"from {slope(before)} to {slope(after)}" if known(before) else f"to {slope(after)}"
    more = (get(findings, "beta_2y_breaks").value or 0.0) > 1.0
    rest = "Searching on, it finds another" if more else "Searching on either side finds no other"
    return f"{text}: the likeliest date is the week to {words.date(after.start)}, {slopes}. {rest}."


def rolling_title(frame: pd.DataFrame, rate: str, weeks: int) -> str:
    """Title of a rolling chart: how often negative, and where it stands now."""
    last = frame.iloc[-1]
    share = float((frame["value"] < 0).mean())
    now = (
        "clearly below zero"
        if last["high"] < 0
        else "clearly above zero"
        if last["low"] > 0
        else ("not clear of zero")
    )
    often = (
        "no window"
        if share == 0
        else "every window"
        if share == 1
        else (f"{words.pct(share, 0)} of {weeks}-week windows")
    )
    return f"The {rate} beta is negative in {often}, and {now} at the end"


def eras_title(findings: Findings) -> str:
    """Title of the forest of eras."""
    return sign_verdict(findings)


def states_section(findings: Findings) -> str:
    """Heading and paragraph on states of the world."""
    states = {
        n: get(findings, f"beta_2y_{n}")
        for n in (
            "hiking",
            "holding",
            "cutting",
            "high_inflation",
            "low_inflation",
            "stormy",
            "calm",
        )
    }
    head = f"## {states_title(findings)}"
    shown = {n: f for n, f in states.items() if known(f)}
    if len(shown) < 2:
        return f"{head}\n\nToo few states have the 52 weeks that a slope needs."
    text = []
    if {"high_inflation", "low_inflation"} <= set(shown):
        text.append(
            f"With inflation above 3% the 2-year slope is {slope(shown['high_inflation'])}; at or "
            f"below it, {slope(shown['low_inflation'])}."
        )
    phases = [
        f"{slope(shown[n])} when the Fed had been {n}"
        for n in ("hiking", "holding", "cutting")
        if n in shown
    ]
    if len(phases) > 1:
        text.append(f"By policy: {words.join(phases)}.")
    text.append(_asymmetry_sentence(findings))
    return f"{head}\n\n{listed(text)}"


def states_title(findings: Findings) -> str:
    """How many states show the sign of the story."""
    names = ("hiking", "holding", "cutting", "high_inflation", "low_inflation", "stormy", "calm")
    shown = [f for f in (get(findings, f"beta_2y_{n}") for n in names) if known(f)]
    if not shown:
        return "No state of the world has enough weeks for a slope"
    clear = sum(side(f) == "below" for f in shown)
    count = "none" if clear == 0 else words.spelled(clear)
    verb = "has" if clear in (0, 1) else "have"
    noun = "state of the world" if len(shown) == 1 else "states of the world"
    return f"Of {words.spelled(len(shown))} {noun}, {count} {verb} a beta clearly below zero"


def _asymmetry_sentence(findings: Findings) -> str:
    gap = get(findings, "beta_10y_asymmetry")
    up, down = get(findings, "beta_10y_rises"), get(findings, "beta_10y_falls")
    if not known(gap, up, down):
        return ""
    differ = {
        "open": "the two do not differ clearly",
        "above": "the first is clearly the larger",
        "below": "the first is clearly the smaller",
    }[side(gap)]
    return (
        f"Rises and falls need not count alike: per point of 10-year yield the slope is {slope(up)} "
        f"when it rises and {slope(down)} when it falls; {differ}."
    )


def split_section(findings: Findings) -> str:
    """Heading and paragraph on real yield, breakeven and the market."""
    real, even = get(findings, "beta_real_10y"), get(findings, "beta_breakeven_10y")
    head = f"## {split_title(findings)}"
    if not known(real, even):
        return f"{head}\n\nThe split is not shown: {why(real if real.value is None else even)}."
    held = get(findings, "beta_breakeven_10y_given_market")
    late = get(findings, "beta_real_10y_since_mid_2023")
    two = get(findings, "beta_2y_given_market")
    text = [
        (
            "A yield rises for two reasons, and small caps answer differently to each: "
            f"{slope(real)} per point of real yield, {slope(even)} per point of breakeven inflation, both "
            "in one regression."
        ),
        f"With the return of large caps held fixed the breakeven slope is {slope(held)}."
        if known(held)
        else "",
        f"Since mid-2023 the real-yield slope is {slope(late)}." if known(late) else "",
        f"Holding the market fixed leaves {slope(two)} per point of the plain 2-year yield."
        if known(two)
        else "",
    ]
    return f"{head}\n\n{listed(text)}"


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
    """Bull steepening, the move of a cutting cycle, in the title."""
    whole, late = get(findings, "mean_bull_steepening"), get(findings, "mean_bull_steepening_late")
    if not known(whole):
        return "Too few weeks are known to be ones of bull steepening"
    text = {"above": "clearly led", "below": "clearly lagged", "open": "did not clearly lead"}
    first = f"When yields fell and the curve steepened, small caps {text[side(whole)]}"
    if known(late) and side(late) == side(whole):
        return first + (
            ", nor since mid-2023" if side(whole) == "open" else ", also since mid-2023"
        )
    return first


def moves_paragraph(findings: Findings) -> str:
    """Bull against bear steepening."""
    bull, bear = get(findings, "mean_bull_steepening"), get(findings, "mean_bear_steepening")
    if not known(bull, bear):
        return (
            f"Kinds of curve moves are not compared: {why(bull if bull.value is None else bear)}."
        )
    late = [get(findings, f"mean_{n}_steepening_late") for n in ("bull", "bear")]
    text = (
        f"A week of falling yields and a steeper curve brought {lead(bull)} on average, one of rising "
        f"yields and a steeper curve {lead(bear)}."
    )
    if known(*late):
        text += f" Since mid-2023 the two are {lead(late[0])} and {lead(late[1])}."
    return text


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


def _tally(share: Finding) -> str:
    """A share as a count: "1 of 40"."""
    n = share.n or 0
    return f"{round((share.value or 0) * n)} of {n}"


def curve_section(findings: Findings) -> str:
    """Heading and paragraph on the specification curve."""
    whole, late = (
        get(findings, "beta_negative_specs_whole"),
        get(findings, "beta_negative_specs_since_mid_2023"),
    )
    family = get(findings, "beta_family_p")
    if not known(whole):
        return f"## No specification has enough weeks\n\nThe grid is empty here: {why(whole)}."
    head = f"## The beta is negative in {_tally(whole)} specifications over the whole window"
    text = [
        f"The choice of day, yield, pair and control can decide a slope, so all {whole.n} are shown."
    ]
    if known(late):
        clear = get(findings, "beta_clearly_negative_specs_since_mid_2023")
        text.append(
            f"Since mid-2023 {_tally(late)} are negative, {_tally(clear)} with an interval below zero"
            + (
                ": the era decides the sign, not the method."
                if abs((late.value or 0) - (whole.value or 0)) > 0.5
                else "."
            )
        )
    if known(family):
        text.append(
            f"After counting {family.n} weekly slopes tried together, the strongest negative one has a "
            f"family-wise {words.p_value(family.value)}."
        )
    return f"{head}\n\n{listed(text)}"
