"""Building: the whole report into a folder with a space, and what a failing chapter does."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from rotation_lib.params import ReportParams
from rotation_lib.project import CHAPTER_NAMES
from rotation_lib.publish.build import build, chosen_chapters, split_extras, unchanged
from rotation_lib.publish.execute.outcome import ChapterRun
from rotation_lib.publish.source.notebooks import stored, write_notebook

pytestmark = pytest.mark.slow

FIXED = {
    "tech_valuations.gap_total_return",
    "tech_valuations.relative_wealth",
    "tech_valuations.rally_july_2024",
    "tech_valuations.first_quarter_2024",
    "rate_sensitivity.beta_2y",
    "rate_sensitivity.beta_10y",
    "rate_sensitivity.beta_2y_latest",
    "rate_sensitivity.cut_day_relative",
    "rate_sensitivity.jackson_hole_2025_day",
    "rate_sensitivity.jackson_hole_2025_21d",
    "rate_sensitivity.jackson_hole_2025_after21",
    "rate_sensitivity.since_september_2024_cut",
    "reshoring_sectors.construction_from_peak",
    "risks.volatility_ratio",
    "risks.max_drawdown_small",
    "risks.max_drawdown_large",
    "risks.beta",
    "risks.downside_beta",
    "risks.var_99_small",
    "risks.cvar_99_small",
    "risks.august_2025",
    "risks.tariff_week_2025",
}


def notebook(*sources: str) -> nbformat.NotebookNode:
    head = nbformat.v4.new_markdown_cell("# A made-up chapter", id="title")
    names = "\n".join(f'{k} = "{v}"' for k, v in ReportParams().as_strings().items())
    parameters = nbformat.v4.new_code_cell(names, id="parameters")
    parameters.metadata["tags"] = ["parameters", "remove-cell"]
    cells = [nbformat.v4.new_code_cell(s, id=f"cell-{i}") for i, s in enumerate(sources)]
    return stored(nbformat.v4.new_notebook(cells=[head, parameters, *cells]))


@pytest.fixture
def chapters(tmp_path: Path) -> Path:
    """Two small chapters, one of which fails in its third code cell."""
    folder = tmp_path / "some chapters"
    write_notebook(notebook("x = 1", "raise ValueError('<b>no</b> data')"), folder / "risks.ipynb")
    write_notebook(notebook("print(start, end)"), folder / "methods.ipynb")
    return folder


@pytest.mark.usefixtures("forked")
def test_one_failing_chapter_leaves_the_rest_and_the_last_good_site(
    chapters: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out folder"
    good = out / "html" / "index.html"
    good.parent.mkdir(parents=True)
    good.write_text("the last good site", encoding="utf-8")
    record = '{"params": {}, "revision": "", "chapters": {}}'
    good.with_name("build.json").write_text(record, encoding="utf-8")
    seen: list[ChapterRun] = []
    result = build(
        ReportParams(),
        chapters=["risks", "methods"],
        notebooks=chapters,
        out=out,
        progress=seen.append,
    )
    assert [(r.name, r.failure is None) for r in result.runs] == [
        ("risks", False),
        ("methods", True),
    ]
    (failure,) = result.failures
    assert failure.notebook == "chapters/risks.ipynb"
    assert failure.cell_index == 3
    assert failure.cause == "ValueError: <b>no</b> data"
    assert len(seen) == 2
    assert good.read_text(encoding="utf-8") == "the last good site"
    pages = "".join(p.read_text(encoding="utf-8") for p in result.site.rglob("*.html"))
    assert "&lt;b&gt;no&lt;/b&gt; data" in pages
    assert "<b>no</b> data" not in pages
    methods = result.runs[1].notebook.read_text(encoding="utf-8")
    assert "2010-01-04 2026-07-31" in methods


def test_what_is_unchanged_is_not_run_again(built_site: Path, tmp_path: Path) -> None:
    shutil.copytree(built_site, tmp_path / "html")
    shutil.copyfile(built_site.parent / ".site.json", tmp_path / ".site.json")
    seen: list[ChapterRun] = []
    found = unchanged(ReportParams(), out=tmp_path, progress=seen.append)
    assert found is not None
    assert [run.name for run in seen] == list(CHAPTER_NAMES)
    assert all(run.cached for run in found.runs)
    assert sum(found.verdicts.values()) == 20
    assert unchanged(ReportParams(), out=tmp_path, pdf=True) is None
    told = json.loads((tmp_path / "html" / "build.json").read_text(encoding="utf-8"))
    assert told["chapters"]["risks"] == {"seconds": 0.0, "cached": True}
    assert unchanged(ReportParams(), out=tmp_path) is not None
    page = tmp_path / "html" / "index.html"
    page.write_bytes(page.read_bytes()[:-1])
    assert unchanged(ReportParams(), out=tmp_path) is None


def test_chapters_and_extras_are_sorted_out_before_anything_runs() -> None:
    assert chosen_chapters(["risks", "summary"]) == ("summary", "risks")
    assert chosen_chapters([]) == CHAPTER_NAMES
    assert split_extras({"rolling_weeks": 52}, ["risks", "rate_sensitivity"]) == {
        "rate_sensitivity": {"rolling_weeks": 52}
    }


def test_the_whole_report_has_every_fixed_finding(built_site: Path) -> None:
    record = json.loads((built_site / "findings.json").read_text(encoding="utf-8"))
    held = {f["id"]: f for f in record["findings"]}
    assert set(held) >= FIXED
    assert all(held[name]["value"] is not None for name in FIXED)
    assert record["data_through"] == "2026-07-31"
    assert len(record["claims"]) == 20
    verdicts = {"holds", "holds in part", "not shown", "does not hold", "cannot be tested"}
    for claim in record["claims"]:
        assert claim["verdict"] in verdicts
        assert claim["reason"]
        assert set(claim["findings"]) <= set(held)


def test_every_headline_has_its_uncertainty(built_site: Path) -> None:
    record = json.loads((built_site / "findings.json").read_text(encoding="utf-8"))
    bare = [
        f["id"]
        for f in record["findings"]
        if f["value"] is not None
        and f["unit"] not in ("p-value", "count")
        and f["low"] is None
        and f["percentile"] is None
        and not f["method"]
    ]
    assert bare == []


def test_the_build_says_what_it_was_made_from(built_site: Path) -> None:
    record = json.loads((built_site / "build.json").read_text(encoding="utf-8"))
    assert record["params"]["end"] == "2026-07-31"
    assert set(record["chapters"]) == set(CHAPTER_NAMES)
    assert len(record["data_sha256"]) == 64
    assert record["packages"]["pandas"].startswith("3.")


def test_the_site_holds_a_csv_for_every_figure_and_all_notebooks(built_site: Path) -> None:
    notebooks = {p.stem for p in (built_site / "downloads" / "notebooks").glob("*.ipynb")}
    assert notebooks == set(CHAPTER_NAMES)
    tables = list((built_site / "downloads" / "figures").glob("*.csv"))
    assert len(tables) >= 24
    for path in tables:
        assert len(path.read_text(encoding="utf-8").splitlines()) >= 2, path.name


def test_every_term_of_the_glossary_is_explained_where_it_is_used(built_site: Path) -> None:
    methods = (built_site / "chapters" / "methods.html").read_text(encoding="utf-8")
    terms = set(re.findall(r'<dt id="(term-[\w-]+)"', methods))
    pages = [built_site / "index.html", *(built_site / "chapters").glob("*.html")]
    linked = (
        re.findall(r'class="?term"? href="?[^" >]*#(term-[\w-]+)', p.read_text()) for p in pages
    )
    assert len(terms) > 20
    assert terms - set().union(*linked) == set(), "used on no page: say it so, or add data-also"


def test_each_theme_has_at_least_four_charts(built_site: Path) -> None:
    names = [p.name for p in (built_site / "downloads" / "figures").glob("*.csv")]
    for theme in ("rate_sensitivity", "tech_valuations", "reshoring_sectors", "risks"):
        assert sum(n.startswith(f"{theme}.") for n in names) >= 4, theme
