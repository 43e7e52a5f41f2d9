"""Accessibility by axe-core: no violation of WCAG 2.2 AA on any page, light or dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import PATIENCE, pages_of

from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What the width of a page can change; the rest is seen on a narrower and on a wider screen.
LAYOUT_RULES = ["target-size", "scrollable-region-focusable", "link-name", "button-name", "region"]
#: All that a change of theme can change.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe-core finds on the page as it stands: rule, element, and why."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        # What passes is only counted: to name each element would take longer than to examine it.
        "(rules) => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })",
        rules,
    )
    least = 5 if rules is RULES else 0
    assert len(found["passes"]) > least, "axe-core examined next to nothing"
    return [
        f"{fault['id']}: {node['html'][:160]}: {' '.join(node['failureSummary'].split())}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def opened(page: Page, url: str) -> Page:
    """The page with every data table, menu and folded part open, so that all of it is examined."""
    page.goto(url)
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    # The data behind the open tables, where the page has charts, are written by its scripts.
    page.wait_for_function(_FILLED, timeout=PATIENCE)
    # A hundred rows are made alike: a few of each table say as much, in a tenth of the time.
    alike = "article tbody tr:nth-child(n+21), .fig-table tbody tr:nth-child(n+6)"
    page.evaluate("(rows) => document.querySelectorAll(rows).forEach((r) => r.remove())", alike)
    return page


def in_the_other_theme(page: Page) -> Page:
    """The same page after its reader has switched between light and dark."""
    page.evaluate(
        "(root => (root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark'))"
        "(document.documentElement)"
    )
    return page


_FILLED = """() => Array.from(document.querySelectorAll("figure[data-figure] .fig-data"))
  .every((data) => data.querySelector("tbody tr"))"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (768, "dark"), (390, "light")])
def test_no_page_of_the_report_has_a_violation(
    built_site: Path, report_url: str, reader: Callable[..., Page], width: int, scheme: str
) -> None:
    page = reader(width, color_scheme=scheme, reduced_motion="reduce")
    for name in pages_of(built_site):
        shown = opened(page, f"{report_url}/{name}")
        if width == 768:
            assert violations(shown, LAYOUT_RULES) == [], name
            continue
        assert violations(shown) == [], name
        assert violations(in_the_other_theme(page), COLOUR_RULES) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_in_use_has_no_violation(
    small_url: str, reader: Callable[..., Page], scheme: str
) -> None:
    page = reader(390, color_scheme=scheme, reduced_motion="reduce")
    opened(page, f"{small_url}/chapters/methods.html?from=2024-09-17")
    page.locator("[data-line]").first.click()
    assert violations(page) == []
    opened(page, f"{small_url}/index.html?verdict=holds")
    assert violations(page) == []
    opened(page, f"{small_url}/chapters/risks.html").locator("a.term").focus()
    assert violations(page) == []
    # A menu that it may open is read too.
    page.get_by_role("button", name="Color mode").press("Enter")
    assert violations(page) == []


def test_faults_are_seen(tmp_path: Path, reader: Callable[..., Page]) -> None:
    """The examination itself: faint text, a nameless button, a picture without words."""
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en"><title>x</title><main><h1 style="color:#bbb">faint</h1>'
        "<button></button><img src=''><ul><li>a<li>b</ul><p>text<a href='#'>link</a></main></html>",
        encoding="utf-8",
    )
    with running_server(tmp_path) as base:
        page = reader()
        page.goto(f"{base}/index.html")
        said = " ".join(violations(page))
    for rule in ("color-contrast", "button-name", "image-alt"):
        assert rule in said


def test_focus_is_visible_and_reaches_every_control(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(1280, reduced_motion="reduce")
    page.goto(f"{small_url}/chapters/methods.html")
    page.wait_for_selector("figure[data-drawn]")
    wanted = set(page.evaluate(_CONTROLS))
    assert len(wanted) > 10
    reached: set[str] = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(_FOCUSED)
        if name in wanted - reached:  # a date field is passed several times, part by part
            assert outline != "none", name
            reached.add(name)
    assert wanted - reached == set()


_NAME = (
    """const name = (e) => `${(e.closest("figure") || {}).id}: ${e.tagName} ${e.textContent}`;"""
)
_CONTROLS = f"""() => {{ {_NAME}
  return Array.from(document.querySelectorAll("article figure :is(button, input, summary)"))
    .filter((e) => !e.disabled && e.checkVisibility()).map(name); }}"""
_FOCUSED = f"""() => {{ {_NAME}
  const e = document.activeElement;
  return [name(e), getComputedStyle(e).outlineStyle]; }}"""
