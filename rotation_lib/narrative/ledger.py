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
from ..strength import Strength, Verdict

if TYPE_CHECKING:
    from ..claims import Source
    from ..findings import Finding
    from ..judging import Judged, PartJudged

_VERDICTS = tuple(v.value for v in Verdict)
_TITLES = {
    "rate_sensitivity": "Rate sensitivity",
    "tech_valuations": "Technology and valuations",
    "reshoring_sectors": "Reshoring and sectors",
    "risks": "Risks",
}


def chapter_title(name: str) -> str:
    """A chapter's name as a reader sees it."""
    return _TITLES.get(name, name.replace("_", " ").capitalize())


def badge(verdict: str, told: str = "") -> str:
    """A verdict as an inline badge; the style sheet adds shape and colour to the words.

    Args:
        verdict: one of :class:`rotation_lib.strength.Verdict`.
        told: the same with its warning.
    """
    return f'<span class="verdict" data-verdict="{verdict}">{told or verdict}</span>'


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
        f'<li><a href="#claim-{j.claim.id}">{escape(j.claim.title)}</a> {badge(j.verdict.value, j.told)}</li>'
        for j in ledger
    )
    return f'<ul class="verdict-list">{items}</ul>' if items else ""


def claim_cards(ledger: Iterable[Judged]) -> str:
    """One card a claim: verdict, sentence and caveat; folded, its words, sources and parts."""
    return "\n\n".join(_card(j) for j in ledger)


def _card(judged: Judged) -> str:
    claim, shape = judged.claim, badge(judged.verdict.value, judged.told)
    cited = f" [{', '.join(str(n) for n in claim.sources)}]" if claim.sources else ""
    told = [
        f"*The story says:* {claim.says}{cited}",
        *(_source(s) for s in claim.source),
        "\n".join(_part(p) for p in judged.parts),
        f"*What would change it:* {claim.would_change}",
    ]
    shown = [
        f'<div class="claim" id="claim-{claim.id}">',
        f'<p class="claim-title"><strong>{escape(claim.title)}</strong> {shape}</p>',
        judged.sentence,
        f"*Keep in mind:* {claim.caveat}" if claim.caveat else "",
        fold("The claim, its parts, and what would change the verdict", "\n\n".join(told)),
        "</div>",
    ]
    return "\n\n".join(p for p in shown if p)


def _source(source: Source) -> str:
    where = f" ({source.address}, {source.read})" if source.address else f" ({source.read})"
    return f"*Source [{source.number}] says:* {source.says}{where}"


def _part(judged: PartJudged) -> str:
    """A part as an item of a list: how far it is borne, by what, and how sure that is."""
    part, strength = judged.part, judged.strength
    head = f"- **{_capital(strength.value)}:** {part.says}."
    if strength is Strength.UNTESTABLE:
        return f"{head} {judged.measured.rstrip('.')}."
    asked = f"Asked: {judged.asked}; {part.why.rstrip('.')}."
    sure = " ".join(x for x in (asked, _power(judged), _robustness(judged)) if x)
    return f"{head} {judged.label}: {judged.measured}. <small>{sure}</small>"


def _power(judged: PartJudged) -> str:
    if not judged.power:
        return ""
    return f"Seen four times in five: an effect of {judged.power}."


def _robustness(judged: PartJudged) -> str:
    counted = ((judged.specifications, "other way"), (judged.end_dates, "month end"))
    told = [f"{v.same} of {words.plural(v.n, noun)}" for v, noun in counted if v.n]
    return f"The same by {words.join(told)}." if told else ""


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


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
    return "\n".join(f"{j.claim.id:<{width}}  {j.told}" for j in ledger)


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
            f"<td>{badge(judged.verdict.value, judged.told)}</td><td>{escape(judged.sentence)}</td>"
            f"<td>{chapter_title(claim.chapter)}</td></tr>"
        )
    rows.append("</tbody></table>")
    return "\n".join(rows)


def tally(ledger: Iterable[Judged]) -> dict[str, int]:
    """How many claims have each verdict, all verdicts present."""
    counts = Counter(j.verdict.value for j in ledger)
    return {verdict: counts.get(verdict, 0) for verdict in _VERDICTS}


def tally_sentence(ledger: Sequence[Judged]) -> str:
    """``"Of 20 claims, 2 hold, 9 hold in part, 5 are not shown, 2 do not hold and 2 cannot be …"``"""
    count = tally(ledger)
    plural = {
        "holds": ("holds", "hold"),
        "holds in part": ("holds in part", "hold in part"),
        "not shown": ("is not shown", "are not shown"),
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
