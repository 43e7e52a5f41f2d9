"""What a published site must be: complete, light, inert, and replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from sample_book import RECORD, bar_figure, bare_project, figure, payloads_to, site_of_book, text

from rotation_lib.errors import BuildError
from rotation_lib.project import CHAPTER_NAMES, PROJECT_ROOT
from rotation_lib.publish import swap
from rotation_lib.publish.draw.runtime import vega_runtime
from rotation_lib.publish.execute.outcome import ChapterFailure
from rotation_lib.publish.finish.check import check_site
from rotation_lib.publish.finish.polish import polished
from rotation_lib.publish.serve import running_server, serve
from rotation_lib.publish.site import SiteReport, build_site

NAMES = ("summary", "risks", "methods")


# ---- the site ----------------------------------------------------------------------------


def _tree(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="session")
def site(small_report: SiteReport) -> SiteReport:
    return small_report


@pytest.fixture
def copy(site: SiteReport, tmp_path: Path) -> Path:
    """A copy of the site that a test may spoil."""
    return Path(shutil.copytree(site.html, tmp_path / "copy"))


def _page(site: SiteReport, name: str = "chapters/risks.html") -> str:
    return (site.html / name).read_text(encoding="utf-8")


def test_the_site_has_its_parts(site: SiteReport) -> None:
    for name in (
        "index.html",
        "chapters/risks.html",
        "chapters/methods.html",
        "search.html",
        "findings.json",
        "build.json",
        "downloads/figures/risks.bars.csv",
        "downloads/figures/risks.bars.svg",
        "downloads/figures/risks.bars.vl.json",
        "downloads/tables/risks.falls.csv",
        "downloads/notebooks/risks.ipynb",
    ):
        assert (site.html / name).is_file(), name
    record = json.loads((site.html / "build.json").read_text(encoding="utf-8"))
    assert {name: record[name] for name in RECORD} == RECORD and set(record) - set(RECORD) == {
        "published"
    }
    assert (
        site.html / "downloads/tables/risks.falls.csv"
    ).read_text() == "Fund,Fall\nIWM <i>,-0.411\n"
    figures = {p.name: p.figures for p in site.pages}
    assert site.failed == () and "search" in figures and "architecture" in figures
    assert {n: k for n, k in figures.items() if k} == {"summary": 1, "risks": 5, "methods": 2}


def test_nothing_heavy_or_foreign_is_left(site: SiteReport) -> None:
    for name in ("index.html", "chapters/risks.html", "chapters/methods.html", "search.html"):
        page = _page(site, name)
        for word in ("fontawesome", "mathjax", "thebe", "cdn.", "unpkg", "jsdelivr", "_sources"):
            assert word not in page.lower(), (name, word)
        assert page.count("<h1") - page.count("jb-print-docs-body") == 1
    assert not (site.html / "_sources").exists()
    assert "vega" not in _page(site, "search.html")
    assert "searchindex.js" not in _page(site) and "searchindex.js" in _page(site, "search.html")


def test_weights_stay_within_their_limits(site: SiteReport) -> None:
    for page in site.pages:
        assert 2_000 < page.html_gz <= 60_000, page
        assert 50_000 < page.first_load_gz <= 450_000, page


def test_text_from_data_is_text(site: SiteReport) -> None:
    page = _page(site)
    assert "<script>alert" not in page
    assert "Hostile &lt;script&gt;alert(" in page and "{doc}<code" in page
    assert (
        "Bars &lt;script&gt;alert(&#x27;title&#x27;)&lt;/script&gt; &amp; &quot;quotes&quot;"
        in page
    )
    assert "It cost $5 and then $6." in _page(site, "index.html")


def test_a_figure_carries_all_a_reader_needs(site: SiteReport) -> None:
    page = _page(site, "index.html")
    for part in (
        '<figure class="rotation-figure" id="fig-summary-growth" data-figure="summary.growth">',
        "Small caps came last",
        "Growth of one dollar",
        "Made-up values.",
        "Source: Small caps, Large caps (A Vendor). As of",
        '<time datetime="2026-07-31">31 July 2026</time>',
        'href="downloads/figures/summary.growth.csv" download',
        'src="downloads/figures/summary.growth.svg" alt="Line of the growth',
        "returns only <code>sha256 abababababababab…</code>",
        'role="img" aria-label="Line of the growth',
    ):
        assert part in page, part


def test_known_faults_of_the_theme_are_mended(site: SiteReport) -> None:
    page, front = _page(site), _page(site, "index.html")
    assert 'aria-label="Toggle hidden content"' not in page
    assert '<div id="pst-primary-sidebar" role="region" aria-label="Report navigation"' in page
    assert page.count('aria-label="Falls"') == 1 and 'class="table-wrap"' not in page
    assert 'class="table-wrap" tabindex="0" role="region" aria-label="Claims"' in front
    assert '<table role="table" class="scorecard">' in _page(site, "index.html")
    assert '<meta name="description" content="A question of one line." />' in _page(
        site, "index.html"
    )
    with pytest.raises(BuildError, match="has the theme changed"):
        polished("<html></html>", "risks", None)


def test_a_rebuild_gives_the_same_bytes(site: SiteReport, tmp_path: Path) -> None:
    again = site_of_book(tmp_path / "in", tmp_path / "elsewhere")
    assert _tree(again.html) == _tree(site.html)


@pytest.mark.usefixtures("forked")
def test_a_fault_leaves_the_last_good_site_in_place(site: SiteReport, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(site.html, out / "html")
    before = _tree(out / "html")
    for addition, said in (
        ("{unknown}`role`", "WARNING"),
        ('<img src="https://example.org/x.png">', "another host"),
    ):
        spoilt = nbformat.v4.new_notebook(cells=[text("# Methods"), text(addition)])
        nbformat.write(spoilt, tmp_path / "methods.ipynb")
        with pytest.raises(BuildError, match=said):
            build_site(
                {"methods": tmp_path / "methods.ipynb"}, tmp_path, {}, {}, out,
                project=bare_project(),
            )  # fmt: skip
        assert _tree(out / "html") == before
    assert not list(out.glob(".site-*"))


@pytest.mark.usefixtures("forked")
def test_a_failed_chapter_gets_a_page_beside_the_good_site(
    site: SiteReport, tmp_path: Path
) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=[text("# Summary")]), tmp_path / "summary.ipynb")
    executed = {"summary": tmp_path / "summary.ipynb"}
    out = tmp_path / "out"
    shutil.copytree(site.html, out / "html")
    before = _tree(out / "html")
    failure = ChapterFailure(
        "risks", "chapters/risks.ipynb", 7, "KeyError: <b>x</b>", "Trace\n\n<script>back"
    )
    report = build_site(executed, tmp_path, {}, {}, out, project=bare_project(), failures=[failure])
    assert report.html == (out / "failed").resolve() and report.failed == ("risks",)
    page = (report.html / "chapters" / "risks.html").read_text(encoding="utf-8")
    assert "failed in cell 7" in page and "chapters/risks.ipynb" in page
    assert "KeyError: &lt;b&gt;x&lt;/b&gt;" in page and "<script>back" not in page
    assert _tree(out / "html") == before


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_book_of_one_chapter(tmp_path: Path, build_folder: Callable[[Path], Path]) -> None:
    with payloads_to(tmp_path / "payloads"):
        cells = [text("# Risks\n\nSee [methods](methods.ipynb)."), figure(bar_figure("risks.bars"))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "risks.ipynb")
    report = build_site(
        {"risks": tmp_path / "risks.ipynb"}, tmp_path / "payloads", {}, {},
        build_folder(tmp_path / "out"), project=bare_project(),
    )  # fmt: skip
    page = (report.html / "index.html").read_text(encoding="utf-8")
    assert "See <a>methods</a>." in page and 'data-figure="risks.bars"' in page


def test_an_unknown_chapter_or_none_is_refused(tmp_path: Path) -> None:
    for executed, said in (({"riskz": tmp_path}, "riskz: not in _toc.yml"), ({}, "no chapter")):
        with pytest.raises(BuildError, match=said):
            build_site(executed, tmp_path, {}, {}, tmp_path / "out", project=PROJECT_ROOT)


# ---- checks, swapping, serving, settings -----------------------------------------------------


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ('<a href="nowhere.html">x</a>', "no file"),
        ('<a href="../../outside.html">x</a>', "no file"),
        ('<a href="methods.html#nowhere">x</a>', "no such place"),
        ('<p id="one"></p><p id="one"></p>', "occurs twice"),
        ('<script src="https://example.org/x.js"></script>', "another host"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "another host"),
    ],
)
def test_the_check_sees(copy: Path, addition: str, said: str) -> None:
    check_site(copy)
    page = copy / "chapters" / "risks.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace("</article>", f"{addition}</article>"),
        encoding="utf-8",
    )
    with pytest.raises(BuildError, match=said):
        check_site(copy)


@pytest.mark.parametrize("in_one_step", [True, False])
def test_exchange_replaces_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr(swap, "exchanged", lambda one, other: False)
    for generation in ("first", "second"):
        new = tmp_path / "work" / "new"
        new.mkdir(parents=True)
        (new / generation).touch()
        swap.exchange(new, tmp_path / "html")
        assert [p.name for p in (tmp_path / "html").iterdir()] == [generation]
    left = sorted(p.name for p in tmp_path.iterdir())
    assert [name for name in left if name != ".workspace.lock"] == ["html", "work"]


def test_the_server_knows_types_and_stays_in_its_folder(site: SiteReport) -> None:
    with running_server(site.html) as base:
        host = base.removeprefix("http://")
        assert host.startswith("127.0.0.1:")

        def ask(path: str) -> tuple[int, str | None]:
            connection = http.client.HTTPConnection(host, timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status, answer.headers.get("Content-Type")

        assert ask("/") == (200, "text/html; charset=utf-8")
        assert ask("/_static/rotation.js") == (200, "text/javascript; charset=utf-8")
        assert ask("/findings.json") == (200, "application/json; charset=utf-8")
        assert ask("/../sphinx.log")[0] == 404 and ask("/%2e%2e/sphinx.log")[0] == 404
        with pytest.raises(BuildError, match=r"cannot be used.*--port"):
            serve(site.html, int(host.split(":")[1]))
    with pytest.raises(BuildError, match="rotation build"):
        serve(site.html / "chapters")


@pytest.mark.slow
def test_the_runtime_is_one_plain_script(tmp_path: Path) -> None:
    path = vega_runtime(tmp_path)
    said = path.read_text(encoding="utf-8")
    assert said.startswith("(function () {") and said.endswith("})();\n")
    assert "globalThis.rotationVega={View:" in said and "import{" not in said
    before = path.stat().st_mtime_ns
    assert vega_runtime(tmp_path).stat().st_mtime_ns == before


def test_the_settings_hold_no_key_that_jupyter_book_would_ignore() -> None:
    import jupyter_book

    known = yaml.safe_load((Path(jupyter_book.__file__).parent / "default_config.yml").read_text())
    mine = yaml.safe_load((PROJECT_ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert set(mine) <= set(known)
    for part, values in mine.items():
        if isinstance(values, dict):
            assert set(values) <= set(known[part]), part
    assert "dollarmath" not in mine["parse"]["myst_enable_extensions"]
    assert (PROJECT_ROOT / mine["html"]["favicon"]).is_file()


def test_the_contents_are_the_chapters() -> None:
    toc = yaml.safe_load((PROJECT_ROOT / "_toc.yml").read_text(encoding="utf-8"))
    report, making = toc["parts"]
    files = [toc["root"], *(c["file"] for c in report["chapters"])]
    assert files == [f"chapters/{n}" for n in CHAPTER_NAMES]
    assert making["caption"] == "How this report is made"
    assert not [c for c in making["chapters"] if c["file"].startswith("chapters/")]
