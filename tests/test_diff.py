"""The comparison's parts on made-up data, sentences, pictures and sources, and its account."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from diff_records import DATA, finding, record

from rotation_lib.errors import BuildError, ParameterError
from rotation_lib.review.code import functions, role
from rotation_lib.review.compare import compared
from rotation_lib.review.markdown import LIMIT, MARK, escaped, markdown
from rotation_lib.review.marks import CLOSE, OPEN, marked, rendered
from rotation_lib.review.model import FindingChange, Review, WordChange, schema
from rotation_lib.review.pictures import SHARE, difference
from rotation_lib.review.rows import checksum_changes, shown
from rotation_lib.review.sides import Side, workshop
from rotation_lib.review.wording import differing, sentences
from rotation_lib.sources import Dataset
from rotation_lib.sources.snapshot_diff import compare_snapshots, row_changes

# -- rows ---------------------------------------------------------------------------------


def test_rows_new_revised_and_gone_are_counted(dataset: Dataset) -> None:
    total = dataset.total_returns.copy()
    total.loc["2019-03-13", "IWM"] += 0.01
    seen = dataset.observations
    macro = seen[(seen["series_id"] != "DGS2") | (seen["date"] < "2026-07-01")]
    events = dataset.events.copy()
    events.loc[events.index[0], "note"] = "another note"
    changed = replace(dataset, total_returns=total, observations=macro, events=events)
    found = {c.id: shown(c) for c in row_changes(dataset, changed)}
    assert set(found) == {"IWM total returns", "DGS2", "events"}
    assert found["IWM total returns"].revised == 1
    assert found["IWM total returns"].examples[0].startswith("2019-03-13: ")
    lost = int(((seen["series_id"] == "DGS2") & (seen["date"] >= "2026-07-01")).sum())
    assert (found["DGS2"].lost, found["DGS2"].added) == (lost, 0)
    assert found["events"].revised == 1
    assert "another note" in found["events"].examples[0]
    back = {c.id: shown(c) for c in row_changes(changed, dataset)}
    assert back["DGS2"].added == lost
    assert back["DGS2"].examples == ("new: 2026-07-01 to 2026-08-20",)
    assert row_changes(dataset, dataset) == []
    lines = compare_snapshots(dataset, changed)
    assert lines[0] == f"DGS2: {lost} lost (2026-07-01 to 2026-08-20)"
    assert any(line.startswith("events: 1 revised (such as ") for line in lines)


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
    assert role("rotation_lib/charts/lines.py") == "drawing"
    assert role("rotation_lib/themes/risks/pictures/tails.py") == "drawing"
    assert role("rotation_lib/themes/risks/measures/tails.py") == "measuring"
    assert role("rotation_lib/words.py") == "wording"
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


def test_the_words_that_changed_are_marked() -> None:
    long = "one two three four five six seven eight nine ten eleven twelve "
    old, new = marked(
        f"**A trial.** {long * 3}and it competes.", f"**A trial.** {long * 3}but wins."
    )
    start, end = "A trial. one two three four five six seven eight", "three four five six seven"
    assert old == f"{start} … {end} eight nine ten eleven twelve {OPEN}and it competes.{CLOSE}"
    assert new.endswith(f"twelve {OPEN}but wins.{CLOSE}")
    assert marked("*Fair*", "Fair") == (f"{OPEN}*Fair*{CLOSE}", f"{OPEN}Fair{CLOSE}")
    assert marked("", "It is **new**.") == ("", "It is new.")
    word = WordChange(chapter="risks", typed=True, before="A plain mean.", after=f"A {OPEN}b mean.")
    assert "| A **plain** mean. | A **b** mean. |" in markdown(review(words=(word,)))
    assert rendered(f"a {CLOSE}b{OPEN}", "**", "**") == "a b"


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


def test_a_side_is_lent_what_another_build_has_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = tmp_path / "project" / "_build" / ".runtime"
    out = tmp_path / "kept" / "one"
    (drawn / "charts").mkdir(parents=True)
    for name in ("vega-6.js", "vega-6.js.sha256", "charts/ab.json"):
        (drawn / name).write_text(name, encoding="utf-8")
    with workshop(tmp_path / "project", tmp_path / "kept") as shop:
        monkeypatch.setattr(shop, "_rotation", lambda *_: "")
        shop._build(tmp_path, Path(sys.executable), out)
    for name in ("vega-6.js", "vega-6.js.sha256", "charts/ab.json"):
        assert (out / ".runtime" / name).read_text(encoding="utf-8") == name
