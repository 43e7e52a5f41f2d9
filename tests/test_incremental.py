"""A build costs what a change costs: what runs again, what is kept, and that the bytes agree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from made_chapter import HEAD, chapter

from rotation_lib import environment, fingerprint, results
from rotation_lib.market import Market
from rotation_lib.params import ReportParams
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.build import unchanged
from rotation_lib.publish.execute import run as running
from rotation_lib.publish.execute.outcome import ChapterRun
from rotation_lib.publish.execute.run import Job, run_chapters
from rotation_lib.publish.kept import contents, seal, unbroken
from rotation_lib.publish.source.notebooks import read_notebook, with_prose, write_notebook
from rotation_lib.publish.unchanged import finished_before, seal_site, site_key

# ---- what runs again --------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what keys are made of, which a test may change."""
    import shutil

    root = tmp_path / "project"
    skipped = shutil.ignore_patterns("__pycache__", "assets", "snapshot", "templates")
    for name in ("rotation_lib", "data", "chapters"):
        shutil.copytree(PROJECT_ROOT / name, root / name, ignore=skipped)
    monkeypatch.setattr(fingerprint, "PACKAGE", root / "rotation_lib")
    monkeypatch.setattr(fingerprint, "DATA", root / "data")
    return root


Ran = Callable[..., list[str]]


@pytest.fixture
def ran(project: Path, tmp_path: Path, market: Market, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Run the copied project's chapters; gives the names of those that had to be executed."""
    executed: list[str] = []

    def execute(stages: Sequence[Sequence[Job]], *_: object) -> Iterator[ChapterRun]:
        for job in (job for stage in stages for job in stage):
            executed.append(job.source.stem)
            job.target.mkdir(parents=True, exist_ok=True)
            write_notebook(read_notebook(job.source), job.target / "executed.ipynb")
            seal(job.target, {"execution": job.execution})
            yield ChapterRun(job.source.stem, job.target, 0.1, False)

    monkeypatch.setattr(running, "_execute_stages", execute)

    def run(of: Market = market, fresh: bool = False, **extras: dict[str, object]) -> list[str]:
        executed.clear()
        names = sorted(path.stem for path in (project / "chapters").glob("*.ipynb"))
        kept = tmp_path / "runs"
        run_chapters(names, of, extras, kept, chapters=project / "chapters", fresh=fresh)
        return sorted(executed)

    return run


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def edit(path: Path, kind: str, text: str) -> None:
    """Add a line to the last cell of a kind."""
    notebook = read_notebook(path)
    [c for c in notebook.cells if c.cell_type == kind][-1].source += f"\n{text}"
    write_notebook(notebook, path)


ENVIRONMENT = environment.here()


def exchange(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let another version of one package be installed, and all others as they are."""
    packages = {**ENVIRONMENT.packages, name: replace(ENVIRONMENT.packages[name], version="0.9")}
    other = replace(ENVIRONMENT, packages=packages)
    monkeypatch.setattr(environment, "here", lambda: other)


ALL = sorted(path.stem for path in (PROJECT_ROOT / "chapters").glob("*.ipynb"))


def test_what_no_chapter_rests_on_runs_nothing(ran: Ran, project: Path) -> None:
    assert ran() == ALL
    assert ran() == []
    append(project / "rotation_lib" / "doctor.py", "\nVALUE = 1\n")
    append(project / "rotation_lib" / "publish" / "serve.py", "\nVALUE = 1\n")
    for path in [*project.rglob("*.py"), *project.rglob("*.ipynb"), *project.rglob("*.toml")]:
        os.utime(path, (1, 1))
    append(project / "data" / "README.md", "\nA word more.\n")
    assert ran() == []


def test_code_of_one_chapter_runs_that_chapter(ran: Ran, project: Path) -> None:
    ran()
    edit(project / "chapters" / "risks.ipynb", "code", "# a comment")
    assert ran() == ["risks"]
    pictures = project / "rotation_lib" / "themes" / "risks" / "pictures"
    append(pictures / "__init__.py", "\nVALUE = 1\n")
    assert ran() == ["risks"]


def test_a_helper_that_all_use_runs_all(ran: Ran, project: Path) -> None:
    ran()
    append(project / "rotation_lib" / "stats" / "returns.py", "\n# another helper\n")
    assert ran() == ALL


def test_another_installed_version_runs_all(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    ran()
    exchange(monkeypatch, "platformdirs")
    assert ran() == ALL


def test_another_locked_version_runs_nothing(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    ran()
    held = environment.here()
    other = {n: replace(p, locked="0.9") for n, p in held.packages.items()}
    monkeypatch.setattr(environment, "here", lambda: replace(held, packages=other))
    assert ran() == []


def test_packages_that_no_study_reaches_leave_the_findings(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []

    def compute(theme: str, _: Market) -> results.ThemeResult:
        measured.append(theme)
        return results.ThemeResult((), {})

    def again() -> bool:
        measured.clear()
        results.theme_result("risks", market)
        return bool(measured)

    monkeypatch.setattr(results, "_compute", compute)
    monkeypatch.setattr(results, "data_key", lambda market: "the same data")
    monkeypatch.setenv(results.FOLDER_VARIABLE, str(tmp_path))
    assert again() and not again()
    for name in ("sphinx", "altair", "ipykernel"):
        exchange(monkeypatch, name)
        assert not again(), name
    for name in ("numpy", "patsy"):  # statsmodels imports patsy, no study does
        exchange(monkeypatch, name)
        assert again(), name


def test_a_parameter_of_one_chapter_runs_that_chapter(ran: Ran) -> None:
    ran()
    assert ran(risks={"yield_shock": 2.0}) == ["risks"]


def test_one_value_in_the_window_runs_all_and_one_after_it_none(
    ran: Ran, made_up: Callable[..., Market], market: Market
) -> None:
    returns = market.total_returns[["XLE"]].copy()
    ran(made_up(returns, end="2020-06-30"))
    returns.loc["2020-07-01":, "XLE"] = 0.5
    assert ran(made_up(returns, end="2020-06-30")) == []
    returns.loc["2020-06-30", "XLE"] += 1e-6
    assert ran(made_up(returns, end="2020-06-30")) == ALL


def test_fresh_ignores_what_is_kept(ran: Ran) -> None:
    ran()
    assert ran(fresh=True) == ALL


def test_a_damaged_run_is_noticed(ran: Ran, tmp_path: Path) -> None:
    ran()
    (path,) = (tmp_path / "runs" / "risks").glob("*/executed.ipynb")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b" ")
    assert ran() == ["risks"]
    assert path.read_bytes() == whole
    (path.parent / "figures").mkdir()
    (path.parent / "figures" / "stranger.json").write_text("{}", encoding="utf-8")
    assert ran() == ["risks"]


def test_a_run_in_which_somebody_worked_is_set_aside(tmp_path: Path) -> None:
    target = tmp_path / "risks" / "0123456789abcdef"
    for number, edited in enumerate((False, True)):
        work = tmp_path / f"work {number}"
        work.mkdir()
        (work / "executed.ipynb").write_text(f"run {number}", encoding="utf-8")
        target.parent.mkdir(exist_ok=True)
        running._put(work, target, "key")
        if not edited:
            (target / "executed.ipynb").write_text("run 0, and a thought", encoding="utf-8")
            (target / "mine.ipynb").write_text("mine", encoding="utf-8")
    (aside,) = target.parent.glob("0123456789abcdef-changed-*")
    assert (aside / "executed.ipynb").read_text(encoding="utf-8") == "run 0, and a thought"
    assert (aside / "mine.ipynb").read_text(encoding="utf-8") == "mine"
    assert (target / "executed.ipynb").read_text(encoding="utf-8") == "run 1"
    (tmp_path / "again").mkdir()
    running._put(tmp_path / "again", target, "key")  # what nobody touched is replaced
    assert len(list(target.parent.iterdir())) == 2


def test_prose_executes_nothing_and_is_in_the_run(ran: Ran, project: Path, tmp_path: Path) -> None:
    ran()
    edit(project / "chapters" / "risks.ipynb", "markdown", "Said in other words.")
    assert ran() == []
    texts = [p.read_text("utf-8") for p in (tmp_path / "runs" / "risks").glob("*/executed.ipynb")]
    assert sorted("Said in other words." in text for text in texts) == [False, True]
    assert ran() == []


def test_new_prose_finds_the_cells_papermill_added() -> None:
    source = chapter("x = 1", "# After", "y = 2", title="New")
    executed = chapter("x = 1", "y = 2", title="Old")
    added = nbformat.v4.new_code_cell('start = "2012"', metadata={"tags": ["injected-parameters"]})
    executed.cells.insert(2, added)
    merged = with_prose(executed, source, lambda text: {})
    assert [c.source for c in merged.cells] == [
        "# New", HEAD, 'start = "2012"', "x = 1", "# After", "y = 2",
    ]  # fmt: skip
    for notebook in (source, executed):
        notebook.cells = [c for c in notebook.cells if c.source != HEAD]
    again = with_prose(executed, source, lambda text: {})
    assert [c.source for c in again.cells][:2] == ['start = "2012"', "# New"]


# ---- the site ---------------------------------------------------------------------------


def site(folder: Path, names: Sequence[ChapterRun], record: str = "{}") -> Path:
    html = folder / "html"
    (html / "chapters").mkdir(parents=True)
    (html / "index.html").write_text("one", encoding="utf-8")
    (html / "chapters" / "risks.html").write_text("two", encoding="utf-8")
    (html / "build.json").write_text(record, encoding="utf-8")
    for run in names:
        run.folder.mkdir(parents=True)
        run.notebook.write_text("{}", encoding="utf-8")
        seal(run.folder, {"execution": "x"})
    return html


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Path, ChapterRun]:
    run = ChapterRun("risks", tmp_path / "runs" / "risks" / "0123", 1.0, False)
    html = site(tmp_path, [run])
    seal_site(html, "key", [run])
    return html, run


def test_a_whole_site_made_from_the_same_is_found(sealed: tuple[Path, ChapterRun]) -> None:
    html, run = sealed
    assert finished_before(html, "another key") is None
    found = finished_before(html, "key")
    assert found is not None
    assert [(r.name, r.folder, r.cached) for r in found] == [("risks", run.folder, True)]


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "run", "seal", "edition"])
def test_a_damaged_site_is_noticed(sealed: tuple[Path, ChapterRun], damage: str) -> None:
    html, run = sealed
    page = html / "chapters" / "risks.html"
    stamp = page.stat()
    if damage == "changed":
        page.write_text("2wo", encoding="utf-8")
        os.utime(page, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    elif damage == "missing":
        page.unlink()
    elif damage == "added":
        (html / "stranger.html").write_text("", encoding="utf-8")
    elif damage == "run":
        run.notebook.write_text("{ }", encoding="utf-8")
    elif damage == "seal":
        (html.parent / ".site.json").write_text("{", encoding="utf-8")
    else:
        (html / "as-of" / "2020-01-31").mkdir(parents=True)
    assert finished_before(html, "key") is None


def test_what_was_asked_for_is_in_the_key(tmp_path: Path) -> None:
    one = site_key({"pdf": False}, tmp_path)
    assert one == site_key({"pdf": False}, tmp_path)
    assert one != site_key({"pdf": True}, tmp_path)
    (tmp_path / "risks.ipynb").write_text("{}", encoding="utf-8")
    assert one != site_key({"pdf": False}, tmp_path)


def test_a_live_report_never_rests_on_a_seal(sealed: tuple[Path, ChapterRun]) -> None:
    assert unchanged(ReportParams(source="live"), out=sealed[0].parent) is None


def test_a_build_that_changes_nothing_imports_little() -> None:
    code = (
        "import sys, rotation_lib.publish.build as b; from rotation_lib.params import ReportParams;"
        "from pathlib import Path; b.unchanged(ReportParams(), out=Path('nowhere'));"
        "print([m for m in ('pandas', 'scipy', 'nbformat', 'altair') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.usefixtures("forked")
def test_a_kept_book_gives_the_bytes_of_a_new_one(
    tmp_path: Path, build_folder: Callable[[Path], Path]
) -> None:
    from sample_book import CREDITS, RECORD, bare_project, book

    from rotation_lib.publish.site import build_site

    executed, payloads = book(tmp_path / "in")

    outs = {name: build_folder(tmp_path / name) for name in ("kept", "new")}

    def made(out: str) -> dict[str, str]:
        report = build_site(
            executed, payloads, {}, RECORD, outs[out], project=bare_project(), credits=CREDITS
        )
        return contents(report.html)

    before = made("kept")
    notebook = read_notebook(executed["risks"])
    notebook.cells.append(nbformat.v4.new_markdown_cell("New words, which no other page shows."))
    write_notebook(notebook, executed["risks"])
    reworded = made("kept")
    assert reworded == made("new") != before
    # A damaged book is read anew: what comes of it is what comes of an empty folder.
    doctree = tmp_path / "new" / ".book" / "doctrees" / "index.doctree"
    doctree.write_bytes(doctree.read_bytes()[:100])
    notebook.cells[0].source = "# Perils\n\nThis page has another title, seen from all others."
    notebook.cells.append(nbformat.v4.new_markdown_cell("## A new section\n\nWith new words."))
    write_notebook(notebook, executed["risks"])
    retitled = made("kept")
    assert retitled == made("new") != reworded
    assert unbroken(tmp_path / "kept" / ".book") is not None
