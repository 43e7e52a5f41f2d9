"""Words on what could turn small caps: inflation and tariffs.

Every sentence follows sign, size and absence of a value; none holds a number no finding holds.
"""

from __future__ import annotations

from ... import words
from ...findings import Finding
from ..prose import Prose
from .shared import Findings, finding_of, funds, known, per_ten, significant, value_of


def section_inflation(findings: Findings) -> Prose:
    """Release days and breakevens."""
    small, large = funds(findings)
    day, latest = finding_of(findings, "cpi_slope"), finding_of(findings, "cpi_slope_latest")
    trimmed = finding_of(findings, "cpi_slope_trimmed")
    hot, hot_p = finding_of(findings, "cpi_hot"), finding_of(findings, "cpi_hot_p")
    month, month_p = finding_of(findings, "cpi_hot_month"), finding_of(findings, "cpi_hot_month_p")
    parts = [f"## {title_inflation(findings)}"]
    if known(day):
        text = (
            f"Over {day.n} release days, ten basis points more on the 2-year yield went with "
            f"{words.pp(value_of(day) / 10, 2, signed=True)} of {small} over {large} "
            f"({per_ten(day)})."
        )
        if known(latest):
            text += (
                f" Over the last {latest.n} releases it was "
                f"{words.pp(value_of(latest) / 10, 2, signed=True)} "
                f"({per_ten(latest)})."
            )
        if known(trimmed):
            text += (
                f" Without the three days of the largest gaps it is "
                f"{words.pp(value_of(trimmed) / 10, 2, signed=True)} "
                f"({per_ten(trimmed)})."
            )
        parts.append(text)
    else:
        parts.append(f"The release-day slope is {words.described(day)}.")
    if known(hot, hot_p, month, month_p):
        parts.append(
            f"On the {hot.n} days when the yield jumped by five basis points or more, the relative "
            f"return averaged {words.value_of(hot, signed=True)} ({words.bounds(hot)}; "
            f"placebo {words.p_value(hot_p.value)}). Over 21 sessions from those days it came to "
            f"{words.value_of(month, signed=True)} ({words.bounds(month)}; placebo "
            f"{words.p_value(month_p.value)}). {_lasting(hot, hot_p, month, month_p)}"
        )
    else:
        parts.append(f"Hot releases apart: {words.described(hot)}.")
    return Prose.of(*parts)


def _lasting(hot: Finding, hot_p: Finding, month: Finding, p: Finding) -> str:
    if significant(p):
        kind = "loss" if value_of(month) < 0 else "gain"
        return f"Random dates rarely show a {kind} of that size: it lasted."
    if significant(hot_p) and value_of(hot) < 0:
        day = "a bad day is established" if hot.excludes_zero else "a bad day is likely"
        return f"The month is within what random dates show: {day}, a reversal is not shown."
    return "Random dates show as much: neither a bad day nor a reversal is established."


def title_inflation(findings: Findings) -> str:
    """Heading of the inflation section and title of its chart."""
    small, large = funds(findings)
    day = finding_of(findings, "cpi_slope")
    if not known(day):
        return "Inflation surprises cannot be tested here"
    if not day.excludes_zero:
        return f"{small} shows no clear reaction against {large} to inflation surprises"
    verb = "lags" if value_of(day) < 0 else "beats"
    return f"{small} {verb} {large} on the days when inflation news pushes short yields up"


def title_cpi_chart(findings: Findings, days: int) -> str:
    """Title of the scatter of release days."""
    day = finding_of(findings, "cpi_slope")
    if not known(day):
        return f"{words.plural(days, 'release')}: too few to tell a slope"
    return (
        f"Ten basis points more on the 2-year yield went with "
        f"{words.pp(value_of(day) / 10, 2, signed=True)}"
    )


def title_specifications(ends: list[tuple[float, float]]) -> str:
    """Title of the chart of other measurements, from the intervals it shows."""
    below = sum(high < 0 for _, high in ends)
    above = sum(low > 0 for low, _ in ends)
    count, what = (above, "gain") if above > below else (below, "loss")
    if count == 0:
        return f"None of {len(ends)} ways to measure it gives a clear loss or gain"
    return f"{count} of {len(ends)} ways to measure it {'gives' if count == 1 else 'give'} a clear {what}"


def text_breakevens(findings: Findings) -> Prose:
    """What breakevens say, and why they must not be read alone."""
    small, large = funds(findings)
    alone, given = finding_of(findings, "breakeven_alone"), finding_of(findings, "breakeven_given")
    if not known(alone, given):
        return Prose(f"Breakevens beside real yields: {words.described(alone)}.")
    held = (
        "is no longer clear of zero" if not given.excludes_zero
        else "keeps its sign" if value_of(given) * value_of(alone) > 0 else "changes its sign"
    )  # fmt: skip
    verb = "gained" if value_of(alone) > 0 else "lost"
    return Prose(
        f"Breakevens on their own: per ten basis points more of expected "
        f"inflation {small} {verb} {words.pp(abs(value_of(alone)) / 10, 2)} against {large} in "
        f"the same week ({per_ten(alone)}). With real yields and the market "
        f"held fixed the slope {held}: {words.pp(value_of(given) / 10, 2, signed=True)} "
        f"({per_ten(given)}). {_reading(alone)}"
    )


def _reading(alone: Finding) -> str:
    if alone.excludes_zero and value_of(alone) > 0:
        return (
            "Breakevens rise with growth, so they show the inflation that small caps like rather "
            "than the spike that the story fears."
        )
    return "Breakevens move with growth as well as with prices, so this is no test of the claim."


def section_tariffs(findings: Findings) -> Prose:
    """The tariff event study and April 2025."""
    small, large = funds(findings)
    up, up_p = (
        finding_of(findings, "tariff_escalation"),
        finding_of(findings, "tariff_escalation_p"),
    )
    month, month_p = (
        finding_of(findings, "tariff_escalation_month"),
        finding_of(findings, "tariff_escalation_month_p"),
    )
    ease, ease_p = finding_of(findings, "tariff_easing"), finding_of(findings, "tariff_easing_p")
    parts = [f"## {title_tariffs(findings)}"]
    if known(up, up_p, month, month_p):
        parts.append(
            f"On {up.n} sessions that reacted to an escalation, {small} less {large} averaged "
            f"{words.value_of(up, signed=True)} ({words.bounds(up)}; placebo "
            f"{words.p_value(up_p.value)}); over 21 sessions "
            f"{words.value_of(month, signed=True)} ({words.bounds(month)}; placebo "
            f"{words.p_value(month_p.value)})."
        )
    else:
        parts.append(f"Escalations: {words.described(up)}.")
    if known(ease, ease_p):
        parts.append(
            f"Easing, seen {ease.n} times, {_brought(ease, ease_p)}: "
            f"{words.value_of(ease, signed=True)} on the day ({words.bounds(ease)}; placebo "
            f"{words.p_value(ease_p.value)})."
        )
    return Prose.of(*parts)


def _brought(mean: Finding, p: Finding) -> str:
    if not significant(p):
        return "did not reliably help or hurt small caps either"
    return "helped small caps" if value_of(mean) > 0 else "hurt small caps"


def title_tariffs(findings: Findings) -> str:
    """Heading of the tariff section and title of the event paths."""
    small, large = funds(findings)
    mean, p = finding_of(findings, "tariff_escalation"), finding_of(findings, "tariff_escalation_p")
    if not known(mean, p):
        return "Tariff shocks cannot be tested here"
    if not significant(p):
        return f"Tariff escalations did not reliably set {small} back against {large}"
    verb = "set back" if value_of(mean) < 0 else "lifted"
    return f"Tariff escalations {verb} {small} against {large}"


def title_tariff_chart(news: str, end: float, low: float, high: float, sessions: int) -> str:
    """Title of the event paths: where the mean path after ``news`` ends, against placebo dates."""
    place = "inside" if low <= end <= high else "outside"
    return (
        f"{sessions} sessions after tariff {news} the gap is {words.pp(end, signed=True)} on average, "
        f"{place} the placebo band"
    )


def text_april(findings: Findings) -> Prose:
    """April 2025."""
    small, large = funds(findings)
    alone, week = (
        finding_of(findings, "tariff_week_small"),
        finding_of(findings, "tariff_week_2025"),
    )
    joint, truce = (
        finding_of(findings, "tariff_rebound_2025"),
        finding_of(findings, "tariff_truce_2025"),
    )
    if not known(alone, week):
        return Prose(f"April 2025 cannot be shown here: {week.reason}.")
    text = (
        f"From 2 to 8 April 2025 {small} returned {words.ranked(alone)}. Against {large} it came "
        f"to {words.pp(week.value, signed=True)}, {words.percentile(week.percentile)}: {_share(week)}. "
        f"A fund with a beta above one loses more in such a week even without news of its own."
    )
    if known(joint, truce):
        text += (
            f" On 9 and 10 April together, rebound and relapse, it was "
            f"{words.pp(joint.value, signed=True)}. By the truce of 12 May the gap since 2 April stood "
            f"at {words.pp(truce.value, signed=True)}."
        )
    return Prose(text)


def _share(week: Finding) -> str:
    rank = 0.5 if week.percentile is None else week.percentile
    if rank <= 0.05:
        return "a rare loss of ground"
    if value_of(week) < 0:
        return "ground lost, but not of a rare size"
    return "no ground lost"
