"""What changed from one edition to the next, and what made each change.

Inputs are exchanged one after the other, from the earlier edition to the later one: code and
packages, then revised rows, then parameters, then the new rows. What a step changes is the work
of its input; where a step between cannot be measured, its inputs stay together, undetermined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from ..review.causes import differing_inputs
from ..review.model import Because, ClaimChange, FindingChange
from ..review.numbers import by_id, claim_changes, finding_changes, same
from .lab import Lab
from .layout import Edition, edition_date, read_edition, read_json
from .rows import SeriesRows, changed_rows

Record = Mapping[str, Any]
Cause = Literal["code", "dependencies", "revised data", "parameters", "new data"]
_UNKNOWN = Because(causes=(), certain=False)
_DATES = ("end", "as_of")
_COMPARED = (
    *("value", "low", "high", "percentile", "n", "start", "end"),
    *("reason", "unit", "label", "method", "series"),
)


@dataclass(frozen=True)
class Side:
    """One edition and the records of its build."""

    edition: Edition
    findings: Record
    build: Record

    @property
    def params(self) -> dict[str, str]:
        """The report's parameters."""
        return dict(self.build.get("params", {}))


@dataclass(frozen=True)
class Step:
    """Inputs exchanged together, and the report after it."""

    causes: tuple[Cause, ...]
    record: Record


@dataclass(frozen=True)
class Moved:
    """A finding that differs.

    Attributes:
        change: before, after, and by how much.
        headline: whether a claim rests on it.
        parts: for each step, its part of the change: in half widths of the interval, or in the
            value's own unit where there is no interval; ``None`` without a value on both sides.
        active: the steps that changed anything of it.
    """

    change: FindingChange
    headline: bool
    parts: tuple[float | None, ...]
    active: tuple[int, ...]


@dataclass(frozen=True)
class Judgement:
    """A claim that differs, and the steps that changed it."""

    change: ClaimChange
    active: tuple[int, ...]


@dataclass(frozen=True)
class Changes:
    """Everything told of the way from one edition to the next.

    Attributes:
        date: the later edition.
        since: the earlier one; empty for the first edition.
        steps: causes exchanged together, in order; several in one step could not be told apart.
        claims: verdicts that flipped first.
        findings: those that moved furthest first.
        series: rows that are new or revised; ``None`` where that is not known.
        details: what is known of the inputs that differ.
        headlines: how many findings claims rest on.
        labels: finding id → what it is called.
    """

    date: str
    since: str
    steps: tuple[tuple[Cause, ...], ...] = ()
    claims: tuple[Judgement, ...] = ()
    findings: tuple[Moved, ...] = ()
    series: tuple[SeriesRows, ...] | None = ()
    details: tuple[str, ...] = ()
    headlines: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def flips(self) -> tuple[Judgement, ...]:
        """Claims whose verdict is another one."""
        return tuple(j for j in self.claims if j.change.kind == "verdict")

    @property
    def moves(self) -> tuple[Moved, ...]:
        """Headlines that moved by more than a hundredth of their interval."""
        return tuple(m for m in self.findings if m.headline and not m.change.slight)

    def because(self, active: tuple[int, ...]) -> str:
        """Causes in words: "new data", "new data and code", "undetermined (code or new data)"."""
        return causes_text([self.steps[i] for i in active])

    def record(self) -> dict[str, Any]:
        """As plain data."""
        plain = {
            "schema": 1,
            "date": self.date,
            "since": self.since,
            "steps": [list(causes) for causes in self.steps],
            "claims": [_plain(j.change, active=list(j.active)) for j in self.claims],
            "findings": [
                _plain(m.change, headline=m.headline, parts=list(m.parts), active=list(m.active))
                for m in self.findings
            ],
        }
        series = None if self.series is None else [asdict(s) for s in self.series]
        return {**plain, "series": series, "details": list(self.details)}


def _plain(change: FindingChange | ClaimChange, **more: Any) -> dict[str, Any]:
    return {**change.model_dump(mode="json", exclude={"because"}), **more}


def causes_text(steps: list[tuple[Cause, ...]]) -> str:
    """Steps in words; causes that share a step are undetermined."""
    said = [s[0] if len(s) == 1 else f"undetermined ({' or '.join(s)})" for s in steps]
    return " and ".join(said) or "undetermined"


def read_side(folder: Path) -> Side:
    """An edition from its folder.

    Raises:
        BuildError: if one of its records cannot be read.
    """
    records = (read_json(folder / name) for name in ("findings.json", "build.json"))
    return Side(read_edition(folder), *records)


def compare_editions(base: Side, head: Side, lab: Lab) -> Changes:
    """All that differs between two editions.

    Args:
        base: the earlier one.
        head: the later one.
        lab: measures what lies between.
    """
    inputs = _inputs(base.build, head.build)
    then = _rows_then(base, head, lab)
    series = None if then is None else changed_rows(base.edition.rows, then, head.edition.rows)
    stages = _stages(base, head, set(inputs), series)
    steps = list(_steps(base, head, stages, lab))
    records = [base.findings, *(step.record for step in steps)]
    claims = by_id(head.findings, "claims").values()
    tested = {str(t["finding"]) for c in claims for t in c["tests"]}
    return Changes(
        date=edition_date(head.findings),
        since=edition_date(base.findings),
        steps=tuple(step.causes for step in steps),
        claims=tuple(_judgements(base.findings, head.findings, records)),
        findings=tuple(_moves(base.findings, head.findings, records, tested)),
        series=None if series is None else tuple(series),
        details=tuple(_details(base, head, inputs)),
        headlines=len(tested),
        labels={
            str(f["id"]): str(f["label"])
            for side in (base, head)
            for f in side.findings.get("findings", ())
        },
    )


def _inputs(base: Record, head: Record) -> dict[str, tuple[str, ...]]:
    """Inputs that differ, apart from the data and the day the report speaks of."""
    undated = [
        {**b, "params": {k: v for k, v in b.get("params", {}).items() if k not in _DATES}}
        for b in (base, head)
    ]
    found = differing_inputs(*undated)
    return {cause: details for cause, details in found.items() if cause != "data"}


def _rows_then(base: Side, head: Side, lab: Lab) -> Any:
    """What the later edition's data show up to the earlier one's day; ``None`` if not known."""
    if _same_data(base.build, head.build):
        return base.edition.rows
    dates = {name: base.params.get(name, "") for name in _DATES}
    return lab.rows({**base.params, **dates}) if base.edition.rows else None


def _same_data(base: Record, head: Record) -> bool:
    keys = ("source", "data_sha256")
    return all(base.get(k) is not None and base.get(k) == head.get(k) for k in keys)


def _stages(
    base: Side, head: Side, inputs: set[str], series: list[SeriesRows] | None
) -> list[tuple[Cause, ...]]:
    """Inputs that differ, in the order they are exchanged."""
    machinery: tuple[Cause, ...] = tuple(c for c in ("code", "dependencies") if c in inputs)
    later = any(base.params.get(name) != head.params.get(name) for name in _DATES)
    told: list[tuple[bool, tuple[Cause, ...]]] = [
        (bool(machinery), machinery),
        (series is None or any(s.revised for s in series), ("revised data",)),
        ("parameters" in inputs, ("parameters",)),
        (later or any(s.new for s in series or ()), ("new data",)),
    ]
    return [causes for differs, causes in told if differs]


def _steps(base: Side, head: Side, stages: list[tuple[Cause, ...]], lab: Lab) -> Iterator[Step]:
    """The reports between, as far as they can be measured; the later edition comes last."""
    dates = {name: base.params.get(name, "") for name in _DATES}
    after: dict[Cause, Callable[[], Record | None]] = {
        "revised data": lambda: lab.record(base.params),
        "parameters": lambda: lab.record({**head.params, **dates}),
    }
    waiting: tuple[Cause, ...] = ()
    for number, causes in enumerate(stages):
        waiting += causes
        if number == len(stages) - 1:
            yield Step(waiting, head.findings)
            return
        machinery = "code" in causes or "dependencies" in causes
        if not machinery:
            between = after[causes[-1]]()
        elif ("revised data",) in stages:
            between = lab.former(base.params, base.build)
        else:
            between = lab.record(base.params)
        if between is not None:
            yield Step(waiting, between)
            waiting = ()


def _judgements(base: Record, head: Record, records: list[Record]) -> Iterator[Judgement]:
    held = [by_id(r, "claims") for r in records]
    for change in claim_changes(base, head, lambda name: _UNKNOWN):
        said = [_said(claims.get(change.id), change.kind) for claims in held]
        yield Judgement(change, _active([a == b for a, b in pairwise(said)]))


def _said(claim: Record | None, kind: str) -> Any:
    if claim is None:
        return None
    if kind == "rule":
        return claim.get("rule")
    if kind == "evidence":
        return [(t["finding"], t["asked"], t["outcome"]) for t in claim["tests"]]
    return claim["verdict"]


def _moves(base: Record, head: Record, records: list[Record], tested: set[str]) -> Iterator[Moved]:
    held = [by_id(r, "findings") for r in records]
    for change in finding_changes(base, head, lambda name: _UNKNOWN):
        states = [findings.get(change.id) for findings in held]
        pairs = list(pairwise(states))
        yield Moved(
            change,
            change.id in tested,
            tuple(_part(a, b, change) for a, b in pairs),
            _active([_alike(a, b) for a, b in pairs]),
        )


def _active(alike: list[bool]) -> tuple[int, ...]:
    """Steps that changed something; a single step is the cause of whatever differs."""
    return (0,) if len(alike) == 1 else tuple(i for i, same in enumerate(alike) if not same)


def _alike(a: Record | None, b: Record | None) -> bool:
    if a is None or b is None:
        return a is b
    return all(same(a.get(part), b.get(part)) for part in _COMPARED)


def _part(a: Record | None, b: Record | None, change: FindingChange) -> float | None:
    """Change of the value from one step to the next, in the measure of the whole change."""
    if a is None or b is None or a["value"] is None or b["value"] is None:
        return None
    moved = float(b["value"] - a["value"])
    bounds = change.before_interval or change.after_interval
    if bounds is None or bounds[0] == bounds[1]:
        return moved
    return 2 * moved / (bounds[1] - bounds[0])


def _details(base: Side, head: Side, inputs: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    through = [side.edition.data_through for side in (base, head)]
    if through[0] != through[1]:
        yield f"Data through {through[0]} → {through[1]}"
    for name in _DATES[1:]:
        was, now = (side.params.get(name, "") for side in (base, head))
        if was != now:
            yield f"{name} {was or 'unset'} → {now or 'unset'}"
    if "code" in inputs:
        yield f"Code {_code(base.build)} → {_code(head.build)}"
    yield from inputs.get("parameters", ())
    yield from inputs.get("dependencies", ())


def _code(build: Record) -> str:
    changed = " with uncommitted changes" if build.get("dirty") else ""
    return f"{str(build.get('revision', '?'))[:12]}{changed}"
