"""Publishing: what prose may do, how notebooks become pages, and what a site must be."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest
import yaml
from sample_book import CREDITS, RECORD, bar_figure, book, figure, payloads_to, prose, shown, text

from rotation_lib.charts.figure import columns
from rotation_lib.errors import BuildError
from rotation_lib.project import CHAPTER_NAMES, PROJECT_ROOT
from rotation_lib.publish import swap
from rotation_lib.publish.check import check_site
from rotation_lib.publish.encode import csv_text, encoded, shortened
from rotation_lib.publish.failure import ChapterFailure
from rotation_lib.publish.figures import page_data, read_payload
from rotation_lib.publish.lower import Parts, lower
from rotation_lib.publish.markdown import Links, mend_headings, tame
from rotation_lib.publish.polish import polished
from rotation_lib.publish.runtime import vega_runtime
from rotation_lib.publish.serve import running_server, serve
from rotation_lib.publish.site import SiteReport, build_site

NAMES = ("summary", "risks", "methods")


# ---- prose -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "harmless",
    [
        "costs $5 and $6, {{ x }}, 2 < 3, a<b and **bold** `<code>` at 5%",
        '<div class="takeaways">\n\n**Key**\n\n- one\n\n</div>',
        '<span class="verdict" data-verdict="holds in part">holds in part</span>',
        "[m](methods) [r](risks.ipynb#claim-one) [f](site:findings.json) [w](https://example.org/a?b=c)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "a[^1]\n\n[^1]: a note",
    ],
)
def test_formatting_passes_untouched(harmless: str) -> None:
    assert tame(harmless) == harmless


@pytest.mark.parametrize(
    ("hostile", "tamed"),
    [
        ("a <script>alert(1)</script> b", "a &lt;script&gt;alert(1)&lt;/script&gt; b"),
        ("`x\ny` <script>z</script> `w", "`x\ny` &lt;script&gt;z&lt;/script&gt; `w"),
        ("\\`<script>1</script>`", "\\`&lt;script&gt;1&lt;/script&gt;`"),
        ('<div onclick="x()">hi', '&lt;div onclick="x()"&gt;hi'),
        ('<p style="x">', '&lt;p style="x"&gt;'),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ('x\n<script\nsrc="y">', 'x\n&lt;script\nsrc="y">'),
        ('<a href="javascript:x">q</a>', '&lt;a href="javascript:x"&gt;q</a>'),
        ('<div data-rotation-figure="a.b">', '&lt;div data-rotation-figure="a.b"&gt;'),
        ("<!-- c -->", "&lt;!-- c -->"),
        ("![a](http://x/y.png)", "\\![a](http://x/y.png)"),
        ("```{include} /etc/passwd\n```", "```text\n```"),
        ("> ~~~{raw} html\n> <b>\n> ~~~", "> ~~~text\n> <b>\n> ~~~"),
        (":::{note}\nx\n:::", "\\:::{note}\nx\n\\:::"),
        ("see {doc}`index`", "see \\{doc}`index`"),
        ("% gone?", "\\% gone?"),
        ("+++", "\\+++"),
        ("(target)=", "\\(target)="),
        ("---\na: b\n---\nx", "\\---\na: b\n---\nx"),
        ("[x](../../etc/passwd)", "[x]\\(../../etc/passwd)"),
        ("[x][r]\n\n[r]: /etc/passwd", "[x][r]\n\n\\[r]: /etc/passwd"),
        ("<project:x>", "\\<project:x>"),
        ("a\x00\x1bb", "ab"),
    ],
)
def test_whatever_is_not_formatting_becomes_characters(hostile: str, tamed: str) -> None:
    assert tame(hostile) == tamed
    assert tame(tamed) == tamed


def test_many_faults_in_one_text_are_all_disarmed() -> None:
    said = " ".join(f"<x{i}> {{role{i}}}`y`" for i in range(40))
    tamed = tame(said)
    assert tamed.count("&lt;x") == 40 and tamed.count("\\{role") == 40


def test_headings_have_one_top_and_no_gap() -> None:
    said = "# A\n\n#### B\n\nC\n===\n\n```\n# code\n```"
    assert mend_headings(said, 0) == ("# A\n\n## B\n\n## C\n\n\n```\n# code\n```", 2)
    assert mend_headings("##### D", 2) == ("### D", 3)
    assert mend_headings("no heading", 2) == ("no heading", 2)


def test_links_are_mended_for_where_the_page_lies() -> None:
    front, inner = (Links(n, NAMES, (*NAMES, "absent")) for n in ("summary", "risks"))
    said = (
        "[a](risks.ipynb#x) [b](summary) [c](site:findings.json) [d](absent.md) [e](https://e.org)"
    )
    assert front.in_markdown(said) == (
        '<a href="chapters/risks.html#x">a</a> <a href="index.html">b</a> '
        '<a href="findings.json">c</a> <a>d</a> [e](https://e.org)'
    )
    assert inner.in_markdown(said) == (
        '<a href="risks.html#x">a</a> <a href="../index.html">b</a> '
        '<a href="../findings.json">c</a> <a>d</a> [e](https://e.org)'
    )
    assert front.in_html('<a class="t" href="methods.html">') == (
        '<a class="t" href="chapters/methods.html">'
    )


# ---- data --------------------------------------------------------------------------------


def test_page_columns_decode_to_what_went_in() -> None:
    table = {
        "columns": {
            "day": ["2026-07-30", None, "2026-07-31", "1969-12-31"],
            "v": [1.23456789, None, -4, 0.000012345678],
            "s": ["IWM", "SPY", None, "IWM"],
        },
        "types": {"day": "date", "v": "number", "s": "string"},
    }
    days, numbers, strings = encoded(table)
    assert days[:2] == ["day", "d"] and strings == ["s", "s", ["IWM", "SPY"], [0, 1, None, 0]]
    at, out = date(1970, 1, 1), []
    for step in days[2]:
        at += timedelta(days=step or 0)
        out.append(None if step is None else at.isoformat())
    assert out == table["columns"]["day"]
    assert numbers == ["v", "n", [1.2346, None, -4, 1.2346e-05]]


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (None, None),
        (0, 0),
        (123456789, 123456789),
        (2.0, 2),
        (99999.6, 100000),
        (-0.0731256, -0.073126),
    ],
)
def test_five_digits(value: float | None, short: float | None) -> None:
    assert shortened(value) == short


def test_csv_keeps_full_precision_and_quotes_text() -> None:
    table = {"columns": {"a,b": ['say "x"', None], "v": [1.23456789, None]}, "types": {}}
    assert csv_text(table) == '"a,b",v\n"say ""x""",1.23456789\n,\n'


def test_page_data_cannot_end_its_script_and_refuses_nan() -> None:
    chart = bar_figure("risks.bars")
    payload = {**chart.payload(), "data": {"main": columns(chart.data["main"])}}
    from rotation_lib.publish.figures import Compiled

    body = page_data([(payload, Compiled({"data": []}, "<svg>", 100))])
    assert body.startswith("window.rotationPage={") and body.endswith("};\n")
    assert json.loads(body.removeprefix("window.rotationPage=").removesuffix(";\n"))["dark"]
    with pytest.raises(ValueError, match="JSON"):
        page_data([(payload, Compiled({"x": float("nan")}, "", 1))])


@pytest.mark.parametrize("content", [None, "{", "[1, 2]"])
def test_a_missing_or_damaged_payload_is_one_line(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.b.json").write_text(content, encoding="utf-8")
    with pytest.raises(BuildError, match=r"a\.b.*--fresh"):
        read_payload(tmp_path, "a.b")


# ---- lowering ----------------------------------------------------------------------------


PARTS = Parts(
    Links("risks", NAMES, NAMES),
    figure=lambda name: f"<figure>{name}</figure>",
    table=lambda name: f"<p>below {name}</p>",
)


def _lowered(*cells: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    notebook = nbformat.v4.new_notebook(cells=[text("# Title"), *cells])
    return lower(notebook, "risks", PARTS).notebook.cells[1:]


def test_prose_becomes_markdown_and_loses_its_code() -> None:
    (cell,) = _lowered(prose("## Finding\n\nSee [m](methods)."))
    assert cell.cell_type == "markdown"
    assert cell.source == '## Finding\n\nSee <a href="methods.html">m</a>.'


def test_figure_comes_first_and_its_code_is_folded_below() -> None:
    marker = '<div data-rotation-figure="risks.x"></div>'
    block, code = _lowered(shown({"text/html": marker}, "# NBVAL_CHECK_OUTPUT\ndraw()"))
    assert block.outputs[0].data["text/html"] == "<figure>risks.x</figure>"
    assert "remove-input" in block.metadata.tags
    assert code.source == "draw()" and code.outputs == [] and code.metadata.tags == ["hide-input"]


def test_a_table_is_followed_by_its_source_and_its_code() -> None:
    html = '<div data-rotation-table="risks.t"><table></table><a href="methods.html"></a></div>'
    table, code = _lowered(shown({"text/html": html}, "table(frame)"))
    assert table.outputs[0].data["text/html"] == f"{html}<p>below risks.t</p>"
    assert code.source == "table(frame)"


def test_parameters_and_removed_cells_vanish() -> None:
    tags = ("parameters", "injected-parameters", "remove-cell")
    cells = [shown({"text/plain": "x"}, "x = 1", (tag,)) for tag in tags]
    assert _lowered(*cells, nbformat.v4.new_raw_cell("raw")) == []
    assert _lowered(shown({"text/html": "<p>"}, "x", ("remove-input", "remove-output"))) == []


def test_an_error_output_or_a_missing_title_stops_the_page() -> None:
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    with pytest.raises(BuildError, match="cell 1 of risks ended in KeyError"):
        _lowered(nbformat.v4.new_code_cell("f()", outputs=[error]))
    untitled = nbformat.v4.new_notebook(cells=[text("no title")])
    with pytest.raises(BuildError, match="does not begin with a title"):
        lower(untitled, "risks", PARTS)


# ---- the site ----------------------------------------------------------------------------


def _build(base: Path, out: Path, **changes: object) -> SiteReport:
    executed, payloads = book(base)
    return build_site(
        changes.pop("executed", executed),  # type: ignore[arg-type]
        payloads,
        {"schema": 1, "findings": []},
        RECORD,
        out,
        project=PROJECT_ROOT,
        credits=CREDITS,
        **changes,  # type: ignore[arg-type]
    )


def _tree(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SiteReport:
    folder = tmp_path_factory.mktemp("a site")
    return _build(folder / "in", folder / "out")


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
    assert json.loads((site.html / "build.json").read_text(encoding="utf-8")) == RECORD
    assert (
        site.html / "downloads/tables/risks.falls.csv"
    ).read_text() == "Fund,Fall\nIWM <i>,-0.411\n"
    assert site.failed == () and {p.name: p.figures for p in site.pages} == {
        "summary": 1, "risks": 5, "methods": 2, "search": 0,
    }  # fmt: skip


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
        assert 100_000 < page.first_load_gz <= 450_000, page


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
    again = _build(tmp_path / "in", tmp_path / "elsewhere")
    assert _tree(again.html) == _tree(site.html)


def test_a_fault_leaves_the_last_good_site_in_place(site: SiteReport, tmp_path: Path) -> None:
    executed, payloads = book(tmp_path / "in")
    out = tmp_path / "out"
    shutil.copytree(site.html, out / "html")
    before = _tree(out / "html")
    broken = nbformat.read(executed["methods"], as_version=4)
    for addition, said in (
        ("{unknown}`role`", "WARNING"),
        ("[x](risks.ipynb#nowhere)", "leads to no such place"),
        ('<img src="https://example.org/x.png">', "another host"),
    ):
        spoilt = nbformat.v4.new_notebook(cells=[*broken.cells, text(addition)])
        nbformat.write(spoilt, executed["methods"])
        with pytest.raises(BuildError, match=said):
            build_site(executed, payloads, {}, {}, out, project=PROJECT_ROOT)
        assert _tree(out / "html") == before
    assert not list(out.glob(".site-*"))


def test_a_failed_chapter_gets_a_page_beside_the_good_site(
    site: SiteReport, tmp_path: Path
) -> None:
    executed, payloads = book(tmp_path / "in")
    out = tmp_path / "out"
    shutil.copytree(site.html, out / "html")
    before = _tree(out / "html")
    del executed["risks"]
    failure = ChapterFailure(
        "risks", "chapters/risks.ipynb", 7, "KeyError: <b>x</b>", "Trace\n\n<script>back"
    )
    report = build_site(executed, payloads, {}, {}, out, project=PROJECT_ROOT, failures=[failure])
    assert report.html == (out / "failed").resolve() and report.failed == ("risks",)
    page = (report.html / "chapters" / "risks.html").read_text(encoding="utf-8")
    assert "failed in cell 7" in page and "chapters/risks.ipynb" in page
    assert "KeyError: &lt;b&gt;x&lt;/b&gt;" in page and "<script>back" not in page
    assert _tree(out / "html") == before


def test_a_book_of_one_chapter(tmp_path: Path) -> None:
    with payloads_to(tmp_path / "payloads"):
        cells = [text("# Risks\n\nSee [methods](methods.ipynb)."), figure(bar_figure("risks.bars"))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "risks.ipynb")
    report = build_site(
        {"risks": tmp_path / "risks.ipynb"}, tmp_path / "payloads", {}, {}, tmp_path / "out",
        project=PROJECT_ROOT,
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
        monkeypatch.setattr(swap, "_exchanged", lambda one, other: False)
    for generation in ("first", "second"):
        new = tmp_path / "work" / "new"
        new.mkdir(parents=True)
        (new / generation).touch()
        swap.exchange(new, tmp_path / "html")
        assert [p.name for p in (tmp_path / "html").iterdir()] == [generation]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["html", "work"]


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
    files = [toc["root"], *(c["file"] for c in toc["chapters"])]
    assert files == [f"chapters/{n}" for n in CHAPTER_NAMES]
