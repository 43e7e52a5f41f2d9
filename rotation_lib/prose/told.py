"""A finding as a sentence sees it: its texts, and the few questions that prose may ask of it.

Every text comes from :mod:`rotation_lib.words`, so that a number reads the same in all chapters. A
finding without a value answers one question only, whether it is known; any other raises
:class:`Missing`, and the paragraph that asked says why instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp

from .. import words
from ..errors import LedgerError, nearest
from ..findings import Finding, FindingSet


class Missing(Exception):
    """A finding without a value was printed or questioned."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__((finding.reason or "no value could be computed").rstrip("."))


@dataclass(frozen=True)
class Told:
    """One finding; printed by itself it is its value with its interval."""

    finding: Finding

    @property
    def known(self) -> bool:
        """Whether it has a value: the only question a missing finding answers."""
        return self.finding.value is not None

    @property
    def reason(self) -> str:
        """Why it has no value, without a full stop."""
        return str(Missing(self.finding))

    def _held(self) -> Finding:
        if not self.known:
            raise Missing(self.finding)
        return self.finding

    def __str__(self) -> str:
        """ "1.30 (95% interval 1.24 to 1.36)"; a fact with its rank."""
        return words.ranked(self._held())

    # -- texts --------------------------------------------------------------------------

    @property
    def signed(self) -> str:
        """Value with a sign, and interval: "+0.8 percentage points (95% interval −2.2 to 3.7)"."""
        return words.described(self._held(), signed=True)

    @property
    def only(self) -> str:
        """The value alone: "1.30", "7.3%"."""
        return words.value_of(self._held())

    @property
    def change(self) -> str:
        """The value alone, with a sign: "+7.3%"."""
        return words.value_of(self._held(), signed=True)

    @property
    def size(self) -> str:
        """The value alone, without a sign: a loss of −41% is "41%"."""
        return words.value_of(words.size(self._held()))

    @property
    def sized(self) -> str:
        """Value and interval without a sign: "3.7% (95% interval 3.0% to 5.0%)"."""
        return words.described(words.size(self._held()))

    @property
    def bounds(self) -> str:
        """The interval alone: "95% interval 1.24 to 1.36", or "no interval"."""
        return words.bounds(self._held()) or "no interval"

    @property
    def reach(self) -> str:
        """The interval's ends as whole sizes: "28% to 63%"."""
        low, high = self._held().low, self._held().high
        if low is None or high is None:
            return words.MISSING
        ends = sorted((abs(low), abs(high)))
        return " to ".join(words.pct(end, 0) for end in ends)

    @property
    def rank(self) -> str:
        """Where a fact stands: "larger than 97% of all windows of that length since 2010"."""
        return words.percentile(self._held().percentile)

    @property
    def best(self) -> str:
        """A place from the top: "the best", "the 2nd best"."""
        place = round(self.value)
        return "the best" if place == 1 else f"the {words.ordinal(place)} best"

    def among(self, noun: str) -> str:
        """The rank among what ``noun`` names: "smaller than 94% of all 12-month changes"."""
        return words.percentile(self._held().percentile, noun)

    @property
    def standing(self) -> str:
        """The share of its likes that were lower: "58%"."""
        return words.standing(self._held().percentile)

    @property
    def unlike(self) -> str:
        """The share of its likes that were higher: "88%"."""
        return words.standing(1 - self.percentile)

    @property
    def number(self) -> str:
        """A p-value without its "p =", for a sentence that has said it."""
        return words.p_number(self._held().value)

    @property
    def apart(self) -> str:
        """Months as a distance in time: "five months before", "in the month of"."""
        return _distance(self.value)

    @property
    def span(self) -> str:
        """The interval of such a distance: "twelve months before to two months after"."""
        low, high = self._held().low, self._held().high
        return f"{_distance(low or 0)} to {_distance(high or 0)}"

    @property
    def start(self) -> str | None:
        """First day used, for ``| date`` or ``| month``."""
        return self._held().start

    @property
    def end(self) -> str | None:
        """Last day used."""
        return self._held().end

    # -- what may be asked, and what else it knows --------------------------------------

    @property
    def value(self) -> float:
        """The number, for a comparison."""
        return float(self._held().value or 0.0)

    @property
    def percentile(self) -> float:
        """A fact's rank, 0 to 1; 0.5 where it has none."""
        rank = self._held().percentile
        return 0.5 if rank is None else rank

    @property
    def n(self) -> int:
        """Observations used."""
        return int(self._held().n or 0)

    @property
    def facts(self) -> Mapping[str, str | int | float]:
        """What the finding knows besides its number."""
        return self._held().facts

    @property
    def detectable(self) -> str:
        """What would have stood out, in the finding's unit: of a finding that carries it."""
        return words.quantity(float(self.facts["detectable"]), self._held().unit)

    @property
    def clear(self) -> bool:
        """Whether the interval lies wholly on one side of zero."""
        return self._held().excludes_zero

    @property
    def proven(self) -> bool:
        """Whether a p-value is at most 0.05."""
        return self.value <= 0.05

    def above(self, reference: float = 0.0) -> bool:
        """Whether the whole interval lies above ``reference``."""
        low = self._held().low
        return low is not None and low > reference

    def below(self, reference: float = 0.0) -> bool:
        """Whether the whole interval lies below ``reference``."""
        high = self._held().high
        return high is not None and high < reference

    def sign(self, up: str, down: str, unsure: str | None = None) -> str:
        """The word for the side of zero; ``unsure`` where the interval holds zero or is absent."""
        if unsure is not None and not self.clear:
            return unsure
        return up if self.value > 0 else down

    def by(self, p: Told, up: str, down: str, unsure: str) -> str:
        """The word for the side of zero where ``p`` proves one, else ``unsure``."""
        return self.sign(up, down) if p.proven else unsure

    def part(self, share: float) -> Told:
        """The same for a share of the step it is counted per: a slope per ten basis points."""
        finding = self._held()
        numbers = {n: getattr(finding, n) for n in ("value", "low", "high")}
        scaled = {n: None if v is None else v * share for n, v in numbers.items()}
        return Told(finding.model_copy(update={**scaled, "unit": "percentage points"}))

    @property
    def factor(self) -> Told:
        """A log change as the factor that it is: 1.71 is "5.56 (95% interval 1.83 to 16.90)"."""
        finding = self._held()
        numbers = {n: getattr(finding, n) for n in ("value", "low", "high")}
        grown = {n: None if v is None else exp(v) for n, v in numbers.items()}
        return Told(finding.model_copy(update={**grown, "unit": "ratio"}))


def _distance(months: float) -> str:
    count = round(abs(months))
    if not count:
        return "in the month of"
    return f"{words.plural(count, 'month', spell=True)} {'before' if months < 0 else 'after'}"


class Findings(Mapping[str, Told]):
    """The findings of one chapter by the last part of their ids."""

    def __init__(self, findings: FindingSet, chapter: str) -> None:
        self._all = findings
        self._chapter = chapter

    def __getitem__(self, name: str) -> Told:
        return Told(self._all[f"{self._chapter}.{name}"])

    def __getattr__(self, name: str) -> Told:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except LedgerError:
            known = [i.split(".", 1)[1] for i in self._all if i.startswith(f"{self._chapter}.")]
            raise LedgerError(
                f"no finding of {self._chapter} is called {name!r}; {nearest(name, known)}."
            ) from None

    def __iter__(self) -> Iterator[str]:
        return (i.split(".", 1)[1] for i in self._all if i.startswith(f"{self._chapter}."))

    def __len__(self) -> int:
        return sum(1 for _ in self)
