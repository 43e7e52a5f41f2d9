"""The key takeaways of the risk chapter: one line a theme, each with number and interval.

Every line must stay true, and readable, when a value is missing.
"""

from __future__ import annotations

from ... import words
from .shared import Findings, finding_of, funds, known, per_ten, place, significant, value_of


def takeaways(findings: Findings) -> list[str]:
    """The chapter in six lines, each with its number and interval."""
    return [
        _takeaway_volatility(findings),
        _takeaway_inflation(findings),
        _takeaway_tariffs(findings),
        _takeaway_scenario(findings),
        _takeaway_barometer(findings),
        _takeaway_august(findings),
    ]


def _takeaway_volatility(findings: Findings) -> str:
    small, large = funds(findings)
    ratio, down = finding_of(findings, "volatility_ratio"), finding_of(findings, "downside_beta")
    if not known(ratio, down):
        return f"Volatility of {small} against {large}: {words.described(ratio)}."
    return (
        f"**{small} moves {words.ratio(ratio.value)} times as much as {large}** "
        f"({words.bounds(ratio)}). On days when {large} falls, its beta is "
        f"{words.described(down)}."
    )


def _takeaway_inflation(findings: Findings) -> str:
    small, large = funds(findings)
    day, month = finding_of(findings, "cpi_slope"), finding_of(findings, "cpi_hot_month")
    if not known(day):
        return f"Inflation surprises: {words.described(day)}."
    text = (
        f"**Ten basis points more on the 2-year yield on a CPI day went with "
        f"{words.pp(value_of(day) / 10, 2, signed=True)}** of {small} over {large} "
        f"({per_ten(day)})."
    )
    p = finding_of(findings, "cpi_hot_month_p")
    if known(month, p):
        lasting = (
            "and the loss lasted"
            if significant(p) and value_of(month) < 0
            else ("so a lasting reversal is not established")
        )
        text += (
            f" Over 21 sessions from hot releases it came to {words.pp(month.value, signed=True)} "
            f"(placebo {words.p_value(p.value)}), {lasting}."
        )
    return text


def _takeaway_tariffs(findings: Findings) -> str:
    small, large = funds(findings)
    alone, week = (
        finding_of(findings, "tariff_week_small"),
        finding_of(findings, "tariff_week_2025"),
    )
    mean, p = finding_of(findings, "tariff_escalation"), finding_of(findings, "tariff_escalation_p")
    parts = []
    if known(alone, week):
        parts.append(
            f"**From 2 to 8 April 2025 {small} returned {words.pct(alone.value, signed=True)}**, "
            f"{words.pp(week.value, signed=True)} against {large} "
            f"({words.percentile(week.percentile)})."
        )
    if known(mean, p):
        verdict = "more than chance" if significant(p) else "no more than chance"
        parts.append(
            f"Over {mean.n} days of tariff escalation the mean relative return is "
            f"{words.value_of(mean, signed=True)} ({words.bounds(mean)}; placebo "
            f"{words.p_value(p.value)}): {verdict}."
        )
    return " ".join(parts) or f"Tariff shocks: {words.described(mean)}."


def _takeaway_scenario(findings: Findings) -> str:
    small, large = funds(findings)
    whole, latest = (
        finding_of(findings, "what_if_yield"),
        finding_of(findings, "what_if_yield_latest"),
    )
    if not known(whole, latest):
        return f"What a rise in yields would do: {words.described(whole)}."
    wide = "clear of zero" if whole.excludes_zero else "too wide for a forecast"
    return (
        f"**If the 2-year yield rose by a point in a quarter and nothing else moved**, the factor "
        f"model puts {small} over {large} at {words.described(whole, signed=True)}: {wide}. Fitted on "
        f"its last {latest.n} weeks alone it says {words.described(latest, signed=True)}."
    )


def _takeaway_barometer(findings: Findings) -> str:
    best, p = finding_of(findings, "barometer_best"), finding_of(findings, "barometer_p")
    tries = finding_of(findings, "barometer_tries")
    if not known(best, p, tries):
        return f"Small caps as a barometer: {words.described(best)}."
    claim = "foretold something" if significant(p) else "foretold nothing that chance would not"
    did = (
        f"explains {words.pct(best.value)} out of sample"
        if (best.value or 0) > 0
        else f"forecasts no better than the plain mean (R² {words.pct(best.value)} out of sample)"
    )
    return (
        f"**The relative strength of small caps {claim}.** Of {words.count(tries.value)} attempts "
        f"the best {did}, family-wise {words.p_value(p.value)}."
    )


def _takeaway_august(findings: Findings) -> str:
    august, rank = finding_of(findings, "august_2025"), finding_of(findings, "august_2025_rank")
    if not known(august, rank):
        return f"August 2025: {words.described(august)}."
    return (
        f"**{august.series[0]} returned {words.pct(august.value, signed=True)} in August 2025**, "
        f"{words.percentile(august.percentile)} and {place(rank)} of {rank.n} Augusts."
    )
