"""Findings and claims compared, and what made each change, on made-up records."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

import pytest
from diff_records import DATA, claim, finding, record

from rotation_lib.review.causes import attribution, differing_inputs
from rotation_lib.review.model import Because, Cause, FindingChange
from rotation_lib.review.numbers import claim_changes, finding_changes


def moved(before: dict[str, Any], after: dict[str, Any]) -> list[FindingChange]:
    return finding_changes(record(before), record(after), lambda name: DATA)


# -- numbers ------------------------------------------------------------------------------


def test_a_move_is_measured_in_half_widths() -> None:
    (change,) = moved(finding(low=0.8, high=1.2), finding(value=1.1, low=0.9, high=1.3))
    assert change.units == pytest.approx(0.5)
    assert (change.kind, change.fields, change.slight) == ("moved", ("interval",), False)


def test_a_fact_moves_by_a_share_of_its_size() -> None:
    (change,) = moved(finding(value=-0.04), finding(value=-0.05))
    assert change.units is None
    assert change.share == pytest.approx(-0.25)


@pytest.mark.parametrize("noise", [0.0, 1e-12, -1e-10])
def test_the_arithmetic_of_another_processor_is_no_change(noise: float) -> None:
    assert moved(finding(low=0.8, high=1.2), finding(value=1 + noise, low=0.8, high=1.2)) == []


def test_a_small_move_is_slight_but_told() -> None:
    (change,) = moved(finding(low=0.8, high=1.2), finding(value=1.0015, low=0.8, high=1.2))
    assert change.slight


def test_a_small_move_with_a_wider_interval_is_not_slight() -> None:
    (change,) = moved(finding(low=0.8, high=1.2), finding(value=1.0, low=0.6, high=1.4))
    assert not change.slight


@pytest.mark.parametrize(
    ("before", "after"), [(finding(), finding(value=None)), (finding(value=None), finding())]
)
def test_a_value_lost_or_gained_is_never_slight(before: Any, after: Any) -> None:
    (change,) = moved(before, after)
    assert not change.slight
    assert "reason" in change.fields


def test_findings_come_by_size_and_slight_ones_last() -> None:
    old = [finding(n, low=0.0, high=2.0) for n in ("a", "b", "c", "gone")]
    new = [
        finding("a", 1.001, low=0.0, high=2.0),
        finding("b", 1.2, low=0.0, high=2.0),
        finding("c", 0.5, low=0.0, high=2.0),
        finding("new"),
    ]
    changes = finding_changes(record(*old), record(*new), lambda name: DATA)
    assert [c.id[6:] for c in changes] == ["new", "gone", "c", "b", "a"]
    assert [c.kind for c in changes[:2]] == ["appeared", "vanished"]


def test_a_new_label_alone_is_a_redefinition() -> None:
    (change,) = moved(finding(), finding(label="beta, weekly"))
    assert (change.kind, change.fields) == ("redefined", ("label",))


@pytest.mark.parametrize(
    ("before", "after", "kind", "said"),
    [
        (claim(), claim("does not hold", "contradicts"), "verdict", "does not hold"),
        (claim(), claim(rule="other"), "rule", "other"),
        (claim(), claim(outcome="leans towards"), "evidence", "risks.beta leans towards"),
    ],
)
def test_each_change_of_a_claim_has_its_name(before: Any, after: Any, kind: str, said: str) -> None:
    (change,) = claim_changes(record(claims=[before]), record(claims=[after]), lambda name: DATA)
    assert (change.kind, change.after) == (kind, said)


def test_claims_appear_and_vanish() -> None:
    (change,) = claim_changes(record(), record(claims=[claim()]), lambda name: DATA)
    assert (change.kind, change.before, change.after) == ("appeared", "", "holds")
    (change,) = claim_changes(record(claims=[claim()]), record(), lambda name: DATA)
    assert (change.kind, change.before, change.after) == ("vanished", "holds", "")


def test_records_hold_no_infinity() -> None:
    (told,) = moved(finding(), finding(value=1.0, low=0.9, high=1.1))
    assert not told.slight
    assert all(math.isfinite(v) for v in (told.units or 0.0, told.share or 0.0))
    json.dumps(told.model_dump(mode="json"), allow_nan=False)


# -- causes -------------------------------------------------------------------------------

BUILT: dict[str, Any] = {
    "params": {"start": "2010-01-04", "end": "2026-07-31"},
    "extras": {},
    "source": "snapshot",
    "data_sha256": "a",
    "data_through": "2026-07-31",
    "code_sha256": "c",
    "python": "3.11.7",
    "packages": {"pandas": "3.1.1"},
}


@pytest.mark.parametrize(
    ("change", "causes"),
    [
        ({}, ()),
        ({"data_sha256": "b"}, ("data",)),
        # A newer snapshot moves the default end; that is no other parameter.
        (
            {
                "data_sha256": "b",
                "data_through": "2026-08-07",
                "params": {"start": "2010-01-04", "end": "2026-08-07"},
            },
            ("data",),
        ),
        ({"params": {"start": "2011-01-03", "end": "2026-07-31"}}, ("parameters",)),
        ({"extras": {"risks": {"yield_shock": 2.0}}}, ("parameters",)),
        ({"code_sha256": "d"}, ("code",)),
        ({"packages": {"pandas": "3.2.0"}}, ("dependencies",)),
        ({"python": "3.13.1", "data_sha256": "b"}, ("data", "dependencies")),
    ],
)
def test_inputs_that_differ_are_named(change: dict[str, Any], causes: tuple[str, ...]) -> None:
    assert tuple(differing_inputs(BUILT, {**BUILT, **change})) == causes


def test_one_input_is_the_cause_of_everything() -> None:
    because = attribution(record(), record(), ("data",), lambda changed: pytest.fail("not needed"))
    assert because("findings", "risks.beta") == DATA


def test_two_inputs_are_told_apart_by_the_missing_combination() -> None:
    base = record(finding("a"), finding("b"), finding("c"))
    halfway = record(finding("a", 1.1), finding("b"), finding("c", 1.1))
    head = record(finding("a", 1.1), finding("b", 2.0), finding("c", 2.0))
    because = attribution(base, head, ("data", "code"), lambda changed: halfway)
    said = [because("findings", f"risks.{n}").causes for n in "abc"]
    assert said == [("data",), ("code",), ("data", "code")]


def test_a_negligible_part_goes_unnamed() -> None:
    base, halfway, head = (record(finding(value=v)) for v in (1.0, 1.0001, 2.0))
    because = attribution(base, head, ("data", "code"), lambda changed: halfway)
    assert because("findings", "risks.beta").causes == ("code",)


def test_four_inputs_are_exchanged_one_after_the_other() -> None:
    """Each of four findings moves when one certain input is exchanged, the fifth with two."""
    moves = {"a": "parameters", "b": "dependencies", "c": "data", "d": "code"}

    def measured(changed: Collection[Cause]) -> dict[str, Any]:
        alone = [finding(n, 1.0 + (cause in changed)) for n, cause in moves.items()]
        return record(*alone, finding("e", 1.0 + ("data" in changed) + ("code" in changed)))

    asked: list[tuple[Cause, ...]] = []

    def between(changed: Collection[Cause]) -> dict[str, Any]:
        asked.append(tuple(changed))
        return measured(changed)

    inputs: tuple[Cause, ...] = ("data", "parameters", "code", "dependencies")
    because = attribution(measured(()), measured(inputs), inputs, between)
    assert asked == [
        ("parameters",),
        ("parameters", "dependencies"),
        ("parameters", "dependencies", "data"),
    ]
    for name, cause in moves.items():
        assert because("findings", f"risks.{name}").causes == (cause,)
    assert because("findings", "risks.e").causes == ("data", "code")


def test_verdicts_are_attributed_too() -> None:
    base, halfway = (record(claims=[claim(v)]) for v in ("holds", "does not hold"))
    because = attribution(base, halfway, ("data", "code"), lambda changed: halfway)
    assert because("claims", "more-volatile") == DATA


@pytest.mark.parametrize("inputs", [("data", "dependencies"), ("data", "code")])
def test_what_cannot_be_told_apart_is_said_to_be_undetermined(inputs: tuple[Cause, ...]) -> None:
    because = attribution(record(), record(), inputs, lambda changed: None)
    told = because("findings", "risks.beta")
    assert not told.certain
    assert told.text() == f"undetermined ({inputs[0]} or {inputs[1]})"


def judged(strength: str, verdict: str = "holds", asked: str = "above 0") -> dict[str, Any]:
    part = {"id": "lead", "finding": "risks.beta", "asked": asked, "strength": strength}
    claim = {"id": "c", "chapter": "risks", "title": "C", "verdict": verdict, "rule": asked}
    return {"claims": [claim | {"parts": [part]}]}


def test_a_part_that_is_borne_otherwise_is_other_evidence() -> None:
    (change,) = claim_changes(
        judged("leans for"), judged("undecided"), lambda _: Because(causes=("code",))
    )
    assert (change.kind, change.before, change.after) == (
        "evidence", "risks.beta leans for", "risks.beta undecided",
    )  # fmt: skip
    assert not claim_changes(
        judged("leans for"), judged("leans for"), lambda _: Because(causes=("code",))
    )
    (asked,) = claim_changes(
        judged("undecided"),
        judged("undecided", asked="above 2"),
        lambda _: Because(causes=("code",)),
    )
    assert (asked.kind, asked.after) == ("rule", "above 2")


def test_a_report_of_schema_1_is_compared_with_one_of_schema_2() -> None:
    test = {"finding": "risks.beta", "asked": "above 0", "outcome": "supports"}
    claim = {"id": "c", "chapter": "risks", "title": "C", "verdict": "holds", "rule": "above 0"}
    old = {"claims": [claim | {"tests": [test]}]}
    (change,) = claim_changes(old, judged("established"), lambda _: Because(causes=("code",)))
    assert (change.kind, change.before, change.after) == (
        "evidence", "risks.beta supports", "risks.beta established",
    )  # fmt: skip
