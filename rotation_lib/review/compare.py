"""One account of all that differs between two sides.

It puts the parts together and decides what can be compared; each part does its own comparing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from ..errors import BuildError
from .causes import attribution, differing_inputs
from .code import code_changes
from .model import CAUSES, Cause, CodeChange, Review, SeriesChange
from .numbers import claim_changes, finding_changes
from .pictures import chart_changes
from .rows import checksum_changes, series_changes
from .sides import Side, Workshop
from .wording import word_changes


def compared(base: Side, head: Side, shop: Workshop) -> Review:
    """The differences between two opened sides.

    Args:
        base: the side before.
        head: the side after.
        shop: builds the missing combination where more than one input differs.
    """
    inputs = differing_inputs(base.inputs, head.inputs)
    if base.python and head.python and base.python != head.python:
        # Two environments: packages differ, though perhaps none that a build records by name.
        inputs.setdefault("dependencies", ("other locked packages",))
    notes = list(_notes(base, head))

    def between(changed: Collection[Cause]) -> dict[str, object] | None:
        try:
            return _between(base, head, changed, shop)
        except BuildError as error:
            notes.append(f"what made a change could not be told apart: {error}")
            return None

    because = attribution(base.findings, head.findings, inputs, between)
    sites = (base.site, head.site) if base.site and head.site else None
    return Review(
        base=base.name,
        head=head.name,
        counts={kind: len(head.findings.get(kind, ())) for kind in ("findings", "claims")}
        | {"charts": _charts(head)},
        differing=tuple(inputs),
        details=tuple(line for lines in inputs.values() for line in lines),
        claims=tuple(claim_changes(base.findings, head.findings, partial(because, "claims"))),
        findings=tuple(finding_changes(base.findings, head.findings, partial(because, "findings"))),
        series=tuple(_series(base, head) if "data" in inputs else ()),
        charts=tuple(chart_changes(*sites) if sites else ()),
        words=tuple(word_changes(*sites) if sites else ()),
        code=tuple(_code(base, head) if "code" in inputs else ()),
        notes=(*notes, *shop.environments.notes),
    )


def _between(
    base: Side, head: Side, changed: Collection[Cause], shop: Workshop
) -> dict[str, object] | None:
    """Findings of the base with some of its inputs as they are at the head."""
    if not (base.tree and head.tree and base.python and head.python):
        return None
    if not (_embedded(base) and _embedded(head)):
        return None
    if "parameters" in changed and base.inputs.get("extras") != head.inputs.get("extras"):
        return None
    chosen = {cause: head if cause in changed else base for cause in CAUSES}
    # Without "end": it is the newest session of each data set unless it was chosen.
    settings = chosen["parameters"].inputs
    params = {k: str(v) for k, v in settings["params"].items() if v != ""}
    if params.get("end") == settings.get("data_through"):
        params.pop("end", None)
    code, data = chosen["code"].tree, chosen["data"].tree
    python = chosen["dependencies"].python
    assert code and data and python
    return shop.measure(code, data, params, python)


def _charts(side: Side) -> int:
    folder = side.site / "downloads" / "figures" if side.site else None
    return len(list(folder.glob("*.vl.json"))) if folder else 0


def _series(base: Side, head: Side) -> list[SeriesChange]:
    if base.tree and head.tree and _embedded(base) and _embedded(head):
        return series_changes(base.tree, head.tree)
    records = [side.build.get("series") if side.build else None for side in (base, head)]
    return checksum_changes(*records)


def _embedded(side: Side) -> bool:
    return side.inputs.get("source") == "snapshot"


def _code(base: Side, head: Side) -> list[CodeChange]:
    return code_changes(base.tree, head.tree) if base.tree and head.tree else []


def _notes(base: Side, head: Side) -> Iterator[str]:
    bare = [side.name for side in (base, head) if side.site is None]
    if bare:
        yield f"charts and words were not compared: {bare[0]} has no site"
