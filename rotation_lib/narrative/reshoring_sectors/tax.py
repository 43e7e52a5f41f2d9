"""Words on the steps of the two tax laws.

Every sentence holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from .common import LEVEL, counted, gap, get, reason, value_of

if TYPE_CHECKING:
    from ...findings import Finding


def _reacted(findings: Mapping[str, Finding], episode: str) -> bool | None:
    value, p = value_of(findings, f"tax_{episode}_5d"), value_of(findings, f"tax_{episode}_5d_p")
    return None if value is None or p is None else value > 0 and p <= LEVEL


def tax_title(findings: Mapping[str, Finding]) -> str:
    """Which of the two tax laws moved small caps."""
    old, new = _reacted(findings, "2016"), _reacted(findings, "2025")
    if old is None and new is None:
        return "The steps of the tax laws cannot be measured here"
    if old and new:
        return "Small caps gained on the steps of both tax laws"
    if old:
        tail = ", not clearly on those of 2025" if new is not None else ""
        return f"Small caps gained on the tax steps of 2016–17{tail}"
    if new:
        tail = ", not clearly on those of 2016–17" if old is not None else ""
        return f"Small caps gained on the tax steps of 2025{tail}"
    return "Small caps did not gain on tax steps by more than chance allows"


def reactions_title(frame: pd.DataFrame) -> str:
    """How many single steps stand out, and the largest."""
    steps = frame[~frame["label"].astype(str).str.startswith("Mean")]
    if steps.empty:
        return "No tax step can be measured here"
    clear = steps[(steps["low"] > 0) | (steps["high"] < 0)]
    count = f"{counted(len(clear))} of {words.spelled(len(steps))} tax steps"
    if clear.empty:
        return f"{count} moved small caps more than an ordinary week does"
    top = clear.loc[clear["value"].abs().idxmax()]
    if len(clear) == 1:
        return f"{count} stands out from ordinary weeks: {top['label']}"
    return f"{count} stand out from ordinary weeks, most of all {top['label']}"


def tax_sentence(findings: Mapping[str, Finding]) -> str:
    """Five-session reactions to both laws."""
    told, reasons = [], []
    for episode, name in (("2016", "2016–17"), ("2025", "2025")):
        mean, p = get(findings, f"tax_{episode}_5d"), value_of(findings, f"tax_{episode}_5d_p")
        if mean.value is None:
            reasons.append(f"The {name} law cannot be measured here: {reason(mean)}.")
            continue
        verb = "led" if mean.value > 0 else "lagged"
        told.append(
            f"{verb} by {gap(mean)} around the steps of {name} (family-wise placebo {words.p_value(p)})"
        )
    text = f"Over five sessions small caps {words.join(told)}." if told else ""
    return " ".join([text, *reasons]).strip()


def tax_paragraph(findings: Mapping[str, Finding]) -> str:
    """The reactions, and the year after each law with its rank."""
    text = tax_sentence(findings)
    for episode, name in (("2016", "2016–17"), ("2025", "2025")):
        year = get(findings, f"tax_{episode}_year")
        if year.value is not None:
            text += (
                f" In the year after the {name} law was signed they "
                f"{'led' if year.value > 0 else 'lagged'} by {words.pp(abs(year.value))}, "
                f"{words.percentile(year.percentile, 'such years since 2010')}."
            )
    return text
