"""The comparison's parts on made-up records, sentences, pictures and sources."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from rotation_lib.errors import BuildError, ParameterError
from rotation_lib.review.causes import attribution, differing_inputs
from rotation_lib.review.code import functions, role
from rotation_lib.review.compare import compared
from rotation_lib.review.markdown import LIMIT, MARK, escaped, markdown
from rotation_lib.review.model import Because, FindingChange, Review, WordChange, schema
from rotation_lib.review.numbers import claim_changes, finding_changes
from rotation_lib.review.pictures import SHARE, difference
from rotation_lib.review.rows import checksum_changes, dataset_changes
from rotation_lib.review.sides import Side, workshop
from rotation_lib.review.wording import differing, sentences
from rotation_lib.sources import Dataset

DATA = Because(causes=("data",))


def finding(name: str = "beta", value: float | None = 1.0, **more: Any) -> dict[str, Any]:
    entry = {
        "id": f"risks.{name}",
        "chapter": "risks",
        "label": name,
        "value": value,
        "unit": "ratio",
        "low": None,
        "high": None,
        "n": 100,
        "percentile": None,
        "reason": None if value is not None else "too short",
    }
    return {**entry, **more}


def record(*findings: dict[str, Any], claims: Any = (), **more: Any) -> dict[str, Any]:
    return {"findings": list(findings), "claims": list(claims), **more}


def claim(verdict: str = "holds", outcome: str = "supports", rule: str = "r") -> dict[str, Any]:
    return {
        "id": "more-volatile",
        "chapter": "risks",
        "title": "More volatile",
        "verdict": verdict,
        "rule": rule,
        "tests": [{"finding": "risks.beta", "asked": "above 1", "outcome": outcome}],
    }


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
    because = attribution(record(), record(), {"data": ()}, lambda: pytest.fail("not needed"))
    assert because("findings", "risks.beta") == DATA


def test_two_inputs_are_told_apart_by_the_missing_combination() -> None:
    base = record(finding("a"), finding("b"), finding("c"))
    halfway = record(finding("a", 1.1), finding("b"), finding("c", 1.1))
    head = record(finding("a", 1.1), finding("b", 2.0), finding("c", 2.0))
    because = attribution(base, head, {"data": (), "code": ()}, lambda: halfway)
    said = [because("findings", f"risks.{n}").causes for n in "abc"]
    assert said == [("data",), ("code",), ("data", "code")]


def test_a_negligible_part_goes_unnamed() -> None:
    base, halfway, head = (record(finding(value=v)) for v in (1.0, 1.0001, 2.0))
    because = attribution(base, head, {"data": (), "code": ()}, lambda: halfway)
    assert because("findings", "risks.beta").causes == ("code",)


def test_verdicts_are_attributed_too() -> None:
    base, halfway = (record(claims=[claim(v)]) for v in ("holds", "does not hold"))
    because = attribution(base, halfway, {"data": (), "code": ()}, lambda: halfway)
    assert because("claims", "more-volatile") == DATA


@pytest.mark.parametrize("inputs", [("data", "dependencies"), ("data", "code")])
def test_what_cannot_be_told_apart_is_said_to_be_undetermined(inputs: tuple[str, ...]) -> None:
    because = attribution(record(), record(), dict.fromkeys(inputs), lambda: None)  # type: ignore[arg-type]
    told = because("findings", "risks.beta")
    assert not told.certain
    assert told.text() == f"undetermined ({inputs[0]} or {inputs[1]})"


# -- rows ---------------------------------------------------------------------------------


def test_rows_new_revised_and_gone_are_counted(dataset: Dataset) -> None:
    total = dataset.total_returns.copy()
    total.loc["2019-03-13", "IWM"] += 0.01
    seen = dataset.observations
    macro = seen[(seen["series_id"] != "DGS2") | (seen["date"] < "2026-07-01")]
    events = dataset.events.copy()
    events.loc[events.index[0], "note"] = "another note"
    changed = replace(dataset, total_returns=total, observations=macro, events=events)
    found = {c.id: c for c in dataset_changes(dataset, changed)}
    assert set(found) == {"IWM total returns", "DGS2", "events"}
    assert found["IWM total returns"].revised == 1
    assert found["IWM total returns"].examples[0].startswith("2019-03-13: ")
    lost = int(((seen["series_id"] == "DGS2") & (seen["date"] >= "2026-07-01")).sum())
    assert (found["DGS2"].lost, found["DGS2"].added) == (lost, 0)
    assert found["events"].revised == 1
    assert "another note" in found["events"].examples[0]
    back = {c.id: c for c in dataset_changes(changed, dataset)}
    assert back["DGS2"].added == lost
    assert dataset_changes(dataset, dataset) == []


def test_checksums_name_the_series_where_rows_are_not_at_hand() -> None:
    old, new = {"IWM": {"sha256": "a"}, "SPY": {"sha256": "b"}}, {"IWM": {"sha256": "c"}}
    assert [c.id for c in checksum_changes(old, {**old, **new})] == ["IWM"]
    assert checksum_changes(None, new) == []


# -- words --------------------------------------------------------------------------------


def test_an_edited_sentence_stands_beside_its_old_form() -> None:
    old = sentences("Blocks stay whole. It never rained.\n\n- A point <b>here</b>.")
    new = sentences("Blocks stay in one piece. It never rained.\n\n- A point here.\n- One more.")
    assert differing(old, new) == [
        ("Blocks stay whole.", "Blocks stay in one piece."),
        ("", "- One more."),
    ]


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("Small caps lost 4.1%.", "Small caps lost 3.9%.", True),
        ("On 31 July 2026 it was −0.3.", "On 7 August 2026 it was +0.2.", True),
        ("Three of five bars rise.", "Two of five bars rise.", True),
        ("Its checksum is `de78ddb4414d`.", "Its checksum is `250c78b0f516`.", True),
        ("Small caps lost 4.1%.", "Small caps gained 4.1%.", False),
    ],
)
def test_figures_alone_do_not_change_a_computed_sentence(
    before: str, after: str, same: bool
) -> None:
    assert (differing([before], [after], blank=True) == []) is same
    assert differing([before], [after]) == [(before, after)]


# -- pictures -----------------------------------------------------------------------------


def picture(line: float = 100.0, width: int = 2) -> Any:
    """A dark level line on white; a fraction of a pixel shows as grey, as renderers draw it."""
    rows = np.arange(320, dtype=np.float32)
    cover = np.clip(np.minimum(rows + 1, line + width) - np.maximum(rows, line), 0, 1)
    return np.repeat(np.repeat((1 - cover)[:, None, None], 720, axis=1), 3, axis=2)


def test_noise_of_a_renderer_does_not_count() -> None:
    rng = np.random.default_rng(7)
    noisy = np.clip(picture() + rng.normal(0, 0.02, (320, 720, 3)), 0, 1).astype(np.float32)
    assert difference(picture(), noisy) < SHARE
    assert difference(picture(), picture(100.1)) < SHARE


def test_what_a_reader_sees_counts() -> None:
    assert difference(picture(), picture(103)) > SHARE
    assert difference(picture(), picture(width=4)) > SHARE
    tinted = picture()
    tinted[100:102] = (0.1, 0.3, 0.8)
    assert difference(picture(), tinted) > SHARE
    assert difference(picture(), picture()[:300]) == 0.0
    assert difference(picture(), picture(310)[:300]) > SHARE


# -- code ---------------------------------------------------------------------------------

SOURCE = '''
"""What it is for."""
LIMIT = 3
def f(x):
    """Say."""
    return x + 1  # why
class A(B):
    n = 1
    def m(self):
        return 2
'''


def test_comments_docstrings_and_layout_do_not_count() -> None:
    tidied = SOURCE.replace("Say.", "Say more.").replace("# why", "# because").replace("3", "(3)")
    assert functions(SOURCE) == functions(tidied)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("x + 1", "x - 1", {"f"}),
        ("return 2", "return 3", {"A.m"}),
        ("n = 1", "n = 2", {"A"}),
        ("A(B)", "A(C)", {"A"}),
        ("LIMIT = 3", "LIMIT = 4", {""}),
        ("def f(x)", "def g(x)", {"f", "g"}),
    ],
)
def test_the_function_that_changed_is_named(old: str, new: str, names: set[str]) -> None:
    a, b = functions(SOURCE), functions(SOURCE.replace(old, new))
    assert {n for n in {*a, *b} if a.get(n) != b.get(n)} == names


def test_files_have_a_role() -> None:
    assert role("rotation_lib/stats/returns.py") == "measuring"
    assert role("rotation_lib/charts/risks/tails.py") == "drawing"
    assert role("rotation_lib/narrative/words.py") == "wording"
    assert role("data/claims.toml") == "rules"


# -- the account --------------------------------------------------------------------------


def change(number: int, label: str = "x") -> FindingChange:
    return FindingChange(
        id=f"risks.f{number}",
        chapter="risks",
        label=label,
        unit="ratio",
        kind="moved",
        before=1.0,
        after=2.0,
        units=float(number),
        because=DATA,
    )


def review(**parts: Any) -> Review:
    empty: dict[str, Any] = dict.fromkeys(
        ("claims", "findings", "series", "charts", "words", "code", "notes", "details"), ()
    )
    counts = {"findings": 293, "claims": 20, "charts": 58}
    return Review(**{"base": "a", "head": "b", "counts": counts, "differing": (), **empty, **parts})


def test_no_change_is_one_line() -> None:
    (line,) = markdown(review()).splitlines()
    assert line == (
        "No change to the report: 293 findings, 20 claims, 58 charts and all words are the same "
        f"as before. {MARK}"
    )


def test_a_comment_always_fits_and_keeps_the_first_rows() -> None:
    many = tuple(change(n, "a label of some length, " * 20) for n in range(3_000))
    text = markdown(review(findings=many))
    assert len(text) < LIMIT
    assert text.index("risks.f0".replace("_", "\\_")) < text.index("risks.f1")
    assert "more; the HTML and JSON forms list them all" in text


def test_text_of_a_change_stays_in_its_cell() -> None:
    hostile = "| x | @everyone <img src=https://example.org/a.png> [a](b) `c` #12\n\n# big"
    word = WordChange(chapter="risks", typed=True, before=hostile, after="")
    text = markdown(review(words=(word,)))
    (row,) = [line for line in text.splitlines() if "everyone" in line]
    assert row.replace("\\|", "").count("|") == 4
    assert not re.findall(r"(?<!\\)[<>\[\]`*#]", row)
    assert not any(live in row for live in ("@everyone", "://", "#12"))
    assert escaped("a" * 1000).count("a") == 300


def test_the_record_has_a_schema() -> None:
    jsonschema.validate(review(findings=(change(1),)).record(), schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**review().record(), "schema": 2}, schema())


def test_findings_files_alone_are_compared_and_the_rest_is_said_to_be_missing() -> None:
    old = record(finding(), data_sha256="a", revision="r", source="snapshot")
    new = record(finding(value=1.5), data_sha256="b", revision="r", source="snapshot")
    with workshop() as shop:
        told = compared(Side("a.json", old), Side("b.json", new), shop)
    assert told.differing == ("data",)
    assert [c.because for c in told.findings] == [DATA]
    assert told.notes == ("charts and words were not compared: a.json has no site",)


@pytest.mark.parametrize("text", ["no-such-thing", "--upload-pack=x", "."])
def test_what_is_no_side_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with workshop() as shop, pytest.raises(ParameterError, match="side"):
        shop.open(text)


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_damaged_record_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "findings.json").write_text(content, encoding="utf-8")
    with workshop() as shop, pytest.raises(BuildError, match=r"findings\.json"):
        shop.open(str(tmp_path))


def test_records_hold_no_infinity() -> None:
    (told,) = moved(finding(), finding(value=1.0, low=0.9, high=1.1))
    assert not told.slight
    assert all(math.isfinite(v) for v in (told.units or 0.0, told.share or 0.0))
    json.dumps(told.model_dump(mode="json"), allow_nan=False)
