"""One account of all that differs between two sides.

It puts the parts together and decides what can be compared; each part does its own comparing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from .causes import attribution, differing_inputs
from .code import code_changes
from .model import CodeChange, Review, SeriesChange
from .numbers import claim_changes, finding_changes
from .pictures import chart_changes
from .rows import checksum_changes, row_changes
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

    def mixed() -> dict[str, object] | None:
        if not (base.buildable and head.buildable and base.tree and head.tree):
            return None
        if not (_embedded(base) and _embedded(head)):
            return None
        # Without "end": it is the newest session of each data set unless it was chosen.
        params = {k: str(v) for k, v in base.inputs["params"].items() if v != ""}
        if params.get("end") == base.inputs.get("data_through"):
            del params["end"]
        return shop.measure(base.tree, head.tree, params)

    because = attribution(base.findings, head.findings, inputs, mixed)
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
        notes=tuple(_notes(base, head)),
    )


def _charts(side: Side) -> int:
    folder = side.site / "downloads" / "figures" if side.site else None
    return len(list(folder.glob("*.vl.json"))) if folder else 0


def _series(base: Side, head: Side) -> list[SeriesChange]:
    if base.tree and head.tree and _embedded(base) and _embedded(head):
        return row_changes(base.tree, head.tree)
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
    if base.buildable and head.buildable and _locks(base) != _locks(head):
        yield (
            "the locked packages differ, and both sides were built with those installed here; "
            "set up each side by itself to see what the packages change"
        )


def _locks(side: Side) -> object:
    return side.build.get("lock_sha256") if side.build else None
