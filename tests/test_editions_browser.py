"""Editions as readers meet them: the switcher by mouse and keyboard, without scripts, as files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import expect, pages_of
from examining import LAYOUT_RULES, RULES, violations
from page_reading import WIDTHS, read_all
from small_editions import JULY, JUNE, MAY, publish

from rotation_lib.publish.finish.check import check_site
from rotation_lib.publish.owned import LOST
from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
OLD = f"as-of/{MAY}/chapters/risks.html"


@pytest.fixture(scope="module")
def editions(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three editions of the sample book; the first one has no page of methods."""
    out = tmp_path_factory.mktemp("kept editions")
    publish(out, small_site, MAY, value=1.0)
    listed = out / "html" / "as-of" / MAY / "edition.json"
    text = listed.read_text(encoding="utf-8")
    listed.write_text(text.replace('"chapters/methods.html",', ""), encoding="utf-8")
    publish(out, small_site, JUNE, value=1.1)
    publish(out, small_site, JULY, value=1.2, verdict="does not hold")
    return out / "html"


@pytest.fixture(scope="module")
def url(editions: Path) -> Iterator[str]:
    with running_server(editions) as address:
        yield address


def test_editions_of_a_real_book_fit_together(editions: Path) -> None:
    check_site(editions)
    for page in ("changes.html", "editions.html", f"as-of/{JUNE}/changes.html"):
        text = (editions / page).read_text(encoding="utf-8")
        assert "searchindex.js" not in text and "searchtools" not in text
        assert 'action="search.html"' in text and "<h1>" in text


def test_the_switcher_leads_to_the_same_place_in_another_edition(
    url: str, reader: Callable[..., Page]
) -> None:
    page = reader()
    page.goto(f"{url}/chapters/risks.html#claim-one")
    bar = page.get_by_role("navigation", name="Editions")
    expect(bar).to_contain_text("Edition of 31 July 2026")
    expect(bar.get_by_role("status")).to_be_empty()
    bar.get_by_text("Other editions (2)").click()
    expect(bar.get_by_role("listitem")).to_have_text(
        ["31 July 2026 (this one)", "30 June 2026", "29 May 2026"]
    )
    bar.get_by_role("link", name="29 May 2026").click()
    expect(page).to_have_url(f"{url}/{OLD}#claim-one")
    said = "You are reading the edition of 29 May 2026; the newest is 31 July 2026."
    expect(page.get_by_role("status").filter(has_text="edition")).to_have_text(said)
    page.get_by_role("link", name="31 July 2026").first.click()
    expect(page).to_have_url(f"{url}/as-of/{JULY}/chapters/risks.html#claim-one")


def test_a_page_that_an_edition_lacks_leads_to_its_front_page(
    url: str, reader: Callable[..., Page]
) -> None:
    page = reader()
    page.goto(f"{url}/chapters/methods.html")
    page.get_by_text("Other editions (2)").click()
    entry = page.get_by_role("listitem").filter(has_text="29 May 2026")
    expect(entry).to_have_text("29 May 2026 (front page)")
    entry.get_by_role("link").click()
    expect(page).to_have_url(f"{url}/as-of/{MAY}/index.html")


def test_the_switcher_works_by_keyboard(url: str, reader: Callable[..., Page]) -> None:
    page = reader(390)
    page.goto(f"{url}/{OLD}")
    summary = page.locator("nav.editions summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("nav.editions li")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("nav.editions ul")).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("nav.editions ul")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("nav.editions li a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/as-of/{JULY}/chapters/risks.html")


def test_editions_work_as_files(editions: Path, reader: Callable[..., Page]) -> None:
    page = reader()
    page.goto((editions / OLD).as_uri())
    notice = page.locator(".edition-notice")
    expect(notice).to_contain_text("the newest is 31 July 2026")
    notice.get_by_role("link").click()
    expect(page).to_have_url((editions / "as-of" / JULY / "chapters/risks.html").as_uri())


def test_without_scripts_a_plain_link_leads_to_all_editions(
    url: str, reader: Callable[..., Page]
) -> None:
    page = reader(java_script_enabled=False)
    page.goto(f"{url}/{OLD}")
    bar = page.get_by_role("navigation", name="Editions")
    expect(bar).to_contain_text("Edition of 29 May 2026")
    bar.get_by_role("link", name="All editions").click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="30 June 2026", exact=True).click()
    expect(page).to_have_url(f"{url}/as-of/{JUNE}/index.html")


def test_an_edition_taken_out_by_itself_can_still_be_read(
    editions: Path, tmp_path: Path, reader: Callable[..., Page]
) -> None:
    (editions / "as-of" / JUNE).rename(tmp_path / "alone")
    try:
        page = reader()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((tmp_path / "alone" / "chapters" / "risks.html").as_uri())
        expect(page.get_by_role("heading", level=1, name="Risks").last).to_be_visible()
        expect(page.locator("nav.editions details")).to_have_count(0)
        assert faults == []
    finally:
        (tmp_path / "alone").rename(editions / "as-of" / JUNE)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_editions_read_without_fault(
    editions: Path, url: str, reader: Callable[..., Page], width: int
) -> None:
    """What editions add and what they change; the other pages are read as part of the report."""
    own = ["changes.html", "editions.html", f"as-of/{JUNE}/changes.html"]
    pages = [*own, OLD, f"as-of/{MAY}/index.html", f"as-of/{MAY}/search.html"]
    page = reader(width, color_scheme="dark")
    assert read_all(editions, url, page, both=False, pages=pages) == {}


@pytest.mark.parametrize(
    ("width", "scheme", "rules"),
    [(1280, "light", RULES), (768, "dark", LAYOUT_RULES), (390, "dark", RULES)],
)
def test_editions_are_accessible_and_within_the_screen(
    url: str, reader: Callable[..., Page], width: int, scheme: str, rules: list[str]
) -> None:
    page = reader(width, color_scheme=scheme, reduced_motion="reduce")
    for address in (OLD, "changes.html", "editions.html"):
        page.goto(f"{url}/{address}")
        page.locator("nav.editions summary").click()
        expect(page.locator("nav.editions li")).to_have_count(3)
        page.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
        assert violations(page, rules) == [], address
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, address
        left = "(s) => document.querySelector(s).getBoundingClientRect().left"
        assert page.evaluate(left, "nav.editions") == page.evaluate(left, "article h1"), address


def test_paper_does_not_show_the_switcher(url: str, reader: Callable[..., Page]) -> None:
    page = reader()
    page.goto(f"{url}/{OLD}")
    expect(page.locator("nav.editions")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("nav.editions")).to_be_hidden()


def test_the_search_of_an_edition_finds_its_own_pages(
    url: str, reader: Callable[..., Page]
) -> None:
    page = reader()
    page.goto(f"{url}/as-of/{MAY}/search.html?q=hostile")
    link = page.locator("#search-results a").first
    expect(link).to_have_attribute("href", re.compile(r"^chapters/risks\.html"))
    found = page.locator("#search-results a").evaluate_all("(all) => all.map((a) => a.href)")
    assert all(f"/as-of/{MAY}/" in address for address in found)


def test_every_page_of_every_edition_has_the_switcher(editions: Path) -> None:
    # The page of lost addresses belongs to no edition.
    pages = [page for page in pages_of(editions) if Path(page).name != LOST]
    assert len(pages) > 16
    for page in pages:
        text = (editions / page).read_text(encoding="utf-8")
        assert text.count('<nav class="editions') == 1, page
