"""Words and markup of the ledger: takeaways, claim cards, the ledger table, headline tables.

Input is judged claims and findings; it must never judge or measure anything itself.
The markup is Markdown with a few HTML containers, so that it reads in Jupyter as
well as on the site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .. import words
from ..prose.markdown import fold

if TYPE_CHECKING:
    from ..claims import Judged, Result
    from ..findings import Finding

_VERDICTS = ("holds", "holds in part", "does not hold", "cannot be tested")
_OUTCOMES = {
    "supports": "Supports it",
    "leans towards": "Leans towards it",
    "contradicts": "Contradicts it",
    "is missing": "Missing",
}
_TITLES = {
    "rate_sensitivity": "Rate sensitivity",
    "tech_valuations": "Technology and valuations",
    "reshoring_sectors": "Reshoring and sectors",
    "risks": "Risks",
}


def chapter_title(name: str) -> str:
    """A chapter's name as a reader sees it."""
    return _TITLES.get(name, name.replace("_", " ").capitalize())


def badge(verdict: str) -> str:
    """A verdict as an inline badge; the style sheet adds shape and colour to the words."""
    return f'<span class="verdict" data-verdict="{verdict}">{verdict}</span>'


def takeaway_box(
    lines: Sequence[str], notes: Sequence[str] = (), title: str = "Key takeaways"
) -> str:
    """Key takeaways as a box, with notes on snapped dates below.

    Args:
        lines: one sentence or two each, Markdown.
        notes: what the market changed of the wanted dates.
        title: heading of the box.
    """
    items = "\n".join(f"- {line}" for line in lines)
    told = "".join(f"\n\n*{note}*" for note in notes)
    return f'<div class="takeaways">\n\n**{title}**\n\n{items}{told}\n\n</div>'


def verdict_list(ledger: Iterable[Judged]) -> str:
    """A chapter's claims and their verdicts, each leading to its card; empty without claims."""
    items = "".join(
        f'<li><a href="#claim-{j.claim.id}">{escape(j.claim.title)}</a> '
        f"{badge(j.verdict.value)}</li>"
        for j in ledger
    )
    return f'<ul class="verdict-list">{items}</ul>' if items else ""


def claim_cards(ledger: Iterable[Judged]) -> str:
    """One card a claim: verdict, why and caveat; folded, its words, tests and what would change it."""
    return "\n\n".join(_card(j) for j in ledger)


def _card(judged: Judged) -> str:
    claim, verdict = judged.claim, badge(judged.verdict.value)
    cited = f" [{', '.join(str(n) for n in claim.sources)}]" if claim.sources else ""
    judged_by = "" if claim.untestable else _tests(judged.results)
    parts = [
        f'<div class="claim" id="claim-{claim.id}">',
        f'<p class="claim-title"><strong>{escape(claim.title)}</strong> {verdict}</p>',
        f"*Not judged:* {claim.untestable}" if claim.untestable else judged.brief,
        f"*Keep in mind:* {claim.caveat}" if claim.caveat else "",
        fold(
            "The claim, how it was judged, and what would change the verdict",
            f"*The story says:* {claim.says}{cited}\n\n{judged_by}\n\n"
            f"*What would change it:* {claim.would_change}",
        ),
        "</div>",
    ]
    return "\n\n".join(p for p in parts if p)


def _tests(results: Sequence[Result]) -> str:
    """The tests of a claim as a list, the outcome first."""
    lines = []
    for result in results:
        weight = "" if result.key else " (supporting look)"
        said = (
            f"- **{_OUTCOMES[result.outcome.value]}{weight}:** {result.label}, {result.measured}."
        )
        why = result.why[0].upper() + result.why[1:].rstrip(".")
        lines.append(f"{said} <small>Asked: {result.asked}. {why}.</small>")
    return "\n".join(lines)


@dataclass(frozen=True)
class Markup:
    """HTML of the package's own making; every text from data is escaped before it gets here."""

    html: str
    plain: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.plain}


def ledger_view(ledger: Sequence[Judged]) -> Markup:
    """The ledger as a table for a page, and as lines for plain text."""
    return Markup(_ledger_table(ledger), verdict_lines(ledger))


def verdict_lines(ledger: Sequence[Judged]) -> str:
    """One line a claim, id and verdict in columns: what a diff shows when a verdict flips."""
    width = max(len(j.claim.id) for j in ledger)
    return "\n".join(f"{j.claim.id:<{width}}  {j.verdict.value}" for j in ledger)


def _ledger_table(ledger: Iterable[Judged]) -> str:
    """All claims as one table, each row linking to its card in its chapter."""
    rows = [
        '<table class="scorecard"><caption>Every claim of the story, with its verdict</caption>',
        '<thead><tr><th scope="col">Claim</th><th scope="col">Verdict</th>',
        '<th scope="col">Why</th><th scope="col">Chapter</th></tr></thead><tbody>',
    ]
    for judged in ledger:
        claim = judged.claim
        link = f"{claim.chapter}.html#claim-{claim.id}"
        rows.append(
            f'<tr data-verdict="{judged.verdict.value}" data-chapter="{claim.chapter}">'
            f'<th scope="row"><a href="{link}">{escape(claim.title)}</a></th>'
            f"<td>{badge(judged.verdict.value)}</td><td>{escape(judged.brief)}</td>"
            f"<td>{chapter_title(claim.chapter)}</td></tr>"
        )
    rows.append("</tbody></table>")
    return "\n".join(rows)


def tally(ledger: Iterable[Judged]) -> dict[str, int]:
    """How many claims have each verdict, all four verdicts present."""
    counts = Counter(j.verdict.value for j in ledger)
    return {verdict: counts.get(verdict, 0) for verdict in _VERDICTS}


def tally_sentence(ledger: Sequence[Judged]) -> str:
    """``"Of 20 claims, 5 hold, 7 hold in part, 4 do not hold and 4 cannot be tested."``"""
    count = tally(ledger)
    plural = {
        "holds": ("holds", "hold"),
        "holds in part": ("holds in part", "hold in part"),
        "does not hold": ("does not hold", "do not hold"),
        "cannot be tested": ("cannot be tested", "cannot be tested"),
    }
    said = [f"{n} {plural[v][n != 1]}" for v, n in count.items()]
    return f"Of {len(ledger)} claims, {words.join(said)}."


def headline_table(findings: Mapping[str, Finding]) -> str:
    """Fixed-width text: id, value, interval; one line a finding, in the study's order."""
    width = max(len(i) for i in findings)
    lines = []
    for finding in findings.values():
        value = "—" if finding.value is None else f"{finding.value: .6f}"
        bounds = "" if finding.low is None else f"  [{finding.low: .6f}, {finding.high: .6f}]"
        lines.append(f"{finding.id:<{width}}  {value:>11}{bounds}".rstrip())
    return "\n".join(lines)
