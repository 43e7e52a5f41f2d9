"""What a chapter opens: its market, its findings, and the parts every chapter has.

It puts the layers together for a notebook and computes nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

from .findings import FindingSet
from .judging import Judged
from .market import Market
from .narrative import ledger as ledger_text
from .narrative import provenance as provenance_text
from .params import NoExtras, chapter_extras, extra_names, report_params
from .project import THEMES, trusted
from .prose import Prose, tell
from .prose.judged import Ledger
from .prose.magic import listen
from .prose.template import read
from .results import all_results, theme_results


@dataclass(frozen=True, eq=False)
class Chapter:
    """One chapter, opened for given parameters.

    Attributes:
        name: the notebook's name without its ending.
        market: data seen through the window.
        extras: the chapter's own parameters, validated.
    """

    name: str
    market: Market
    extras: NoExtras

    @cached_property
    def _results(self) -> tuple[FindingSet, tuple[Judged, ...]]:
        if self.name in THEMES:
            return theme_results(self.name, self.market)
        return all_results(self.market)

    @property
    def findings(self) -> FindingSet:
        """The chapter's findings; all of the report's for chapters without a theme."""
        return self._results[0]

    @property
    def ledger(self) -> tuple[Judged, ...]:
        """The chapter's claims, judged; all of them for chapters without a theme."""
        return self._results[1]

    def tell(self, cell: str) -> Prose:
        """The Markdown of a ``%%prose`` cell of this chapter.

        Args:
            cell: its source, with its first line.
        """
        lines = tell(cell, self.findings, self.name, self._sayable)
        if not read(cell).box:
            return Prose.of(*lines)
        box = ledger_text.takeaway_box([x.removeprefix("- ") for x in lines], self.market.notes)
        return Prose.of(box, ledger_text.verdict_list(self.ledger))

    @property
    def _sayable(self) -> dict[str, object]:
        """What prose may name besides findings: parameters, the window as settled, the ledger."""
        settled = {
            "start": self.market.start,
            "end": self.market.end,
            "ledger": Ledger(self.ledger),
        }
        return self.market.params.as_strings() | self.extras.model_dump() | settled

    def takeaways(self) -> Prose:
        """The key takeaways, in the words of the chapter's narrative, and its verdicts."""
        narrative = import_module(f"rotation_lib.narrative.{self.name}")
        lines: Sequence[str] = narrative.takeaways(self.findings)
        box = ledger_text.takeaway_box(lines, self.market.notes)
        return Prose.of(box, ledger_text.verdict_list(self.ledger))

    def verdicts(self) -> Prose:
        """This chapter's claims with their verdicts, reasons and what would change them."""
        none = "No claim of the ledger rests on this chapter's findings."
        return Prose(ledger_text.claim_cards(self.ledger) or none)

    def headline(self) -> str:
        """A small fixed table of the chapter's main findings, for people and for diffs."""
        return ledger_text.headline_table(self.findings)

    def sources(self) -> Prose:
        """Where the chapter's data come from, how old they are, and what was left out."""
        used = sorted({s for f in self.findings.values() for s in f.series})
        licences = "" if self.name == "methods" else "methods.ipynb"
        return Prose(provenance_text.source_list(self.market, used, licences))


def open_chapter(name: str, /, **parameters: object) -> Chapter:
    """Open a chapter.

    Args:
        name: its notebook's name.
        parameters: the seven report parameters and the chapter's own.

    Raises:
        ParameterError: for anything a parameters cell cannot mean.
        ProjectError: if the notebook lies in a checkout of other code.
        DataError: if the data cannot be trusted.

    >>> chapter = open_chapter("risks", end="2023-12-29", yield_shock=2)
    >>> chapter.extras.yield_shock, chapter.market.small
    (2.0, 'IWM')
    """
    trusted()
    names = extra_names().get(name, ())
    own = {k: v for k, v in parameters.items() if k in names}
    shared = {k: v for k, v in parameters.items() if k not in names}
    extras = chapter_extras(name, own)
    chapter = Chapter(name, Market.load(report_params(**shared)), extras)
    listen(chapter.tell)
    return chapter
