"""The words of the rate chapter: key takeaways, headings, titles and paragraphs.

Pure functions from findings and frames to text, true for any window and any sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ... import words
from .betas import (
    beta_section,
    curve_section,
    curve_title,
    eras_title,
    moves_paragraph,
    moves_title,
    rolling_title,
    sign_verdict,
    split_section,
    split_title,
    stability_paragraph,
    states_section,
    states_title,
)
from .capital import (
    capital_section,
    capital_title,
    lenders_paragraph,
    neighbours_title,
    rates_title,
    small_firm_note,
)
from .events import (
    cuts_title,
    decisions_section,
    easing_section,
    easing_title,
    jackson_section,
    jackson_title,
    jackson_years_paragraph,
    jackson_years_title,
    ranks_title,
    september_section,
    september_title,
    surprise_paragraph,
    surprise_title,
)
from .phrases import fund_names, get, known, lead, rank, slope, why

if TYPE_CHECKING:
    from ...findings import Finding

__all__ = [
    "beta_section",
    "capital_section",
    "capital_title",
    "curve_section",
    "curve_title",
    "cuts_title",
    "decisions_section",
    "easing_section",
    "easing_title",
    "eras_title",
    "jackson_section",
    "jackson_title",
    "jackson_years_paragraph",
    "jackson_years_title",
    "lenders_paragraph",
    "moves_paragraph",
    "moves_title",
    "neighbours_title",
    "ranks_title",
    "rates_title",
    "rolling_title",
    "september_section",
    "september_title",
    "sign_verdict",
    "small_firm_note",
    "split_section",
    "split_title",
    "stability_paragraph",
    "states_section",
    "states_title",
    "surprise_paragraph",
    "surprise_title",
    "takeaways",
]


def takeaways(findings: Mapping[str, Finding]) -> list[str]:
    """Five lines: the beta, its sign, the cuts, Jackson Hole, the cost of capital."""
    return [
        _beta(findings),
        _sign(findings),
        _cuts(findings),
        _jackson(findings),
        _capital(findings),
    ]


def _beta(findings: Mapping[str, Finding]) -> str:
    two, ten = get(findings, "beta_2y"), get(findings, "beta_10y")
    if not known(two, ten):
        return f"**Rate beta:** not measured, since {why(two if two.value is None else ten)}."
    small, large = fund_names(two)
    return (
        f"**Rate beta over the whole window:** per percentage point of yield in a week, {small} moved "
        f"{slope(two)} against {large} with the 2-year and {slope(ten)} with the "
        "10-year yield."
    )


def _sign(findings: Mapping[str, Finding]) -> str:
    early, late = get(findings, "beta_2y_before_2022"), get(findings, "beta_2y_since_mid_2023")
    p = get(findings, "beta_2y_break_p")
    if known(early, late):
        tail = f" A break test gives {words.p_value(p.value)}." if known(p) else ""
        then = f"{slope(early)}, then {slope(late)}"
        return f"**{sign_verdict(findings)}:** 2-year slope {then}.{tail}"
    share = get(findings, "beta_2y_negative_share")
    if known(share):
        return (
            f"**Sign of the 2-year beta:** negative in {words.pct(share.value, 0)} of {share.n} rolling "
            "two-year windows; the eras cannot be compared."
        )
    return f"**Sign of the beta:** cannot be followed, since {why(share)}."


def _cuts(findings: Mapping[str, Finding]) -> str:
    cut, p = get(findings, "cut_day_relative"), get(findings, "cut_day_p")
    if not known(cut):
        first = f"**Cut days:** {why(cut)}."
    else:
        placebo = f", placebo {words.p_value(p.value)}" if known(p) else ""
        first = f"**{cuts_title(findings)}:** {lead(cut)} on average{placebo}."
    done = [
        f
        for f in (get(findings, f"september_2024_large_{h}") for h in (252, 126, 63, 21))
        if known(f)
    ]
    if not done:
        return first
    since, family = done[0], get(findings, "september_2024_family_p")
    tail = (
        f"; best of {family.n} measures: family-wise {words.p_value(family.value)}"
        if known(family)
        else ""
    )
    return (
        f"{first} After the September 2024 cut: {words.pp(since.value, signed=True)} over "
        f"{since.n} sessions, {rank(since)}{tail}."
    )


def _jackson(findings: Mapping[str, Finding]) -> str:
    day, after = get(findings, "jackson_hole_2025_day"), get(findings, "jackson_hole_2025_after21")
    if known(day, after):
        return (
            f"**{jackson_title(findings)} (Jackson Hole 2025):** {words.pct(day.value, signed=True)} on the "
            f"day, {words.pct(after.value, signed=True)} in the 21 sessions after it, {rank(after)}."
        )
    mean, p = (
        get(findings, "jackson_hole_day_relative_mean"),
        get(findings, "jackson_hole_day_relative_p"),
    )
    if known(mean):
        return (
            f"**Jackson Hole:** small caps' lead on the day averages {lead(mean)} over "
            f"{mean.n} meetings" + (f", placebo {words.p_value(p.value)}." if known(p) else ".")
        )
    return f"**Jackson Hole:** not measured, since {why(day)}."


def _capital(findings: Mapping[str, Finding]) -> str:
    policy, ten = get(findings, "policy_change"), get(findings, "yield_10y_change")
    credit = get(findings, "credit_excess_since_cut")
    if known(policy, ten):
        tail = (
            f" Credit's excess return of {words.value_of(credit, signed=True)} is {rank(credit)}."
            if known(credit)
            else ""
        )
        return (
            f"**{capital_title(findings)}:** {words.bp(policy.value, signed=True)} and "
            f"{words.bp(ten.value, signed=True)} since before the September 2024 cut.{tail}"
        )
    beta = get(findings, "credit_beta_2y")
    if known(beta):
        return (
            "**Credit and yields:** the weekly excess return of high-yield credit moves "
            f"{slope(beta)} per percentage point of 2-year yield."
        )
    return f"**Cost of capital:** not measured, since {why(policy)}."
