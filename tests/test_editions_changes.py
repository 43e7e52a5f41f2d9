"""What changed between editions: new rows told from revised ones, and causes from each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_editions import JULY, JUNE, MAY, bare_site, claim, finding, publish, records

from rotation_lib.editions import lab as lab_module
from rotation_lib.editions.changes import Changes, Side, compare_editions
from rotation_lib.editions.lab import Lab, former_data
from rotation_lib.editions.layout import Edition
from rotation_lib.editions.page import body, summary, title
from rotation_lib.editions.rows import Rows, changed_rows, row_digests
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.provenance import code_sha256, environment
from rotation_lib.sources import Dataset

ROWS = {"IWM total returns": {"2025": (250, "aa"), "2026": (100, "bb")}}
LATER = {"IWM total returns": {"2025": (250, "aa"), "2026": (143, "cc")}}


def report(value: float | None = 1.0, verdict: str = "holds", **more: Any) -> dict[str, Any]:
    return {
        "data_through": JULY,
        "findings": [finding(value, **more), finding(2.0, "steady")],
        "claims": [claim(verdict)],
    }


def side(day: str, findings: dict[str, Any], rows: Any = None, **build: Any) -> Side:
    record = records(day, **build)["build.json"]
    return Side(Edition(day, day, (), {}, rows or {}), {**findings, "data_through": day}, record)


class Bench(Lab):
    """A laboratory that answers from made-up reports."""

    def __init__(self, rows: Any = None, record: Any = None, former: Any = None) -> None:
        self._answers = (rows, record, former)
        self.asked: list[str] = []

    def rows(self, params: Any) -> Any:
        return self._answers[0]

    def record(self, params: Any) -> Any:
        self.asked.append(f"record {params['small']} {params['end']}")
        answer = self._answers[1]
        return answer(params) if callable(answer) else answer

    def former(self, params: Any, base: Any) -> Any:
        self.asked.append("former")
        return self._answers[2]


def told(changes: Changes) -> tuple[tuple[float | None, ...], tuple[int, ...]]:
    (moved,) = changes.findings
    parts = tuple(None if p is None else round(p, 6) for p in moved.parts)
    return parts, moved.active


# ---- causes ------------------------------------------------------------------------------


def test_later_rows_alone_are_new_data_and_nothing_is_measured() -> None:
    bench = Bench()
    changes = compare_editions(
        side(MAY, report(1.0), ROWS), side(JULY, report(1.1, "does not hold"), LATER), bench
    )
    assert changes.steps == (("new data",),)
    assert told(changes) == ((0.5,), (0,))
    (flip,) = changes.flips
    assert changes.because(flip.active) == "new data"
    (series,) = changes.series or ()
    assert (series.new, series.revised) == (43, ())
    assert bench.asked == []


def test_new_and_revised_rows_are_told_apart_by_today_s_data_up_to_then() -> None:
    then = {"IWM total returns": {"2025": (250, "xx"), "2026": (100, "bb")}}
    bench = Bench(rows=then, record=report(1.3))
    changes = compare_editions(
        side(MAY, report(1.0), ROWS), side(JULY, report(1.4), LATER, data_sha256="ef"), bench
    )
    assert changes.steps == (("revised data",), ("new data",))
    assert told(changes) == ((1.5, 0.5), (0, 1))
    (series,) = changes.series or ()
    assert (series.new, series.revised) == (43, ("2025",))
    assert bench.asked == [f"record IWM {MAY}"]


def test_new_code_on_unrevised_data_is_told_from_new_data() -> None:
    bench = Bench(rows=ROWS, record=report(1.2, "holds in part"))
    base = side(MAY, report(1.0), ROWS)
    head = side(JULY, report(1.25, "does not hold"), LATER, data_sha256="ef", code_sha256="c1")
    changes = compare_editions(base, head, bench)
    assert changes.steps == (("code",), ("new data",))
    assert told(changes) == ((1.0, 0.25), (0, 1))
    assert changes.because(changes.flips[0].active) == "code and new data"


def test_code_that_moves_nothing_is_no_cause() -> None:
    bench = Bench(rows=ROWS, record=report(1.0))
    head = side(JULY, report(1.25, "does not hold"), LATER, data_sha256="ef", code_sha256="c1")
    changes = compare_editions(side(MAY, report(1.0), ROWS), head, bench)
    assert told(changes) == ((0.0, 1.25), (1,))
    assert changes.because(changes.flips[0].active) == "new data"


def test_code_and_revised_data_are_told_apart_by_the_former_data() -> None:
    then = {"IWM total returns": {"2025": (250, "xx"), "2026": (100, "bb")}}
    bench = Bench(rows=then, former=report(1.1), record=report(1.3))
    head = side(JULY, report(1.3), LATER, data_sha256="ef", code_sha256="c1")
    changes = compare_editions(side(MAY, report(1.0), ROWS), head, bench)
    assert changes.steps == (("code",), ("revised data",), ("new data",))
    assert told(changes) == ((0.5, 1.0, 0.0), (0, 1))
    assert bench.asked == ["former", f"record IWM {MAY}"]


def test_without_the_former_data_the_cause_is_said_to_be_undetermined() -> None:
    then = {"IWM total returns": {"2025": (250, "xx"), "2026": (100, "bb")}}
    bench = Bench(rows=then, former=None, record=report(1.3, "holds in part"))
    head = side(JULY, report(1.4, "does not hold"), LATER, data_sha256="ef", code_sha256="c1")
    changes = compare_editions(side(MAY, report(1.0), ROWS), head, bench)
    assert changes.steps == (("code", "revised data"), ("new data",))
    assert told(changes) == ((1.5, 0.5), (0, 1))
    said = "undetermined (code or revised data) and new data"
    assert changes.because(changes.flips[0].active) == said


def test_where_nothing_can_be_measured_everything_is_undetermined() -> None:
    head = side(JULY, report(1.4, "does not hold"), LATER, data_sha256="ef", code_sha256="c1")
    changes = compare_editions(side(MAY, report(1.0), ROWS), head, Bench())
    assert changes.steps == (("code", "revised data", "new data"),)
    assert changes.series is None
    said = "undetermined (code or revised data or new data)"
    assert changes.because(changes.flips[0].active) == said


def test_parameters_are_exchanged_before_the_new_rows_come() -> None:
    bench = Bench(record=lambda params: report(1.6 if params["small"] == "IJR" else 1.0))
    head = side(JULY, report(1.7), LATER)
    head.build["params"]["small"] = "IJR"  # type: ignore[index]
    changes = compare_editions(side(MAY, report(1.0), ROWS), head, bench)
    assert changes.steps == (("parameters",), ("new data",))
    assert told(changes) == ((3.0, 0.5), (0, 1))
    assert bench.asked == [f"record IJR {MAY}"]
    assert any("small" in line for line in changes.details)


def test_packages_are_exchanged_with_the_code() -> None:
    base = side(MAY, report(1.0), ROWS, packages={"numpy": "2.1"})
    head = side(MAY, report(1.1), ROWS, packages={"numpy": "2.2"}, code_sha256="c1")
    changes = compare_editions(base, head, Bench())
    assert changes.steps == (("code", "dependencies"),)
    assert changes.because((0,)) == "undetermined (code or dependencies)"
    assert "numpy 2.1 → 2.2" in changes.details


def test_a_finding_that_appears_has_no_size_but_a_cause() -> None:
    base = {**report(), "findings": [finding(2.0, "steady")]}
    changes = compare_editions(side(MAY, base, ROWS), side(JULY, report(), LATER), Bench())
    assert told(changes) == ((None,), (0,))
    assert changes.findings[0].change.kind == "appeared"


def test_nothing_changed_is_said_as_such() -> None:
    changes = compare_editions(side(MAY, report(), ROWS), side(JULY, report(), LATER), Bench())
    assert (changes.claims, changes.findings) == ((), ())
    assert summary(changes) == "No verdict and no finding changed."


# ---- rows --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows_at(market_of: Callable[..., Market]) -> Callable[[str], Rows]:
    """Digests of what a day's edition shows."""
    return cache(lambda day: row_digests(market_of(end=day)))


def test_a_revised_value_is_told_from_a_new_row(
    dataset: Dataset, rows_at: Callable[[str], Rows]
) -> None:
    may, july = rows_at(MAY), rows_at(JULY)
    assert changed_rows(may, may, may) == []
    assert all(not s.revised for s in changed_rows(may, may, july))
    returns = dataset.total_returns.copy()
    returns.loc["2019-03-05", "IWM"] += 1e-6
    observations = dataset.observations.copy()
    late = (observations["series_id"] == "DGS10") & (observations["date"] == "2026-05-20")
    assert late.sum() == 1
    observations = observations[~late]
    revised = replace(dataset, total_returns=returns, observations=observations)
    then = row_digests(Market.from_dataset(revised, report_params(end=MAY)))
    told = {s.id: s.revised for s in changed_rows(may, then, july) if s.revised}
    assert told == {"IWM total returns": ("2019",), "DGS10": ("2026",)}


def test_new_rows_are_counted(
    market_of: Callable[..., Market], rows_at: Callable[[str], Rows]
) -> None:
    june, july = market_of(end=JUNE), market_of(end=JULY)
    rows = {s.id: s.new for s in changed_rows(*[rows_at(JUNE)] * 2, rows_at(JULY))}
    sessions = len(july.sessions) - len(june.sessions)
    assert sessions == 22
    assert rows["IWM total returns"] == rows["SPY total returns"] == sessions
    assert rows["DGS2"] == int(np.sum(july.macro("DGS2").index > june.end))


# ---- the laboratory ----------------------------------------------------------------------


def head_build(**more: Any) -> dict[str, Any]:
    held = Market.load(report_params()).dataset.provenance
    shared = {"data_sha256": held["data_sha256"], "code_sha256": code_sha256()}
    return {**shared, **environment(), **more}


def test_the_laboratory_measures_what_a_build_would(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows_at: Callable[[str], Rows]
) -> None:
    seen: list[Any] = []

    def record(market: Market, revision: str) -> dict[str, Any]:
        seen.append((market.params.small, market.end.date().isoformat()))
        return {"findings": [finding(1.0)], "claims": [claim()]}

    monkeypatch.setattr(lab_module, "report_record", record)
    params = {"start": "2010-01-04", "end": MAY, "as_of": "", "small": "IJR"}
    lab = Lab(head_build(), tmp_path)
    assert lab.record(params) == {"findings": [finding(1.0)], "claims": [claim()]}
    assert seen == [("IJR", MAY)]
    assert lab.rows({"end": MAY}) == rows_at(MAY)


@pytest.mark.parametrize(
    "other", [{"code_sha256": "00"}, {"python": "3.0.0"}, {"data_sha256": "00"}]
)
def test_the_laboratory_says_nothing_for_another_build(
    other: dict[str, str], tmp_path: Path
) -> None:
    assert Lab(head_build(**other), tmp_path).record({"end": MAY}) is None


def test_the_laboratory_says_nothing_where_the_data_do_not_reach(tmp_path: Path) -> None:
    lab = Lab(head_build(), tmp_path)
    assert lab.record({"end": "2031-01-01"}) is None and lab.rows({"end": "2031-01-01"}) is None


def test_former_data_come_from_git_and_only_if_they_are_the_same(
    tmp_path: Path, dataset: Dataset
) -> None:
    from small_project import git

    project = tmp_path / "project"
    snapshot = project / "data" / "snapshot"
    snapshot.mkdir(parents=True)
    for path in (PROJECT_ROOT / "data" / "snapshot").iterdir():
        (snapshot / path.name).write_bytes(path.read_bytes())
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "data")
    git(project, "config", "core.autocrlf", "true")
    commit = git(project, "rev-parse", "HEAD")
    sha = dataset.provenance["data_sha256"]
    found = former_data(commit, sha, project)
    assert found is not None
    assert found.total_returns.equals(dataset.total_returns)
    assert former_data(commit, "00", project) is None
    assert former_data("f" * 40, sha, project) is None
    assert former_data(f"--output={tmp_path / 'written'}", sha, project) is None
    assert not (tmp_path / "written").exists()


# ---- the page ----------------------------------------------------------------------------


def test_the_first_edition_says_that_there_is_none_before() -> None:
    first = Changes(MAY, "")
    assert title(first) == "What changed: the first edition"
    assert body(first, (), "") == f"<p>{summary(first)}</p>"
    assert summary(first) == (
        "This is the first edition kept: there is none before it to compare with."
    )


def test_the_page_puts_flips_first_and_escapes_what_it_shows() -> None:
    bench = Bench(rows=ROWS, record=report(1.2))
    head = side(JULY, report(1.25, "does not hold"), LATER, data_sha256="ef", code_sha256="c1")
    changes = compare_editions(side(MAY, report(1.0), ROWS), head, bench)
    html = body(changes, ("chapters/risks.html",), "../../")
    assert html.index("Verdicts that flipped") < html.index("Headlines that moved")
    assert '<a href="chapters/risks.html#claim-one">More &lt;volatile&gt;</a>' in html
    assert '<a href="../../as-of/2026-05-29/index.html">edition of 29 May 2026</a>' in html
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Change", "code", "new data"))
    assert heads in html
    assert "<td>+1.25</td><td>+1.00</td><td>+0.25</td>" in html
    assert summary(changes) == (
        "1 verdict flipped, and 1 of 1 headline moved by at least 1% of the interval's half "
        "width. Because of code and new data."
    )


def test_a_headline_is_a_finding_that_a_claim_rests_on() -> None:
    head = report(1.25)
    head["findings"][1] = finding(2.1, "steady")
    changes = compare_editions(side(MAY, report(1.0), ROWS), side(JULY, head, LATER), Bench())
    assert [(m.change.id, m.headline) for m in changes.findings] == [
        ("risks.beta", True),
        ("risks.steady", False),
    ]
    html = body(changes, (), "")
    assert "<summary>The other findings that moved: 1</summary>" in html


def test_the_account_is_published_for_people_and_machines(tmp_path: Path) -> None:
    plain = bare_site(tmp_path / "plain")
    publish(tmp_path, plain, MAY, value=1.0)
    publish(tmp_path, plain, JULY, value=1.1, verdict="does not hold")
    for folder in (tmp_path / "html", tmp_path / "html" / "as-of" / JULY):
        held = json.loads((folder / "changes.json").read_text(encoding="utf-8"))
        assert (held["date"], held["since"], held["steps"]) == (JULY, MAY, [["new data"]])
        (flip,) = held["claims"]
        assert (flip["before"], flip["after"]) == ("holds", "does not hold")
        assert [f["id"] for f in held["findings"]] == ["risks.beta", "risks.other"]
        page = (folder / "changes.html").read_text(encoding="utf-8")
        assert "<h1>What changed since the edition of 29 May 2026</h1>" in page
    first = json.loads((tmp_path / "html/as-of" / MAY / "changes.json").read_text("utf-8"))
    assert (first["since"], first["claims"], first["findings"]) == ("", [], [])
