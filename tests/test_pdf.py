"""The PDF edition: tagged, A4, chapters on new pages, contents that name the right pages."""

from __future__ import annotations

import re
import subprocess
import zlib
from pathlib import Path

import pytest
from browser import found_chromium
from sample_book import CREDITS, RECORD, book

from rotation_lib.errors import BuildError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish import pdf
from rotation_lib.publish.site import build_site

FACTS = {**RECORD, "data_through": "2026-07-31"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
        folder / "out",
        project=PROJECT_ROOT,
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
