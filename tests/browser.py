"""A Chromium for tests: the system's, else Playwright's own; never a silent pass without one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIGURES = "figure[data-figure]"
#: Milliseconds that a page on a busy machine may take.
PATIENCE = 30_000
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",  # needed as root, as in containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def found_chromium(own: str) -> str | None:
    """Path of a Chromium, or ``None``.

    Args:
        own: where Playwright would have put its own.
    """
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            return path
    return own if Path(own).exists() else None


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless browser; without one the test is skipped loudly, or fails where CI is set."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        path = found_chromium(playwright.chromium.executable_path)
        if path is None:
            said = (
                "NO CHROMIUM: the site was not looked at in a browser; install chromium, "
                "or run 'playwright install chromium'."
            )
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail(said)
            pytest.skip(said)
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def pages_of(site: Path) -> list[str]:
    """Addresses of all pages, relative to the site."""
    found = (p.relative_to(site) for p in sorted(site.rglob("*.html")))
    return [p.as_posix() for p in found if not {"_static", "downloads"} & set(p.parts)]


def expect(found: Any) -> Any:
    """Playwright's assertions about a page or locator, which wait for what they assert."""
    from playwright.sync_api import expect as assertion

    assertion.set_options(timeout=PATIENCE)
    return assertion(found)


def drawn(name: str) -> str:
    """Selector of a figure once its chart can be used."""
    return f'{FIGURES}[data-figure="{name}"][data-drawn]'


def choose_theme(page: Page, wanted: str) -> None:
    """Switch to ``light`` or ``dark`` by keyboard, as a reader does.

    The theme has a button that steps through what there is; newer ones have a menu.
    """
    button = page.get_by_role("button", name="Color mode")
    choice = page.locator(f".theme-change-button[data-mode={wanted}]")
    for _ in range(3):
        if page.evaluate("document.documentElement.dataset.theme") == wanted:
            return
        button.press("Enter")
        if choice.count():
            expect(choice).to_be_visible()
            choice.press("Enter")
    raise AssertionError(f"no way was found to the {wanted} theme")


def await_colours(page: Page, shown: list[str], gone: list[str]) -> None:
    """Wait until the first drawn chart has pixels of the one colours and none of the others."""
    page.wait_for_function(_COLOURS, arg=[shown, gone], timeout=PATIENCE)


_COLOURS = """([shown, gone]) => {
  const canvas = document.querySelector("figure[data-drawn] canvas");
  if (!canvas) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] === 255) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  const has = (hex) => seen.has(parseInt(hex.slice(1), 16));
  return shown.every(has) && !gone.some(has);
}"""
