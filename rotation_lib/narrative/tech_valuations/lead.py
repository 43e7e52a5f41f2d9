"""Headings, paragraphs and chart titles on the lead, the rally, dominance and the discount.

Every sentence holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

import pandas as pd

from ... import words
from ...findings import Finding
from .terms import Findings, bounds, get, held, led, led_too, number, settled, why_not

STATED = 3.32
DISCOUNT = 0.40


def lead_section(findings: Findings) -> str:
    """Heading and paragraph on the size of the lead and how sure its tendency is."""
    gap, wealth, year, ahead = (
        get(findings, n)
        for n in ("gap_total_return", "relative_wealth", "lead_per_year", "starts_ahead")
    )
    tech, small = gap.series[0], gap.series[1]
    text = f"## {led(number(gap), tech, small)}\n\n"
    text += (
        f"That is the difference of two cumulative total returns from {words.date(gap.start)} to "
        f"{words.date(gap.end)}. Money in {tech} grew to {words.times(1 + number(wealth), 2)} the "
        f"money in {small}."
    )
    if held(year):
        text += (
            f" As a rate, {tech} grew {words.pct(year.value, signed=True)} a year relative to "
            f"{small} ({bounds(year)}), and {settled(year)}: one history of this length is "
            + (
                "enough to call it a tendency."
                if words.excludes(year)
                else "too short to prove a tendency."
            )
        )
    if held(ahead):
        text += (
            f" Of all monthly starts at least a year before the end, {words.pct(ahead.value, 0)} "
            f"leave {tech} ahead."
        )
    return text


def growth_title(wealth: pd.DataFrame, tech: str, small: str) -> str:
    """What 1 invested became in the best and in the small-cap fund."""
    last = wealth.iloc[-1]
    if tech not in last.index or small not in last.index:
        return f"Growth of 1: the highest end is {last.idxmax()} at {words.times(last.max())}"
    return (
        f"One invested in {tech} became {words.number(last[tech], 1)}, in {small} "
        f"{words.number(last[small], 1)}"
    )


def stated_section(findings: Findings, definitions: pd.DataFrame) -> str:
    """Heading and paragraph on which definitions give the stated figure."""
    tried, near = get(findings, "definitions_tried"), get(findings, "definitions_near")
    if not held(tried, near) or definitions.empty:
        return f"## The stated 332% cannot be looked for here\n\nThe reason: {why_not(tried)}."
    text = f"## {_near_heading(int(number(near)), int(number(tried)))}\n\n"
    since, ten = (get(findings, f"gap_{n}_to_june_2024") for n in ("since_2010", "ten_years"))
    if held(since):
        text += (
            f"Read literally, as percentage points since the end of 2009, the gap to June 2024 is "
            f"{words.pp(since.value)}: {_compared(number(since))} the stated figure. "
        )
    if held(ten):
        text += f"Over the ten years to June 2024 it is {words.pp(ten.value)}. "
    if not held(since) and not held(ten):
        text += "The window does not hold the spans of the claim, so only its own span is tried. "
    return text + near_by_measure(definitions)


def _near_heading(near: int, tried: int) -> str:
    if near == 0:
        return f"None of {tried} definitions gives 332%"
    verb = "gives" if near == 1 else "give"
    return f"{words.spelled(near).capitalize()} of {tried} definitions {verb} about 332%"


def _compared(value: float) -> str:
    share = value / STATED
    if abs(share - 1) <= 0.05:
        return "within 5% of"
    if share <= 0:
        return "of the other sign than"
    return f"{words.times(share)} the size of" if share > 1 else f"{words.pct(share, 0)} of"


def near_by_measure(definitions: pd.DataFrame) -> str:
    """How many hits each reading has, by where it starts."""
    hits = definitions[definitions["near"]]
    if hits.empty:
        return "No reading of the words, no start and no instrument comes within 5% of it."
    parts = []
    for (measure, since), rows in hits.groupby(["measure", "since"], sort=True):
        starts = f"over {since}" if since == "ten years" else f"from {since}"
        parts.append(f"{measure} {starts} ({len(rows)})")
    return f"Within 5% of 332% lie: {words.join(parts)}."


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
    hits = frame.index[(frame["gap"] / STATED - 1).abs() <= 0.05]
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


# -- the rally ----------------------------------------------------------------------------


def rally_section(findings: Findings) -> str:
    """Heading and paragraph on what small caps did in early 2024 and in July."""
    quarter, large, tech = (
        get(findings, f"first_quarter_2024{n}") for n in ("", "_vs_large", "_vs_tech")
    )
    july, july_large = get(findings, "rally_july_2024"), get(findings, "rally_july_2024_vs_large")
    share, margin = get(findings, "early_2024_windows"), get(findings, "early_2024_margin")
    missing = [f for f in (quarter, large, tech, july, july_large) if not held(f)]
    if missing:
        return (
            f"## The rally of 2024 cannot be measured here\n\nNot measured: {why_not(missing[0])}."
        )
    small = quarter.series[0]
    text = f"## {rally_title(findings)}\n\n"
    text += (
        f"In the first quarter {small} returned {words.ranked(quarter)}; "
        f"{led(number(large), small, large.series[1])} and "
        f"{led_too(number(tech), tech.series[1])}. In the five sessions to 16 July it returned "
        f"{words.ranked(july)}, and {led(number(july_large), small, july_large.series[1])}."
    )
    if held(share):
        count = round(number(share) * (share.n or 0))
        text += (
            f" Of {words.count(share.n)} windows within January to April, "
            f"{words.count(count)} {'fits' if count == 1 else 'fit'} the words (a rise above 9% and "
            "3 points more than both others)"
        )
        text += (
            f"; the widest margin, picked with hindsight, is {words.pp(margin.value)}."
            if held(margin)
            else "."
        )
    return text


def rally_title(findings: Findings) -> str:
    """Whether the first quarter fits, and whether July does."""
    quarter, july = get(findings, "first_quarter_2024"), get(findings, "rally_july_2024")
    if not held(quarter, july):
        return "Small caps in the first seven months of 2024"
    fits = [f.value is not None and f.value > 0.09 for f in (quarter, july)]
    if fits == [False, True]:
        return "The rally came in July 2024, not in early 2024"
    if fits == [True, True]:
        return "Both early 2024 and July 2024 saw a rise above 9%"
    if fits == [True, False]:
        return "The rally came in the first quarter of 2024, not in July"
    return "Neither early 2024 nor July 2024 saw a rise above 9%"


# -- dominance ----------------------------------------------------------------------------


def dominance_section(findings: Findings) -> str:
    """Heading and paragraph on the halves of 2024, what followed, and the distance to the peak."""
    first, second = get(findings, "first_half_2024_small"), get(findings, "second_half_2024_small")
    change, since = get(findings, "lead_change_2024"), get(findings, "since_2024_small")
    peak = get(findings, "below_peak_small")
    tech, small = peak.series[0], peak.series[1]
    if held(first, second, change):
        shrank = number(change) < 0
        text = f"## {tech}'s lead {'shrank' if shrank else 'did not shrink'} in the second half of 2024"
        if held(since):
            text += f", and since then it {led_too(number(since), small)}"
        text += (
            f"\n\n{led(number(first), tech, small)} in the first half and "
            f"{led_too(number(second), small)} in the second. Such a change between neighbouring "
            f"half-years is {words.percentile(change.percentile, 'pairs of half-years since 2010')}."
            if change.percentile is not None
            else f"\n\n{led(number(first), tech, small)} in the first half and "
            f"{led_too(number(second), small)} in the second."
        )
    else:
        missing = next(f for f in (first, second, change) if not held(f))
        text = f"## The year 2024 cannot be measured here\n\nNot measured: {why_not(missing)}."
    return f"{text} {_peak(peak)}"


def _peak(peak: Finding) -> str:
    value = number(peak)
    label, when = peak.facts["ratio"], words.date(str(peak.facts["peak"]))
    if value >= -1e-9:
        return f"The relative wealth {label} ends at its highest close of the window."
    return f"The relative wealth {label} ends {words.pct(-value)} below its peak of {when}."


def relative_title(frame: pd.DataFrame) -> str:
    """Where the first relative wealth peaked and where it ends."""
    name = str(frame.columns[0])
    line = frame[name]
    peak = line.idxmax()
    below = line.iloc[-1] / line.max() - 1
    if below >= -1e-9:
        return f"{name} ends the window at its peak"
    return f"{name} peaked on {words.date(peak)} and ends {words.pct(-below)} lower"


def quarters_title(frame: pd.DataFrame, tech: str, small: str) -> str:
    """How many of the shown quarters the technology fund was ahead."""
    ahead = int((frame["value"] > 0).sum())
    return f"{tech} beat {small} in {ahead} of {words.plural(len(frame), 'quarter')}"


# -- the discount -------------------------------------------------------------------------


def discount_section(findings: Findings) -> str:
    """Heading and paragraph on what the proxies do and do not say."""
    ratio, price = get(findings, "dividend_yield_ratio"), get(findings, "relative_price")
    text = "## A discount of 40% cannot be tested with open data\n\n"
    if held(ratio):
        text += (
            f"The nearest proxy is the dividend yield: {ratio.series[0]}'s was "
            f"{words.number(ratio.value, 2)} times {ratio.series[1]}'s on {words.date(ratio.end)}. "
            f"A discount of 40% at equal payout would make it {words.number(1 / (1 - DISCOUNT), 2)} times. "
            "Many small companies pay nothing, so the payouts are not equal. "
        )
    else:
        text += f"Even the nearest proxy, the dividend yield, is missing: {why_not(ratio)}. "
    if held(price):
        verb = words.direction(price.value, "rose", "fell", "hardly changed")
        size = "" if verb == "hardly changed" else f" by {words.pct(abs(number(price)))}"
        text += (
            f"Over the window the price of {price.series[0]} relative to {price.series[1]} {verb}{size}. "
            "Earnings that grew apart would explain that as well as a discount would."
        )
    return text


def discount_title(frame: pd.DataFrame) -> str:
    """Which yield is higher at the end."""
    a, b = (str(c) for c in frame.columns[:2])
    last = frame.iloc[-1]
    verb = words.direction(last[a] - last[b], "more than", "less than", "as much as", 0.0002)
    return f"{a} yields {verb} {b}: {words.pct(last[a], 2)} against {words.pct(last[b], 2)} in dividends"
