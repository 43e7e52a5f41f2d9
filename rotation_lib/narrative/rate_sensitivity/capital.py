"""What the cost of capital did, series by series: policy, yields, lenders, credit.

A fall of the policy rate and a fall of what firms pay are different sentences here.
"""

from __future__ import annotations

import pandas as pd

from ... import words
from .phrases import Findings, get, known, listed, rank, side, slope, why


def capital_title(findings: Findings) -> str:
    """Policy rate against the 10-year yield."""
    policy, ten = get(findings, "policy_change"), get(findings, "yield_10y_change")
    if not known(policy, ten):
        return "What firms paid after September 2024 cannot be measured here"
    cut = words.direction(policy.value, "rose", "fell", "did not change", 0.5)
    long = words.direction(ten.value, "rose", "fell", "hardly moved", 5)
    joint = "and" if cut == long else "but"
    return f"The policy rate {cut}, {joint} the 10-year yield {long}"


def capital_section(findings: Findings) -> str:
    """Heading and paragraph on rates, then lenders and credit."""
    head = f"## {capital_title(findings)}"
    policy = get(findings, "policy_change")
    if not known(policy):
        return f"{head}\n\nChanges since September 2024 are not measured: {why(policy)}."
    moves = [
        f"the {name} by {words.bp(found.value, signed=True)}"
        for name, found in (
            ("2-year yield", get(findings, "yield_2y_change")),
            ("10-year yield", get(findings, "yield_10y_change")),
            ("30-year yield", get(findings, "yield_30y_change")),
        )
        if known(found)
    ]
    text = [
        f"From the close before the first cut of 2024, the target rate changed by "
        f"{words.bp(policy.value, signed=True)}" + (f", {words.join(moves)}." if moves else "."),
        _ranks(findings),
        "Loans at a floating rate follow the first number; new fixed-rate debt follows the others.",
    ]
    return f"{head}\n\n{listed(text)}"


def _ranks(findings: Findings) -> str:
    """How unusual the changes of the two rates in the title are."""
    named = (("target rate", "policy_change"), ("10-year yield", "yield_10y_change"))
    told = [
        f"that of the {name} is {words.percentile(found.percentile, None)}"
        for name, found in ((n, get(findings, key)) for n, key in named)
        if found.percentile is not None
    ]
    return f"Among changes over as long a time since 2010, {words.join(told)}." if told else ""


def lenders_paragraph(findings: Findings) -> str:
    """Lending standards, credit excess return and conditions, each with its rank."""
    level, change = get(findings, "lending_standards"), get(findings, "lending_standards_change")
    credit, nfci = get(findings, "credit_excess_since_cut"), get(findings, "nfci_change")
    text = []
    if known(level):
        stance = words.direction(
            level.value,
            "more banks tighten standards than ease them",
            "more banks ease standards than tighten them",
            "as many banks tighten standards as ease them",
            0.05,
        )
        text.append(
            f"In the latest survey {stance} (net {words.percent(level.value, 1, signed=True)})."
        )
    if known(change):
        text.append(
            f"The net share changed by {words.number(change.value, 1, signed=True)} points since before "
            f"the cut, {_rank(change)}."
        )
    if known(credit):
        text.append(
            f"High-yield credit earned {words.value_of(credit, signed=True)} over Treasuries of like "
            f"duration, {rank(credit)}: an ordinary stretch of carry."
            if 0.25 <= (credit.percentile or 0) <= 0.75
            else f"High-yield credit earned {words.value_of(credit, signed=True)} over Treasuries of like "
            f"duration, {rank(credit)}."
        )
    if known(nfci):
        text.append(
            f"The conditions index moved by {words.number(nfci.value, 2, signed=True)}, {_rank(nfci)}."
        )
    beta = get(findings, "credit_beta_2y")
    if known(beta):
        meaning = {
            "above": "when yields fall, credit tends to lose, which undoes part of the relief",
            "below": "when yields fall, credit tends to gain, which adds to the relief",
            "open": "credit shows no clear answer to yields",
        }[side(beta)]
        text.append(
            f"Per percentage point of 2-year yield, credit's weekly excess return moves {slope(beta)}: "
            f"{meaning}."
        )
    return listed(text) or f"Lenders and credit are not shown: {why(level)}."


def _rank(finding: object) -> str:
    share = getattr(finding, "percentile", None)
    if share is None:
        return "without a rank"
    return f"lower than {words.standing(1 - share)} of changes over as long a time since 2010"


def small_firm_note(last: pd.Timestamp | None, end: pd.Timestamp) -> str:
    """How far the survey's small-firm series reaches."""
    if last is None:
        return "The survey's series for small firms is not in these data."
    if (end - last).days <= 150:
        return f"The survey's series for small firms reaches {words.quarter(last)} here."
    return (
        f"The survey's series for small firms stops in {words.quarter(last)} in these data; only the live "
        "source has it in full, so banks' standards for large and middle-market firms stand in."
    )


def rates_title(findings: Findings, frame: pd.DataFrame) -> str:
    """Title of the chart of rates: since the cut, or over what is drawn where that lies outside.

    Args:
        frame: dates × rates in per cent.
    """
    if known(get(findings, "policy_change"), get(findings, "yield_10y_change")):
        return capital_title(findings)
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
        found = get(findings, key)
        if known(found) and found.percentile is not None:
            shown.append(word)
            if (found.percentile if sign > 0 else 1 - found.percentile) >= 0.75:
                eased.append(word)
    if not shown:
        return _stance_title(findings)
    if not eased:
        return f"{words.join(shown).capitalize()}: no unusual easing since the first cut"
    return f"Unusual easing since the first cut: {words.join(eased)}"


def _stance_title(findings: Findings) -> str:
    level = get(findings, "lending_standards")
    if not known(level):
        return "Credit and financial conditions, without the banks' survey"
    stance = words.direction(level.value, "tightening", "easing", "even", 0.05)
    return f"At the end of the window banks' standards were {stance} on balance"
