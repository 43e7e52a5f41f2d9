"""Accessibility by axe-core: no violation of WCAG 2.2 AA on a page in use, and focus that is seen.

The pages of the report are examined while they are read, in ``test_browser``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from examining import COLOUR_RULES, opened, violations

from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_in_use_has_no_violation(
    small_url: str, reader: Callable[..., Page], scheme: str
) -> None:
    page = reader(390, color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{small_url}/chapters/methods.html?from=2024-09-17")
    opened(page)
    page.locator("[data-line]").first.click()
    assert violations(page) == []
    page.goto(f"{small_url}/index.html?verdict=holds")
    assert violations(opened(page)) == []
    page.goto(f"{small_url}/chapters/risks.html")
    opened(page).locator("a.term").focus()
    assert violations(page) == []
    page.goto(f"{small_url}/docs/rerun.html")
    assert violations(opened(page)) == []
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


#: Faint for what it is, for what lies behind it or above it, and among ninety that are not.
FAINT = (
    '<p id="own" style="color:#bbb">{}</p>',
    '<div style="background:#222"><p id="behind">{}</p></div>',
    '<div style="opacity:.3"><div><p id="above">{}</p></div></div>',
    '<p id="small" style="color:#888;font-size:16px">{}</p>',
)


def test_one_faint_text_among_many_alike_is_seen(
    tmp_path: Path, reader: Callable[..., Page]
) -> None:
    """Of texts that look the same a few are measured; each of these looks like none of them."""
    alike = "<p>Words enough to be read.</p>" * 30
    large = '<p style="color:#888;font-size:40px">Large words may be paler.</p>' * 3
    hidden = '<p style="color:#bbb;visibility:hidden">Nobody reads this.</p>' * 5
    faint = "".join(hidden + alike + large + text.format("Not easily read.") for text in FAINT)
    (tmp_path / "index.html").write_text(
        f'<!doctype html><html lang="en"><title>x</title><main><h1>x</h1>{faint}{alike}</main>',
        encoding="utf-8",
    )
    with running_server(tmp_path) as base:
        page = reader(color_scheme="light")
        page.goto(f"{base}/index.html")
        found = violations(page, COLOUR_RULES)
    assert [fault.startswith("color-contrast") for fault in found] == [True] * 4
    for name in ("own", "behind", "above", "small"):
        assert f'<p id="{name}"' in " ".join(found)


def test_a_look_that_another_page_had_is_not_measured_again(
    tmp_path: Path, reader: Callable[..., Page]
) -> None:
    head = '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1>'
    old, new = FAINT[0].format("Not easily read."), FAINT[3].format("Nor is this.")
    known: set[str] = set()
    page = reader(color_scheme="light")
    found = []
    for name, text in (("one", old), ("two", old + new), ("three", new)):
        path = tmp_path / f"{name}.html"
        path.write_text(f"{head}{text}</main>", encoding="utf-8")
        page.goto(path.as_uri())
        found.append(violations(page, COLOUR_RULES, known))
    (first,), (second,), third = found
    assert 'id="own"' in first and 'id="small"' in second and third == []


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
