"""The chapter's key takeaways: one line a question, each with its number and its uncertainty.

It must never claim more than the chapter's verdicts do.
"""

from __future__ import annotations

from ... import words
from .terms import (
    Findings,
    bounds,
    get,
    grown,
    held,
    led,
    led_too,
    number,
    settled,
    share_of,
    why_not,
)


def takeaways(findings: Findings) -> list[str]:
    """Six lines, true for any window; a line whose finding is missing says why.

    Args:
        findings: the theme's findings by id.
    """
    return [
        _lead(findings),
        _stated(findings),
        _rally(findings),
        _seven(findings),
        _dominance(findings),
        _rotation(findings),
    ]


def _lead(findings: Findings) -> str:
    gap, wealth, year = (
        get(findings, n) for n in ("gap_total_return", "relative_wealth", "lead_per_year")
    )
    tech, small = gap.series[0], gap.series[1]
    text = (
        f"**The lead.** {led(number(gap), tech, small)} in total return over the window; "
        f"wealth in {tech} ended at {words.times(1 + number(wealth), 2)} that in {small}."
    )
    if not held(year):
        return f"{text} A yearly rate is not given: {why_not(year)}."
    return (
        f"{text} Per year that is {words.pct(year.value, signed=True)} ({bounds(year)}): "
        f"{settled(year)}."
    )


def _stated(findings: Findings) -> str:
    tried, near = get(findings, "definitions_tried"), get(findings, "definitions_near")
    since, ten = (get(findings, f"gap_{n}_to_june_2024") for n in ("since_2010", "ten_years"))
    if not held(tried, near):
        return f"**The stated 332%.** It cannot be looked for here: {why_not(tried)}."
    text = (
        f"**The stated 332%.** {words.count(near.value)} of {words.count(tried.value)} definitions "
        "come within 5% of it."
    )
    if held(since):
        text += f" From the end of 2009 to June 2024 the gap was {words.pp(since.value)}"
        text += (
            f"; over the ten years to June 2024 it was {words.pp(ten.value)}." if held(ten) else "."
        )
    elif held(ten):
        text += f" Over the ten years to June 2024 the gap was {words.pp(ten.value)}."
    return text


def _rally(findings: Findings) -> str:
    quarter, july = get(findings, "first_quarter_2024"), get(findings, "rally_july_2024")
    lead = get(findings, "first_quarter_2024_vs_large")
    if not held(quarter, july, lead):
        missing = next(f for f in (quarter, july, lead) if not held(f))
        return f"**The rally of early 2024.** Not measured: {why_not(missing)}."
    small, large = lead.series[0], lead.series[1]
    return (
        f"**The rally of early 2024.** In the first quarter {small} returned "
        f"{words.ranked(quarter)}, and {led(number(lead), small, large)}. From 9 to 16 July 2024 "
        f"it returned {words.ranked(july)}."
    )


def _seven(findings: Findings) -> str:
    eps, multiple = (
        get(findings, "eps_change_since_2019"),
        get(findings, "multiple_change_since_2019"),
    )
    share = get(findings, "seven_share_of_gain")
    text = "**The Magnificent 7.** "
    if held(eps, multiple):
        span = f"fiscal {multiple.facts['first_year']} to {multiple.facts['last_year']}"
        text += (
            f"From {span} their earnings per share became {grown(eps)} as large on geometric average, "
            f"their price-earnings multiple {grown(multiple)}."
        )
    else:
        text += f"Earnings and multiple cannot be told apart here: {why_not(multiple)}."
    if held(share):
        text += (
            f" By an equal-weight proxy they explain {share_of(share)} of {share.series[0]}'s gain."
        )
    return text


def _dominance(findings: Findings) -> str:
    first, second = get(findings, "first_half_2024_small"), get(findings, "second_half_2024_small")
    since = get(findings, "since_2024_small")
    if not held(first, second):
        missing = next(f for f in (first, second) if not held(f))
        return f"**Dominance in 2024.** Not measured: {why_not(missing)}."
    tech, small = first.series[0], first.series[1]
    text = (
        f"**Dominance in 2024.** {led(number(first), tech, small)} in the first half and "
        f"{led_too(number(second), small)} in the second"
    )
    if not held(since):
        return f"{text}."
    return f"{text}; since the end of 2024 {led(number(since), tech, small)}."


def _rotation(findings: Findings) -> str:
    small, banks = get(findings, "hard_day_small"), get(findings, "hard_day_kre")
    if not held(small):
        return f"**Rotation days.** Not measured: {why_not(small)}."
    text = (
        f"**Rotation days.** When the seven fall 2% or more in a day, {small.series[0]} returns "
        f"{words.bp(small.value, signed=True)} relative to the equal-weighted market ({bounds(small)})"
    )
    if held(banks) and banks.series[0] != small.series[0]:
        text += f" and regional banks {words.bp(banks.value, signed=True)} ({bounds(banks)})"
    return f"{text}."
