"""Words on sectors since the first cut, small industrials, and leads of spending.

Every sentence holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from ...studies.reshoring_sectors.pairs import title
from ...studies.reshoring_sectors.terms import PAIRS
from .common import LEVEL, capital, counted, gap, get, reason, value_of

if TYPE_CHECKING:
    from ...findings import Finding

_PAIRS = (
    ("psci", "small industrials (PSCI)", "small caps (IJR)"),
    ("airr", "smaller industrials (AIRR)", "large ones (XLI)"),
)
_GROUPS = (("industrials", "industrials"), ("builders", "home builders"), ("banks", "banks"))


def sectors_title(findings: Mapping[str, Finding]) -> str:
    """How many funds lead, and whether any distance is more than chance."""
    ahead, p = get(findings, "sectors_ahead"), value_of(findings, "sectors_p")
    if ahead.value is None or p is None:
        return "What sectors did after the first cut cannot be measured here"
    count = sum(1 for f in findings.values() if ".relative_" in f.id and f.value is not None)
    lead = f"{counted(int(ahead.value))} of {words.spelled(count)} funds lead large caps since the first cut"
    if p > LEVEL:
        return (
            f"{lead}, none by more than chance allows"
            if ahead.value
            else f"{lead}, and no lag is beyond chance"
        )
    return f"{lead}, and at least one distance is more than chance"


def sectors_sentence(findings: Mapping[str, Finding]) -> str:
    """Each group's yearly lead or lag with its interval."""
    groups = [(name, get(findings, f"group_{key}")) for key, name in _GROUPS]
    if all(g.value is None for _, g in groups):
        return f"Not available: {reason(groups[0][1])}."
    known = [(name, g) for name, g in groups if g.value is not None]
    told = [
        f"{words.number(100 * (g.value or 0), signed=True)}{'' if i else ' percentage points'} for {name} "
        f"({words.bounds(g) or 'no interval'})"
        for i, (name, g) in enumerate(known)
    ]
    p = get(findings, "sectors_p")
    return (
        f"The lead over large caps since the first cut was, a year, {words.join(told)}. The smallest "
        f"family-wise p-value among the funds is {words.p_number(p.value)}."
    )


def sectors_paragraph(findings: Mapping[str, Finding]) -> str:
    """The sentence, the drawdowns, and the fund with the largest distance."""
    text = f"{sectors_sentence(findings)}{_superior(findings)}"
    depths = [(name, value_of(findings, f"group_{key}_drawdown")) for key, name in _GROUPS]
    known = [(name, d) for name, d in depths if d is not None]
    if not known:
        return text
    name, depth = min(known, key=lambda pair: pair[1])
    text += f" The deepest fall of wealth relative to large caps was that of {name}, {words.pct(-depth)}."
    funds = [f for f in findings.values() if ".relative_" in f.id and f.value is not None]
    far = max(funds, key=lambda f: abs(f.value or 0))
    side = "ahead" if (far.value or 0) > 0 else "behind"
    return (
        f"{text} {far.series[0]} is furthest away, {words.pp(abs(far.value or 0))} {side}: "
        f"{words.percentile(far.percentile)}."
    )


def _superior(findings: Mapping[str, Finding]) -> str:
    """Whether the best of the funds earns more than the benchmark, by Hansen's test."""
    p = value_of(findings, "sectors_superior_p")
    if p is None:
        return ""
    sure = "earns more than large caps" if p <= LEVEL else "cannot be shown to earn more"
    return f" Judged one-sided, the best of them {sure} (superior ability, {words.p_value(p)})."


def groups_title(paths: pd.DataFrame, large: str) -> str:
    """What each group gained or lost against the benchmark."""
    if paths.empty:
        return "The groups cannot be followed since the first cut here"
    moves = (paths.iloc[-1] / paths.iloc[0] - 1).sort_values()
    told = [
        f"{name.lower()} {words.direction(v, 'gained', 'lost', 'kept level', 0.005)}"
        + (f" {words.pct(abs(v), 0)}" if abs(v) > 0.005 else "")
        for name, v in moves.items()
    ]
    return f"Against {large}, {words.join(told)}"


def curve_title(curve: pd.DataFrame) -> str:
    """How many ways to measure the sectors show a lead, and how many exclude zero."""
    if curve.empty:
        return "There is nothing yet to measure in more than one way"
    lead, clear = int((curve["value"] > 0).sum()), int((curve["low"] > 0).sum())
    under = int((curve["high"] < 0).sum())
    text = f"{lead} of {len(curve)} ways to measure show a lead"
    if clear == under == 0:
        return f"{text}, and none is clear of zero"
    return f"{text}; {clear} clear of zero above, {under} below"


def pairs_title(findings: Mapping[str, Finding]) -> str:
    """What small industrials did against small caps since the infrastructure act."""
    pair = get(findings, "neutral_psci")
    if pair.value is None:
        return "Small industrials since the infrastructure act cannot be measured here"
    size = words.pp(abs(pair.value))
    if pair.value <= 0:
        return f"Small industrials trailed small caps by {size} a year since the infrastructure act"
    p = value_of(findings, "neutral_psci_p")
    tail = "" if p is not None and p <= LEVEL else ", but that may be chance"
    return f"Small industrials beat small caps by {size} a year since the infrastructure act{tail}"


def pair_sentence(findings: Mapping[str, Finding], key: str) -> str:
    """One pair since the act with its interval and family-wise p-value; for PSCI, small caps too."""
    _, name, other = next(p for p in _PAIRS if p[0] == key)
    pair, p = get(findings, f"neutral_{key}"), value_of(findings, f"neutral_{key}_p")
    if pair.value is None:
        return f"{capital(name)} since the infrastructure act: not available, {reason(pair)}."
    verb = "beat" if pair.value > 0 else "trailed"
    text = (
        f"Since the infrastructure act {name} {verb} {other} by {gap(pair)}, "
        f"family-wise {words.p_value(p)}"
    )
    whole = get(findings, "small_since_iija")
    if key != "psci" or whole.value is None:
        return f"{text}."
    return (
        f"{text}; small caps as a whole are {words.pp(abs(whole.value))} "
        f"{words.versus(whole.value)} large caps over that time."
    )


def pairs_paragraph(findings: Mapping[str, Finding]) -> str:
    """Both pairs, and whether the lead of small industrials is larger than before the act."""
    text = pair_sentence(findings, "psci")
    change = get(findings, "neutral_psci_change")
    if change.value is not None:
        side = "higher" if change.value > 0 else "lower"
        tail = "more than chance allows" if words.excludes(change) else "which may be chance"
        text += f" PSCI’s lead over IJR is {gap(change)} {side} than before the act, {tail}."
    if value_of(findings, "neutral_airr") is not None:
        text += f" {pair_sentence(findings, 'airr')}"
    return text


def paths_title(paths: pd.DataFrame) -> str:
    """What each pair's ratio of wealth came to."""
    if paths.empty:
        return "The pairs cannot be followed here"
    told = []
    pairs = {title(key): funds for key, funds in PAIRS.items()}
    for name in paths.columns:
        line = paths[name].dropna()
        value = float(line.iloc[-1])
        a, b = pairs[str(name)]
        change = words.direction(value - 1, "more", "less", "as much", 0.005)
        size = "" if change == "as much" else f"{words.pct(abs(value - 1), 0)} "
        told.append(
            f"{a} made {size}{change} {'as' if change == 'as much' else 'than'} {b} "
            f"since {words.month(line.index[0])}"
        )
    return words.join(told)


def leads_sentence(findings: Mapping[str, Finding]) -> str:
    """The strongest of all leads tried, out of sample."""
    best, p = get(findings, "lead_best_r2"), get(findings, "lead_best_p")
    tried, helpful = get(findings, "lead_tried"), get(findings, "lead_helpful")
    if best.value is None:
        return f"Whether spending leads returns cannot be tested: {reason(best)}."
    sure = "passes" if p.value is not None and p.value <= LEVEL else "does not pass"
    return (
        f"Of {words.count(tried.value)} leads of spending and orders tried out of sample, "
        f"{words.count(helpful.value)} forecast better than the past mean; the strongest has an R² of "
        f"{words.pct(best.value)} and {sure} the test for that many tries ({words.p_value(p.value)})."
    )


def leads_title(tried: pd.DataFrame) -> str:
    """Whether any lead survives the number of tries."""
    if tried.empty:
        return "Too few months to ask whether returns follow spending"
    p = float(tried["p_family"].min())
    if p <= LEVEL:
        return f"Returns follow published spending or orders, also after {len(tried)} tries"
    if (tried["p"].astype(float) <= LEVEL).any():
        return (
            f"Returns may follow spending, but not beyond what {len(tried)} tries turn up by chance"
        )
    return f"None of {len(tried)} tries shows returns that follow spending or orders"


def profile_title(profile: pd.DataFrame) -> str:
    """Where the correlation is largest and whether it leaves the limits of chance."""
    if profile.empty:
        return "Too few months for a profile of leads"
    held = profile.drop(columns="limit")
    lead = held.abs().max(axis=1).idxmax()
    name = held.loc[lead].abs().idxmax()
    value, limit = float(held.loc[lead, name]), float(profile["limit"].iloc[0])
    share = abs(value) / limit
    where = "within" if share < 0.95 else "at the edge of" if share <= 1.05 else "beyond"
    when = "in the month of the return"
    if lead:
        when = f"{words.plural(abs(int(lead)), 'month')} {'before' if lead > 0 else 'after'} the return"
    return (
        f"The closest link, {words.number(value, 2, signed=True)} with {str(name).lower()} published {when}, "
        f"lies {where} the limits of chance"
    )
