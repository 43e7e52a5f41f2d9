"""Which inputs of two builds differ, and which of them made each change.

It compares records; where two inputs differ it asks for a build with only one of them changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from .model import CAUSES, Because, Cause
from .numbers import Record, by_id, same

#: In this order inputs are exchanged: the code last, since old code runs on new data and packages
#: more often than the other way round.
ORDER: tuple[Cause, ...] = ("parameters", "dependencies", "data", "code")
#: A cause whose part is below this share of the other's goes unnamed.
NEGLIGIBLE = 0.05
_CLAIM_PARTS = ("verdict", "rule", "tests")
_FINDING_PARTS = (
    "value", "low", "high", "percentile", "n", "start", "end", "unit", "label", "method", "series",
    "reason",
)  # fmt: skip


def differing_inputs(base: Record, head: Record) -> dict[Cause, tuple[str, ...]]:
    """Inputs that differ, each with what is known of the difference.

    Args:
        base: ``build.json`` before, or ``findings.json`` where there is none.
        head: the same after.
    """
    found: dict[Cause, tuple[str, ...]] = {}
    for cause, details in (
        ("data", _data(base, head)),
        ("parameters", _parameters(base, head)),
        ("code", _code(base, head)),
        ("dependencies", _dependencies(base, head)),
    ):
        if details is not None:
            found[cause] = details  # type: ignore[index]
    return {cause: found[cause] for cause in CAUSES if cause in found}


def _data(base: Record, head: Record) -> tuple[str, ...] | None:
    keys = [(r.get("source"), r.get("data_sha256")) for r in (base, head)]
    if keys[0] == keys[1]:
        return None
    through = [str(r.get("data_through", "?")) for r in (base, head)]
    return () if through[0] == through[1] else (f"data through {through[0]} → {through[1]}",)


def _parameters(base: Record, head: Record) -> tuple[str, ...] | None:
    old, new = _settings(base), _settings(head)
    names = [n for n in {**old, **new} if not same(old.get(n), new.get(n))]
    return tuple(f"{n} {old.get(n)!r} → {new.get(n)!r}" for n in names) or None


def _settings(record: Record) -> dict[str, Any]:
    settings = dict(record.get("params", {}))
    if settings.get("end") == record.get("data_through"):
        settings["end"] = "latest"
    for chapter, own in (record.get("extras") or {}).items():
        settings |= {f"{chapter}.{name}": value for name, value in own.items()}
    return settings


def _code(base: Record, head: Record) -> tuple[str, ...] | None:
    keys = [r.get("code_sha256") for r in (base, head)]
    if all(keys):
        return None if keys[0] == keys[1] else ()
    revisions = [r.get("revision") for r in (base, head)]
    clean = not any(r.get("dirty") for r in (base, head))
    return None if revisions[0] == revisions[1] and clean else ()


def _dependencies(base: Record, head: Record) -> tuple[str, ...] | None:
    found = [
        *_versions({"python": base.get("python")}, {"python": head.get("python")}),
        *_versions(base.get("packages", {}), head.get("packages", {})),
    ]
    return tuple(found) or None


def _versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in {**old, **new}:
        if old.get(name) != new.get(name) and name in old and name in new:
            yield f"{name} {old[name]} → {new[name]}"


def attribution(
    base: Record,
    head: Record,
    inputs: Collection[Cause],
    between: Callable[[Collection[Cause]], Record | None],
) -> Callable[[str, str], Because]:
    """A function (kind, id) → cause, for findings and claims.

    Inputs are exchanged one after the other, from the base to the head; what a step changes is
    the work of its input.

    Args:
        base: record of ``findings.json`` before.
        head: the same after.
        inputs: which inputs differ.
        between: the base's findings with the given inputs as they are at the head; ``None``
            where that cannot be built. It is called once for each step but the last.
    """
    causes = tuple(c for c in CAUSES if c in inputs)
    order = tuple(c for c in ORDER if c in inputs)
    records: list[Record | None] = [base]
    for step in range(1, len(order)):
        records.append(between(order[:step]))
        if records[-1] is None:
            break
    records.append(head)
    if len(causes) < 2 or None in records:
        return lambda kind, name: Because(causes=causes, certain=len(causes) == 1)
    sides = {
        kind: [by_id(r, kind) for r in records if r is not None] for kind in ("findings", "claims")
    }

    def because(kind: str, name: str) -> Because:
        states = [side.get(name) for side in sides[kind]]
        parts = _FINDING_PARTS if kind == "findings" else _CLAIM_PARTS
        steps = list(zip(order, states, states[1:], strict=False))
        sizes = {cause: _distance(a, b) for cause, a, b in steps}
        told = {cause for cause, a, b in steps if not _alike(a, b, parts)}
        enough = NEGLIGIBLE * max(sizes.values())
        return Because(causes=tuple(c for c in causes if c in told and sizes[c] >= enough))

    return because


def _distance(a: Record | None, b: Record | None) -> float:
    """How far the value and the interval are apart; 0 where that cannot be said."""
    if a is None or b is None:
        return 0.0
    pairs = [(a.get(part), b.get(part)) for part in ("value", "low", "high")]
    return max((abs(y - x) for x, y in pairs if x is not None and y is not None), default=0.0)


def _alike(a: Record | None, b: Record | None, parts: tuple[str, ...]) -> bool:
    if a is None or b is None:
        return a is b
    return all(_same_part(a.get(p), b.get(p)) for p in parts)


def _same_part(a: Any, b: Any) -> bool:
    if isinstance(a, list) and a and isinstance(a[0], dict):
        return bool(_outcomes(a) == _outcomes(b))
    return same(a, b)


def _outcomes(tests: Any) -> list[tuple[Any, Any]]:
    return [(t["finding"], t["outcome"]) for t in tests or ()]
