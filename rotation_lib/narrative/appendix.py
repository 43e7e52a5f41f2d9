"""What stands at the end of the report: every finding as text, notices, the bibliography.

It repeats what findings and reference files say; it must never add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import words

if TYPE_CHECKING:
    from ..findings import Finding
    from ..market import Market
    from ..references import Commentary, References, Work


def finding_kind(finding: Finding) -> str:
    """What a finding's number is: "interval", "rank", "p-value", "plain" or "missing"."""
    if finding.value is None:
        return "missing"
    if finding.low is not None:
        return "interval"
    if finding.percentile is not None:
        return "rank"
    return "p-value" if finding.unit == "p-value" else "plain"


def findings_title(findings: Mapping[str, Finding]) -> str:
    """Title of the list of all findings."""
    return f"All {words.plural(len(findings), 'finding')}, chapter by chapter"


def finding_rows(findings: Mapping[str, Finding], chapter: str) -> pd.DataFrame:
    """The findings of one chapter as text: what it is, value, method or reason with id."""
    own = [f for f in findings.values() if f.chapter == chapter]
    columns = ["What it is", "Value", "How, and id"]
    return pd.DataFrame([_finding_row(f) for f in own], columns=columns)


def _finding_row(finding: Finding) -> dict[str, Any]:
    kind = finding_kind(finding)
    value = words.value_of(finding)
    if kind == "interval":
        value = f"{value}; {words.pct(finding.confidence, 0)} interval {words.ends(finding)}"
    elif kind == "rank":
        value = f"{value}; rank {words.standing(finding.percentile)}"
    how = finding.reason if kind == "missing" else finding.method
    basis = [f"n = {words.count(finding.n)}" if finding.n is not None else "", _dates(finding)]
    short = finding.id.removeprefix(f"{finding.chapter}.")
    said = [part.rstrip(".") for part in (how or "", *basis, short) if part]
    return {
        "What it is": finding.label,
        "Value": value,
        "How, and id": "; ".join(said),
    }


def _dates(finding: Finding) -> str:
    return f"{finding.start} to {finding.end}" if finding.start and finding.end else ""


# -- licences and bibliography ------------------------------------------------------------


def notices(market: Market) -> str:
    """The notices that sources ask for, word for word."""
    return "\n\n".join(f"> {text}" for text in market.catalog.notices.values())


def commentary(references: References) -> str:
    """The commentary with its numbers, as the claims cite it."""
    story = "\n".join(_commentary(c) for c in references.commentary)
    return f'### The commentary under test\n\n<ul class="references">\n{story}\n</ul>'


def works(references: References) -> str:
    """The papers by author, under a lead that counts them."""
    by_author = sorted(references.work, key=lambda w: ([a.casefold() for a in w.authors], w.year))
    papers = "\n".join(_work(w) for w in by_author)
    counted = words.plural(len(by_author), "work", spell=True)
    return (
        f"**{counted.capitalize()} on statistics, by author.** Each with what it is used for."
        f'\n\n<ul class="references">\n{papers}\n</ul>'
    )


def _commentary(item: Commentary) -> str:
    when = f", {escape(item.published)}" if item.published else ""
    return (
        f'<li id="source-{item.number}">[{item.number}] “{escape(item.title, quote=False)}”, '
        f"{escape(item.publisher, quote=False)}{when}.</li>"
    )


def _work(work: Work) -> str:
    end = "" if work.title.endswith("?") else "."
    doi = f' <a href="https://doi.org/{work.doi}">doi:{work.doi}</a>.' if work.doi else ""
    return (
        f"<li>{escape(words.join(work.authors))} ({work.year}). "
        f"{escape(work.title, quote=False)}{end} <em>{escape(work.venue, quote=False)}</em>.{doi} "
        f"Used for: {escape(work.use, quote=False)}.</li>"
    )
