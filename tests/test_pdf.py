"""The PDF edition: tagged, A4, chapters on new pages, contents that name the right pages."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import found_chromium
from sample_book import CREDITS, RECORD, bare_project, book

from rotation_lib.errors import BuildError
from rotation_lib.publish import pdf
from rotation_lib.publish.site import ASSETS, build_site

FACTS = {**RECORD, "data_through": "2026-07-31"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, build_folder: Callable[[Path], Path]) -> Path:
    """The sample book with its edition, in a folder with a space in its name."""
    if found_chromium("") is None:
        pytest.skip("NO CHROMIUM: the PDF edition was not printed; install chromium.")
    folder = tmp_path_factory.mktemp("paper site")
    executed, payloads = book(folder / "in")
    return build_site(
        executed,
        payloads,
        {"schema": 1},
        FACTS,
        build_folder(folder / "out"),
        project=bare_project(),
        credits=CREDITS,
        pdf=True,
    ).html


def _streams(content: bytes) -> bytes:
    """All compressed parts of the file, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return b"\n".join(_unpacked(s) for s in found)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.slow
def test_the_edition_is_tagged_a4_with_an_outline(site: Path) -> None:
    content = (site / pdf.NAME).read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/Marked true" in content and b"/StructTreeRoot" in content
    assert b"/Lang (en)" in content and b"/Outlines" in content
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    assert b"D:20260731000000" in content  # no clock in it


@pytest.mark.slow
def test_every_chapter_begins_on_a_page_of_its_own(site: Path) -> None:
    numbers = pdf.page_numbers((site / pdf.NAME).read_bytes())
    first = [numbers[name] for name in ("index", "risks", "methods")]
    assert first == sorted(set(first)) and first[0] >= 3  # after the title and the contents
    assert numbers["methods--terms"] >= numbers["methods"]


@pytest.mark.slow
def test_every_chart_is_there_with_its_alt_text_and_nothing_of_the_screen(site: Path) -> None:
    content = (site / pdf.NAME).read_bytes()
    # Four lines, bars, growth twice and the summary's: each a figure with a text of its own.
    assert len(re.findall(rb"/S /Figure", content)) >= 8
    assert b"/Alt" in content
    assert not (site / "edition.html").exists()


@pytest.mark.slow
def test_pages_link_the_edition(site: Path) -> None:
    assert f'href="{pdf.NAME}"' in (site / "index.html").read_text(encoding="utf-8")
    risks = (site / "chapters" / "risks.html").read_text(encoding="utf-8")
    assert f'href="../{pdf.NAME}"' in risks


@pytest.mark.slow
def test_a_page_printed_by_its_reader_is_white_whole_and_without_controls(
    site: Path, reader: Callable[..., Any]
) -> None:
    from playwright.sync_api import expect

    page = reader(width=717, color_scheme="dark")  # A4 without the margins of a browser
    page.goto((site / "chapters" / "risks.html").as_uri())
    expect(page.locator(".fig-chart canvas").first).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".fig-tools", ".page-foot", ".bd-header-article"):
        for place in page.locator(hidden).all():
            expect(place).to_be_hidden()
    expect(page.locator("article h1").first).to_be_visible()
    expect(page.locator("article.bd-article")).to_have_css("color", "rgb(0, 0, 0)")
    beyond = (
        "Array.from(document.querySelectorAll('article *')).filter((e) => e.getBoundingClientRect()"
    )
    assert page.evaluate(f"{beyond}.right > 718).map((e) => e.outerHTML.slice(0, 80))") == []


def test_what_only_works_on_a_screen_is_left_out() -> None:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(
        '<article><h1>T<a class="headerlink" href="#t">#</a></h1><div class="fig-chart"></div>'
        '<noscript><img src="../downloads/a.svg" loading="lazy" alt="A"></noscript>'
        '<div class="fig-controls"><button>x</button></div><p class="fig-status"></p>'
        '<details class="hide"><summary>Show code</summary>code</details>'
        "<details><summary>Notes</summary>kept</details>"
        '<p>a <a class="term" href="methods.html#term-x">term</a></p></article>',
        "html.parser",
    )
    article = soup.article
    assert article is not None
    pdf._for_paper(soup, article, Path("chapters"))
    assert article.decode_contents() == (
        '<h1>T</h1><img alt="A" src="downloads/a.svg"/>'
        '<details open=""><summary>Notes</summary>kept</details><p>a term</p>'
    )


def test_parts_of_a_section_become_its_children() -> None:
    from bs4 import BeautifulSoup

    rows = "<tr><td>1</td></tr>" * 18
    cell = '<div class="cell"><div class="cell_output"><div class="output text_html">{}</div></div></div>'
    soup = BeautifulSoup(
        '<article><details class="more" data-kind="chart" id="more-a"><summary>A</summary>'
        f"{cell.format('<figure>A</figure>')}</details>"
        '<details class="more" data-kind="note" id="more-b"><summary>Why</summary><p>b</p></details>'
        f"{cell.format(f'<table>{rows}</table>')}{cell.format('')}</article>",
        "html.parser",
    )
    article = soup.article
    assert article is not None
    pdf._for_paper(soup, article, Path("chapters"))
    assert article.decode_contents() == (
        '<div class="paper-part"><figure>A</figure></div>'
        '<div class="paper-note" id="more-b"><p class="paper-lead">Why</p><p>b</p></div>'
        f'<div class="paper-part"><table class="paper-long">{rows}</table></div>'
    )


def test_links_lead_within_the_edition_or_nowhere() -> None:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(
        '<article><section id="top"><h1>T</h1><a href="../index.html">a</a>'
        '<a href="methods.html#term-x">b</a><a href="#top">c</a><a href="../findings.json">d</a>'
        '<a href="https://example.org/x">e</a></section></article>',
        "html.parser",
    )
    article = soup.article
    assert article is not None
    pages = ["index.html", "chapters/risks.html", "chapters/methods.html"]
    pdf._with_links(article, pages[1], Path("chapters"), pages)
    assert article.decode_contents() == (
        '<section id="risks--top"><h1 id="risks">T</h1><a href="#index">a</a>'
        '<a href="#methods--term-x">b</a><a href="#risks--top">c</a>d'
        '<a href="https://example.org/x">e</a></section>'
    )


def test_page_numbers_follow_the_tree_of_pages() -> None:
    content = (
        b"2 0 obj\n<</Type /Pages\n/Kids [3 0 R 6 0 R]>>\nendobj\n"
        b"3 0 obj\n<</Type /Pages\n/Parent 2 0 R\n/Kids [5 0 R 4 0 R]>>\nendobj\n"
        b"9 0 obj\n<</a [6 0 R /XYZ 0 800 0]\n/b--c [4 0 R /XYZ 0 9 0]\n/d [7 0 R /XYZ 0 0 0]>>"
    )
    assert pdf.page_numbers(content) == {"a": 3, "b--c": 2}
    assert pdf.page_numbers(b"%PDF-1.7 written another way") == {}


def test_without_a_browser_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(BuildError, match="no Chromium to print the PDF; install chromium"):
        pdf.chromium()


def test_a_browser_that_prints_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, "", "first\nout of memory\n")

    monkeypatch.setattr(pdf.subprocess, "run", silent)
    with pytest.raises(BuildError, match=r"printed no PDF \(out of memory\)"):
        pdf._print("chromium", tmp_path / "x.html", tmp_path / "x.pdf")


# ---- pages that are full -----------------------------------------------------------------

#: Sizes in pixels, of which a page has 983.
_CHART = (
    '<div class="paper-part"><figure class="rotation-figure" id="{0}"><img class="fig-static" '
    'src="{0}.svg" alt="{0}"></figure></div>'
)
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="{}"/>'


def _edition(folder: Path, body: str, **heights: int) -> Path:
    """An edition of one chapter, with charts of these heights at a width of 800."""
    (folder / "_static").mkdir()
    shutil.copyfile(ASSETS / "paper.css", folder / "_static" / "paper.css")
    for name, height in heights.items():
        (folder / f"{name}.svg").write_text(_SVG.format(height), encoding="utf-8")
    page = folder / "edition.html"
    body = f'<section class="paper-chapter"><section>{body}</section></section>'
    page.write_text(pdf._document(body, [], {}, [], {}), encoding="utf-8")
    return page


def _block(name: str, height: int) -> str:
    return f'<p id="{name}" style="height:{height}px;margin:0">{name}</p>'


def _order(page: Any) -> list[str]:
    ids: list[str] = page.evaluate(
        "Array.from(document.querySelectorAll('.paper-chapter [id]')).map((e) => e.id)"
    )
    return ids


@pytest.mark.slow
def test_text_goes_before_a_chart_that_would_leave_its_page_empty(
    reader: Callable[..., Any], tmp_path: Path
) -> None:
    body = _block("a", 600) + _CHART.format("chart") + _block("b", 200) + _block("c", 300)
    page = reader()
    page.goto(_edition(tmp_path, body, chart=700).as_uri())
    assert _order(page) == ["a", "b", "chart", "c"]


@pytest.mark.slow
def test_a_chart_gives_a_little_size_to_stay_on_its_page_and_no_more(
    reader: Callable[..., Any], tmp_path: Path
) -> None:
    body = _block("a", 560) + _CHART.format("chart") + _block("b", 200)
    page = reader()
    page.goto(_edition(tmp_path, body, chart=620).as_uri())
    assert _order(page) == ["a", "chart", "b"]
    share = re.search(r"\* ([\d.]+)\)", page.evaluate("document.querySelector('img').style.width"))
    assert share and 0.86 <= float(share[1]) < 1


@pytest.mark.slow
def test_nothing_crosses_a_heading(reader: Callable[..., Any], tmp_path: Path) -> None:
    body = f'{_block("a", 600)}{_CHART.format("chart")}<h2 id="h">H</h2>{_block("b", 100)}'
    page = reader()
    page.goto(_edition(tmp_path, body, chart=700).as_uri())
    assert _order(page) == ["a", "chart", "h", "b"]


@pytest.mark.slow
def test_a_wide_table_does_not_make_the_edition_smaller(tmp_path: Path) -> None:
    if found_chromium("") is None:
        pytest.skip("NO CHROMIUM: nothing was printed; install chromium.")
    cells = "".join(f"<td>{'n' * 9}</td>" for _ in range(15))
    page = _edition(tmp_path, f"<p>text</p><table><tbody><tr>{cells}</tr></tbody></table>")
    target = tmp_path / "edition.pdf"
    pdf._print(pdf.chromium(), page, target)
    content = _streams(target.read_bytes())
    # Device units to pixels: 300 dots over 96 pixels an inch, unless Chromium shrank the page.
    scales = re.findall(rb"cm\s(?:q\s[\d. ]+ re\sW\* n\s)?q\s([\d.]+) 0 0 \1 ", content)
    assert scales and {float(s) for s in scales} == {3.125}
