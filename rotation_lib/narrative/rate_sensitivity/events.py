"""What decision days, the September 2024 cut, Jackson Hole and easing cycles show.

Facts come with their rank, means with intervals and placebo p-values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from .phrases import (
    Findings,
    fund_names,
    get,
    how_many,
    known,
    lead,
    led,
    listed,
    rank,
    side,
    slope,
    why,
)

if TYPE_CHECKING:
    from ...findings import Finding

HORIZONS = (1, 5, 21, 63, 126, 252)
#: Rank from which on a window counts as unusual.
UNUSUAL = 0.9


def _day(finding: Finding, noun: str) -> str:
    n = finding.n or 0
    return words.plural(n, noun, spell=True)


def cuts_title(findings: Findings) -> str:
    """Whether cut days helped."""
    cut = get(findings, "cut_day_relative")
    if not known(cut):
        return "The window holds no scheduled cut"
    verb = {"above": "gained on", "below": "lost to", "open": "did not clearly beat"}[side(cut)]
    return f"On {_day(cut, 'scheduled cut day')} small caps {verb} large caps"


def decisions_section(findings: Findings) -> str:
    """Heading and paragraph on decision days."""
    cut, hold, hike = (get(findings, f"{k}_day_relative") for k in ("cut", "hold", "hike"))
    head = f"## {cuts_title(findings)}"
    if not known(cut) and not known(hold) and not known(hike):
        return f"{head}\n\nNo scheduled decision lies in the window."
    text = []
    for kind, found in (("cut", cut), ("hold", hold), ("hike", hike)):
        p = get(findings, f"{kind}_day_p")
        if known(found):
            placebo = f", placebo {words.p_value(p.value)}" if known(p) else ""
            text.append(f"{kind}s {lead(found)} over {_day(found, 'day')}{placebo}")
    small, large = fund_names(cut)
    return (
        f"{head}\n\n{small} minus {large} on the session of the decision, on average: {'; '.join(text)}. "
        + listed([_cut_reading(cut), _abnormal(findings)])
    )


def _abnormal(findings: Findings) -> str:
    """Cut days once the market's own move is taken out, on the day and over the month."""
    day, month = get(findings, "cut_day_abnormal"), get(findings, "cut_month_abnormal")
    if not known(day):
        return ""
    text = (
        "With the market's own move taken out (abnormal return, market model), cut days stand at "
        f"{lead(day)}"
    )
    return f"{text}, the 21 sessions from them at {lead(month)}." if known(month) else f"{text}."


def _cut_reading(cut: Finding) -> str:
    if not known(cut):
        return ""
    if cut.low is None:
        return "A single day is no evidence."
    if side(cut) == "above":
        return "Cut days did bring a lead."
    if (cut.value or 0) < 0:
        return "The mean even has the wrong sign for a tailwind."
    return "The mean has the right sign for a tailwind, but its interval holds zero."


def surprise_title(findings: Findings) -> str:
    """The slope on the surprise."""
    whole, late = get(findings, "surprise_beta"), get(findings, "surprise_beta_since_mid_2023")
    if not known(whole):
        return "Too few decisions to measure the answer to their surprise"
    said = {"above": "rose with", "below": "fell with", "open": "showed no clear link to"}
    text = f"Small caps' lead {said[side(whole)]} the 2-year surprise on decision days"
    if known(late) and side(late) != side(whole):
        then = {
            "above": "it rose with it",
            "below": "it fell with it",
            "open": "it showed no clear link",
        }
        return f"{text}; since mid-2023 {then[side(late)]}"
    return text


def surprise_paragraph(findings: Findings) -> str:
    """What is unexpected about a decision, by the 2-year yield."""
    whole = get(findings, "surprise_beta")
    if not known(whole):
        return f"Surprises are not measured: {why(whole)}."
    early, late = (
        get(findings, "surprise_beta_before_2022"),
        get(findings, "surprise_beta_since_mid_2023"),
    )
    dovish, hawkish = (
        get(findings, "dovish_surprise_relative"),
        get(findings, "hawkish_surprise_relative"),
    )
    text = [
        (
            "A cut that everybody expects is no news. The move of the 2-year yield on the day says how far "
            f"a decision surprised: per percentage point of surprise the lead changed by {slope(whole)}."
        )
    ]
    if known(early, late):
        text.append(f"Before 2022 the slope is {slope(early)}, since mid-2023 {slope(late)}.")
    if known(dovish, hawkish):
        text.append(
            f"On {dovish.n} days with a fall of 5 basis points or more the lead averaged {lead(dovish)}, "
            f"on {hawkish.n} days with such a rise {lead(hawkish)}."
        )
    return listed(text)


def september_title(findings: Findings) -> str:
    """The half-point cut at the longest horizon that is complete."""
    done = [f for f in (get(findings, f"september_2024_large_{h}") for h in HORIZONS) if known(f)]
    if not done:
        return "The September 2024 cut cannot be followed here"
    last = done[-1]
    small, large = fund_names(last)
    sessions = words.plural(last.n or 0, "session")
    return f"{sessions} after the half-point cut, {led(last.value, small, large)}" + (
        "" if abs(last.value or 0) <= 0.0005 else f" by {words.pp(abs(last.value or 0))}"
    )


def september_section(findings: Findings) -> str:
    """Heading and paragraph on September 2024."""
    head = f"## {september_title(findings)}"
    day = get(findings, "september_2024_large_1")
    if not known(day):
        return f"{head}\n\nNothing is measured here: {why(day)}."
    done = [h for h in HORIZONS if known(get(findings, f"september_2024_large_{h}"))]
    facts = [get(findings, f"september_2024_{tag}_{h}") for tag in ("large", "tech") for h in done]
    unusual = sum(f.percentile is not None and f.percentile >= UNUSUAL for f in facts)
    last = get(findings, f"september_2024_large_{done[-1]}")
    tech = get(findings, f"september_2024_tech_{done[-1]}")
    family, since = (
        get(findings, "september_2024_family_p"),
        get(findings, "since_september_2024_cut"),
    )
    count = "None" if unusual == 0 else words.spelled(unusual).capitalize()
    text = [
        (
            f"Over {words.plural(last.n or 0, 'session')} the lead over {last.series[1]} was "
            f"{words.pp(last.value, signed=True)}, {rank(last)}; over {tech.series[1]} it was "
            f"{words.pp(tech.value, signed=True)}."
        ),
        (
            f"{count} of {len(facts)} windows (horizons from 1 to {done[-1]} sessions, two yardsticks) "
            f"{'ranks' if unusual < 2 else 'rank'} among the best tenth of all dates since 2010."
        ),
        f"Across {family.n} ways to measure the episode the best has a family-wise "
        f"{words.p_value(family.value)}."
        if known(family)
        else "",
        f"From the close before the cut to the window's end the lead is "
        f"{words.pp(since.value, signed=True)}, {rank(since)}."
        if known(since)
        else "",
    ]
    return f"{head}\n\n{listed(text)}"


def ranks_title(table: pd.DataFrame) -> str:
    """Title of the chart of ranks: share of windows that beat the middle date."""
    better = int((table["percentile"] > 0.5).sum())
    top = int((table["percentile"] >= 0.95).sum())
    return (
        f"{better} of {len(table)} windows after the cut beat the median date; "
        f"{top if top else 'none'} {'are' if top > 1 else 'is'} among the best 5%"
    )


def jackson_title(findings: Findings) -> str:
    """Which reading of the month gives about 4%."""
    named = [
        ("the day itself", "day"),
        ("the month that includes it", "21d"),
        ("the month after it", "after21"),
    ]
    found = [(w, get(findings, f"jackson_hole_2025_{n}")) for w, n in named]
    if not any(known(f) for _, f in found):
        return "Jackson Hole 2025 cannot be measured here"
    fits = [w for w, f in found if known(f) and 0.035 <= (f.value or 0) < 0.045]
    if not fits:
        return "No reading of Jackson Hole 2025 gives 4%"
    return f"About 4% is true of {words.join(fits)}"


def jackson_section(findings: Findings) -> str:
    """Heading and paragraph on Jackson Hole."""
    head = f"## {jackson_title(findings)}"
    day, month, after = (get(findings, f"jackson_hole_2025_{n}") for n in ("day", "21d", "after21"))
    text = []
    if known(day):
        text.append(
            f"On 22 August 2025 {day.series[0]} returned {words.pct(day.value, signed=True)}, {rank(day)}."
        )
    if known(month):
        text.append(
            f"The 21 sessions that begin with that day brought {words.pct(month.value, signed=True)}, "
            f"{rank(month)}."
        )
    if known(after):
        text.append(
            f"The 21 sessions after it brought {words.pct(after.value, signed=True)}, {rank(after)}: "
            f"{_month(after.percentile or 0.0)}."
        )
    relative = get(findings, "jackson_hole_2025_after21_relative")
    if known(relative):
        text.append(
            f"Against {relative.series[1]} that month was worth {words.pp(relative.value, signed=True)}."
        )
    if not text:
        text.append(f"Its windows are not measured: {why(day)}.")
    return f"{head}\n\n{listed(text)}"


def _month(share: float) -> str:
    """What a rank makes of a month."""
    if share >= UNUSUAL:
        return "a surge"
    return (
        "a good month, no surge"
        if share >= 0.75
        else "no surge, an ordinary month"
        if (share > 0.25)
        else "a weak month"
    )


def jackson_years_title(findings: Findings) -> str:
    """The mean of all usable years, day and month."""
    day, after = (
        get(findings, "jackson_hole_day_relative_mean"),
        get(findings, "jackson_hole_after21_relative_mean"),
    )
    if not known(day, after):
        return "Too few meetings in this window for a mean"
    a = {"above": "led", "below": "lagged", "open": "did not clearly lead"}
    first, second = a[side(day)], a[side(after)]
    if first == second:
        return f"Small caps {first} on Jackson Hole days, and likewise in the month after"
    return f"Small caps {first} on Jackson Hole days and {second} in the month after"


def jackson_years_paragraph(findings: Findings) -> str:
    """Day and month after, over all usable years."""
    day, after = (
        get(findings, "jackson_hole_day_relative_mean"),
        get(findings, "jackson_hole_after21_relative_mean"),
    )
    if not known(day, after):
        return f"Means over the years are not shown: {why(day if day.value is None else after)}."
    p, q = (
        get(findings, "jackson_hole_day_relative_p"),
        get(findings, "jackson_hole_after21_relative_p"),
    )
    small, large = fund_names(day)
    return (
        f"Over {words.plural(day.n or 0, 'meeting')} with a chair speech and nothing else on the day, "
        f"{small} minus {large} averaged {lead(day)} on the day itself (placebo {words.p_value(p.value)}) "
        f"and {lead(after)} over the 21 sessions after it ({words.p_value(q.value)})."
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


def _usual(findings: Findings) -> str:
    """In how many of all windows small caps led, as the yardstick."""
    half, year = get(findings, "easing_usual_half"), get(findings, "easing_usual_year")
    if not known(half):
        return ""
    text = f"Of all windows since 2010 they led in {words.pct(half.value, 0)} over 126 sessions"
    return f"{text} and in {words.pct(year.value, 0)} over 252." if known(year) else f"{text}."


def easing_section(findings: Findings) -> str:
    """Heading and paragraph on easing cycles."""
    half, year = get(findings, "easing_legs_ahead_half"), get(findings, "easing_legs_ahead_year")
    head = f"## {easing_title(findings)}"
    if not known(half):
        return f"{head}\n\nCycles are not compared: {why(half)}."
    text = [
        f"After 126 sessions small caps were ahead in {how_many(int(half.value or 0), half.n or 0)}"
        + (
            f", after 252 sessions in {how_many(int(year.value or 0), year.n or 0)}."
            if known(year)
            else "."
        ),
        _usual(findings),
        "So few legs are cases, not a sample, and no test is made.",
    ]
    return f"{head}\n\n{listed(text)}"
