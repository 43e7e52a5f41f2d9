"""Findings and claims of two builds, compared one by one.

It reads two records and attributes nothing by itself: the cause of a change is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..units import FORMER
from .model import Because, ClaimChange, FindingChange

Record = Mapping[str, Any]
#: Differences up to this share are the arithmetic of another processor, not a change.
NOISE = 1e-9
#: A move below this part of the interval's half width, or of the value, is called slight.
SLIGHT = 0.01
_DESCRIBED = ("unit", "label", "method", "series", "reason", "n", "percentile", "start", "end")
_NAMES = {"percentile": "rank", "start": "period", "end": "period"}


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are equal, numbers up to :data:`NOISE`."""
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=NOISE, abs_tol=1e-12)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def by_id(record: Record, kind: str) -> dict[str, dict[str, Any]]:
    """Findings or claims of a record by their ids, of either schema.

    Units have their names of today. What decided a claim stands under ``tests``: its parts, or in
    a report of schema 1 its tests.
    """
    entries = {entry["id"]: dict(entry) for entry in record.get(kind, ())}
    for entry in entries.values():
        if entry.get("unit") in FORMER:
            entry["unit"] = FORMER[entry["unit"]]
        if "parts" in entry:
            entry["tests"] = [
                {
                    "finding": p.get("finding") or p["id"],
                    "asked": p["asked"],
                    "outcome": p["strength"],
                }
                for p in entry["parts"]
            ]
    return entries


def finding_changes(
    base: Record, head: Record, because: Callable[[str], Because]
) -> list[FindingChange]:
    """Findings that differ, those that moved furthest first.

    Args:
        base: record of ``findings.json`` before.
        head: the same after.
        because: finding id → cause.

    Returns:
        Appeared and vanished ones first, then moves measured in half widths of the interval,
        then moves of findings without one, each by size, slight ones last.
    """
    old, new = by_id(base, "findings"), by_id(head, "findings")
    changes = []
    for key in [*old, *(k for k in new if k not in old)]:
        change = _finding(old.get(key), new.get(key), because)
        if change is not None:
            changes.append(change)
    return sorted(changes, key=_size)


def _finding(
    old: Record | None, new: Record | None, because: Callable[[str], Because]
) -> FindingChange | None:
    shown = new or old
    assert shown is not None
    fields = () if old is None or new is None else _fields(old, new)
    moved = old is not None and new is not None and not same(old["value"], new["value"])
    if old is not None and new is not None and not fields and not moved:
        return None
    before, after = _value(old), _value(new)
    units = _units(before, after, _interval(old) or _interval(new))
    share = _finite((after - before) / abs(before)) if before and after is not None else None
    moved_far = max(_bounds_moved(old, new), abs(units) if units is not None else abs(share or 0.0))
    numbers_only = set(fields) <= {"interval", "rank"} and _present(old) == _present(new)
    return FindingChange(
        id=shown["id"],
        chapter=shown["chapter"],
        label=shown["label"],
        unit=shown["unit"],
        kind=_kind(old, new, moved, fields),
        before=before,
        after=after,
        before_interval=_interval(old),
        after_interval=_interval(new),
        units=units,
        share=share,
        fields=fields,
        slight=bool(old and new) and numbers_only and moved_far < SLIGHT,
        because=because(shown["id"]),
    )


def _kind(old: Record | None, new: Record | None, moved: bool, fields: tuple[str, ...]) -> Any:
    if old is None:
        return "appeared"
    if new is None:
        return "vanished"
    return "moved" if moved or {"interval", "rank"} & set(fields) else "redefined"


def _fields(old: Record, new: Record) -> tuple[str, ...]:
    names = [
        _NAMES.get(name, name) for name in _DESCRIBED if not same(old.get(name), new.get(name))
    ]
    if not same(_interval(old), _interval(new)):
        names.insert(0, "interval")
    return tuple(dict.fromkeys(names))


def _value(entry: Record | None) -> float | None:
    return None if entry is None else entry["value"]


def _present(entry: Record | None) -> bool:
    return entry is not None and entry["value"] is not None


def _interval(entry: Record | None) -> tuple[float, float] | None:
    if entry is None or entry.get("low") is None or entry.get("high") is None:
        return None
    return (entry["low"], entry["high"])


def _units(
    before: float | None, after: float | None, interval: tuple[float, float] | None
) -> float | None:
    if before is None or after is None or interval is None or interval[0] == interval[1]:
        return None
    return _finite(2 * (after - before) / (interval[1] - interval[0]))


def _finite(value: float) -> float | None:
    """A quotient, unless its divisor was next to nothing."""
    return value if math.isfinite(value) else None


def _bounds_moved(old: Record | None, new: Record | None) -> float:
    """The furthest that an end of the interval moved, in half widths; rank as it is."""
    if old is None or new is None:
        return 0.0
    before, after = old.get("percentile"), new.get("percentile")
    moved = 0.0 if before is None or after is None else abs(after - before)
    a, b = _interval(old), _interval(new)
    if (a is None) != (b is None):
        return math.inf
    if a and b and a[0] != a[1]:
        half = (a[1] - a[0]) / 2
        moved = max(moved, abs(b[0] - a[0]) / half, abs(b[1] - a[1]) / half)
    return moved


def _size(change: FindingChange) -> tuple[Any, ...]:
    order = ("appeared", "vanished", "moved", "redefined").index(change.kind)
    measured = change.units if change.units is not None else change.share
    return (
        change.slight,
        order,
        change.units is None,
        -abs(measured or 0.0),
        change.id,
    )


def claim_changes(
    base: Record, head: Record, because: Callable[[str], Because]
) -> list[ClaimChange]:
    """Claims that differ: flipped verdicts first, then new and lost ones, rules, evidence.

    Args:
        base: record of ``findings.json`` before.
        head: the same after.
        because: claim id → cause.
    """
    old, new = by_id(base, "claims"), by_id(head, "claims")
    changes = []
    for key in [*old, *(k for k in new if k not in old)]:
        told = _claim(old.get(key), new.get(key))
        if told is not None:
            kind, before, after = told
            shown = new.get(key) or old[key]
            changes.append(
                ClaimChange(
                    id=key,
                    chapter=shown["chapter"],
                    title=shown.get("title", key),
                    kind=kind,
                    before=before,
                    after=after,
                    because=because(key),
                )
            )
    order = ("verdict", "appeared", "vanished", "rule", "evidence")
    return sorted(changes, key=lambda c: order.index(c.kind))


def _claim(old: Record | None, new: Record | None) -> tuple[Any, str, str] | None:
    if old is None or new is None:
        kind = "appeared" if old is None else "vanished"
        said = ["" if c is None else str(c["verdict"]) for c in (old, new)]
        return kind, said[0], said[1]
    if old["verdict"] != new["verdict"]:
        return "verdict", old["verdict"], new["verdict"]
    if old.get("rule") != new.get("rule"):
        return "rule", str(old.get("rule")), str(new.get("rule"))
    outcomes = [_outcomes(c) for c in (old, new)]
    if outcomes[0] != outcomes[1]:
        differing = [k for k in {**outcomes[0], **outcomes[1]} if _differs(k, outcomes)]
        told = ["; ".join(f"{k} {o.get(k, 'is not asked')}" for k in differing) for o in outcomes]
        return "evidence", told[0], told[1]
    return None


def _differs(key: str, outcomes: list[dict[str, str]]) -> bool:
    return outcomes[0].get(key) != outcomes[1].get(key)


def _outcomes(claim: Record) -> dict[str, str]:
    """What each test says; tests of one finding are told apart by what they ask."""
    tests = claim.get("tests", ())
    several = {t["finding"] for t in tests if sum(o["finding"] == t["finding"] for o in tests) > 1}
    return {
        f"{t['finding']} ({t['asked']})" if t["finding"] in several else t["finding"]: t["outcome"]
        for t in tests
    }
