"""The page for addresses that lead nowhere, at any depth; the sitemap, where there is an address."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from xml.etree import ElementTree

import pytest
from sample_book import bare_project, site_of_book

from rotation_lib.publish.finish.lost import write_lost, write_sitemap
from rotation_lib.publish.owned import LOST
from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHAPTERS = ("index.html", "chapters/risks.html", "chapters/methods.html")
#: Addresses that lead nowhere, below the site's top folder.
NOWHERE = ("gone.html", "chapters/gone.html", "as-of/2020-01-31/chapters/x.html", "a/b/c/d", "x/")


@pytest.fixture(scope="module")
def hosted(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a site below the top of its host, where the host shows its 404 page."""
    top = tmp_path_factory.mktemp("host")
    shutil.copytree(small_site, top / "some" / "report")
    for name in (LOST, "index.html"):
        shutil.copyfile(small_site / name, top / name)
    with running_server(top) as base:
        yield f"{base}/some/report"


@pytest.mark.slow
@pytest.mark.parametrize("where", NOWHERE)
def test_it_leads_on_from_any_depth(
    where: str, hosted: str, reader: Callable[..., Page]
) -> None:  # fmt: skip
    page = reader(1280)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(f"{hosted}/{where}", wait_until="networkidle")
    assert answer and answer.status == 404
    assert page.locator("h1").inner_text() == "There is no such page"
    link = page.locator("article a", has_text="Risks").first
    assert link.evaluate("a => a.href") == f"{hosted}/chapters/risks.html"
    # In the theme's clothes, with its scripts at work, and nothing asked of others.
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.lost-search')).display") == "flex"
    )
    page.wait_for_function("window.bootstrap || document.querySelector('.search-button__button')")
    host = hosted.rsplit("/some", 1)[0]
    assert all(url.startswith((host, "data:")) for url in asked)
    skip = page.locator("#pst-skip-link a").evaluate("a => a.href")
    assert skip == f"{hosted}/{where}#main-content"
    page.locator("#lost-words").fill("drawdown")
    page.locator("#lost-words").press("Enter")
    page.wait_for_url(f"{hosted}/search.html?q=drawdown")


@pytest.mark.slow
def test_without_scripts_a_known_address_is_enough(
    small_site: Path, tmp_path: Path, reader: Callable[..., Page]
) -> None:
    site = Path(shutil.copytree(small_site, tmp_path / "top" / "report"))
    write_lost(site, CHAPTERS, "https://example.org/report/")
    text = (site / LOST).read_text(encoding="utf-8")
    assert "example.org" not in text and '<base href="/report/">' in text
    shutil.copyfile(site / LOST, tmp_path / "top" / LOST)
    shutil.copyfile(site / "index.html", tmp_path / "top" / "index.html")
    with running_server(tmp_path / "top") as base:
        page = reader(390, java_script_enabled=False)
        page.goto(f"{base}/report/a/b/c")
        page.locator("article a", has_text="Risks").first.click()
        assert page.url == f"{base}/report/chapters/risks.html"
        # Shown elsewhere than where it was made for, as a preview is: scripts find the top folder.
        page = reader(390)
        page.goto(f"{base}/index.html")
        shutil.move(tmp_path / "top" / "report", tmp_path / "top" / "preview")
        page.goto(f"{base}/preview/chapters/gone.html")
        link = page.locator("article a", has_text="Risks").first
        assert link.evaluate("a => a.href") == f"{base}/preview/chapters/risks.html"


def test_it_is_no_page_to_be_found_and_names_every_chapter(small_site: Path) -> None:
    text = (small_site / LOST).read_text(encoding="utf-8")
    assert text.count("<h1") == 1 and '<meta name="robots" content="noindex">' in text
    article = text[text.index("<article") : text.index("</article>")]
    assert re.findall(r'<a href="([^"]+)"', article) == list(CHAPTERS)
    assert "canonical" not in text and "<base href=" not in text.split("<script", 1)[0]
    assert "searchtools" not in text and len(text) < 40_000


def test_the_server_answers_with_it_and_its_status(small_site: Path, tmp_path: Path) -> None:
    with running_server(small_site) as base, pytest.raises(HTTPError) as told:
        urllib.request.urlopen(f"{base}/a/b")
    assert told.value.code == 404
    assert told.value.read() == (small_site / LOST).read_bytes()
    told.value.close()
    (tmp_path / "index.html").write_text("x", encoding="utf-8")
    with running_server(tmp_path) as base, pytest.raises(HTTPError) as plain:
        urllib.request.urlopen(f"{base}/a/b")
    assert plain.value.code == 404 and b"Error response" in plain.value.read()
    plain.value.close()


def test_without_an_address_there_is_no_sitemap_and_the_record_says_so(small_site: Path) -> None:
    assert not (small_site / "sitemap.xml").exists()
    assert not (small_site / "robots.txt").exists()
    record = json.loads((small_site / "build.json").read_text(encoding="utf-8"))
    assert record["published"] == {"address": None, "sitemap": None, "robots": None}


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_site_with_an_address_lists_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build_folder: Callable[[Path], Path]
) -> None:
    monkeypatch.setenv("ROTATION_SITE_URL", "https://example.org/report")
    html = site_of_book(tmp_path / "in", build_folder(tmp_path / "out"), bare_project()).html
    root = ElementTree.parse(html / "sitemap.xml").getroot()
    listed = [str(loc.text) for loc in root.iter(f"{root.tag.partition('}')[0]}}}loc")]
    pages = {p.relative_to(html).as_posix() for p in html.rglob("*.html")}
    pages -= {p for p in pages if p.startswith(("_static/", "downloads/"))}
    assert listed[0] == "https://example.org/report/" and len(set(listed)) == len(listed)
    assert set(listed) == {
        f"https://example.org/report/{'' if p == 'index.html' else p}"
        for p in pages - {"search.html", LOST}
    }
    record = json.loads((html / "build.json").read_text(encoding="utf-8"))
    assert record["published"] == {
        "address": "https://example.org/report/", "sitemap": "sitemap.xml", "robots": None
    }  # fmt: skip
    assert not (html / "robots.txt").exists()


def test_robots_txt_lies_at_the_top_of_a_host_alone(tmp_path: Path) -> None:
    told = write_sitemap(tmp_path, ["index.html", "chapters/a & b.html"], "https://example.org/")
    assert told == {
        "address": "https://example.org/", "sitemap": "sitemap.xml", "robots": "robots.txt"
    }  # fmt: skip
    assert (tmp_path / "robots.txt").read_text() == (
        "User-agent: *\nAllow: /\n\nSitemap: https://example.org/sitemap.xml\n"
    )
    assert "<loc>https://example.org/chapters/a%20%26%20b.html</loc>" in (
        tmp_path / "sitemap.xml"
    ).read_text(encoding="utf-8")
