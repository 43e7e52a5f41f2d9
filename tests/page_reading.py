"""A page read as its reader does, to its end: what is wrong with it, and what it weighs.

It asserts nothing itself; faults come back as text, so that a test names them all.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from browser import PATIENCE, pages_of
from examining import COLOUR_RULES, opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: The bars: bytes after gzip.
LOAD_BYTES = 450_000
HTML_BYTES = 60_000
WIDTHS = (390, 768, 1280)
_PACKED_ALREADY = frozenset({".png", ".woff2", ".gif", ".jpg"})

WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

#: Scrolls past every chart, waits for each, opens its data, and lists what is wrong.
_WALK = """async (patience) => {
  const faults = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const wide = (when) => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth)
      faults.push(`${when}, the page scrolls sideways by ${scrollWidth - clientWidth} px`);
  };
  const figures = Array.from(document.querySelectorAll("figure[data-figure]"));
  const look = async (figure) => {
    const say = (fault) => faults.push(`${figure.dataset.figure}: ${fault}`);
    figure.scrollIntoView({ block: "center", behavior: "instant" });
    const end = performance.now() + patience;
    while (!figure.dataset.drawn && !figure.dataset.error && performance.now() < end) await frame();
    if (figure.dataset.error) say(figure.dataset.error);
    else if (!figure.dataset.drawn) say("is not drawn");
    const box = figure.querySelector('.fig-chart[role="img"]');
    const spoken = (box && box.getAttribute("aria-label")) || "";
    if (spoken.length < 40 || box.querySelector("[aria-label]")) say("has no text alternative");
  };
  const folded = (figure) => figure.closest("details:not([open])");
  for (const figure of figures.filter((f) => !folded(f))) await look(figure);
  await frame();
  const { shifted } = window; // before anything is opened, which moves what is below on purpose
  wide("as it came");
  const closed = figures.filter(folded);
  for (const fold of document.querySelectorAll("details.more")) fold.open = true;
  for (const figure of closed) await look(figure);
  for (const figure of figures.filter((f) => f.dataset.drawn)) {
    const say = (fault) => faults.push(`${figure.dataset.figure}: ${fault}`);
    const data = figure.querySelector(".fig-data");
    data.open = true;
    const end = performance.now() + patience;
    while (!data.querySelector("tbody tr") && performance.now() < end) await frame();
    if (!data.querySelector("tbody tr")) say("has no data table");
    if (figure.scrollWidth > figure.clientWidth) say("is wider than its frame");
  }
  wide("with all parts open");
  if (shifted > 0.02) faults.push(`the layout shifted by ${shifted.toFixed(3)}`);
  return faults;
}"""

#: The other theme: every chart that was drawn before is drawn again.
_SWITCH = """async (patience) => {
  const faults = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const mode = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = mode;
  for (const figure of document.querySelectorAll("figure[data-drawn]")) {
    figure.scrollIntoView({ block: "center", behavior: "instant" });
    const end = performance.now() + patience;
    while (figure.dataset.drawn !== mode && performance.now() < end) await frame();
    if (figure.dataset.drawn !== mode) faults.push(`${figure.dataset.figure}: is not redrawn`);
  }
  return faults;
}"""


def read_through(page: Page, url: str, site: Path | None = None) -> list[str]:
    """Open a page, scroll past every chart, open its data, and list what went wrong.

    Args:
        page: of a browser.
        url: of the page.
        site: the folder that is served, to weigh what comes from it; not weighed without.
    """
    faults: list[str] = []
    asked: set[str] = set()
    host = url.split("/")[2] if url.startswith("http") else ""
    heard = {
        "console": lambda m: faults.append(f"console: {m.text}") if m.type == "error" else None,
        "pageerror": lambda e: faults.append(f"exception: {e}"),
        # What is aborted is left behind by going to the next page.
        "requestfailed": lambda r: (
            faults.append(f"failed: {r.url}") if r.failure != "net::ERR_ABORTED" else None
        ),
        "response": lambda r: faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None,
        "request": lambda r: (
            faults.append(f"outside: {r.url}") if _is_outside(r.url, host) else asked.add(r.url)
        ),
    }
    for kind, listener in heard.items():
        page.on(kind, listener)
    page.goto(url)
    faults += page.evaluate(_WALK, PATIENCE)
    for kind, listener in heard.items():
        page.remove_listener(kind, listener)
    return faults if site is None else faults + too_heavy(site, url, asked)


def too_heavy(site: Path, url: str, asked: set[str]) -> list[str]:
    """Which weights of a page are above their bars.

    All that was fetched while the page was read to its end is counted, each file once: the first
    load is at most that. What the browser took from its cache counts like the rest.
    """
    own = packed(_file_of(site, url))
    files = {_file_of(site, address) for address in asked if address.startswith("http")}
    weights = {"HTML": (own, HTML_BYTES), "all": (sum(map(packed, files)), LOAD_BYTES)}
    found = [f"{n}: {w} bytes after gzip" for n, (w, most) in weights.items() if w > most]
    return found if _file_of(site, url) in files else [*found, "the page itself was not weighed"]


def _file_of(site: Path, url: str) -> Path:
    return site / unquote(urlsplit(url).path).lstrip("/")


@cache
def packed(path: Path) -> int:
    """Bytes of a file as a web server would send it; none of a file that is not there."""
    if not path.is_file():
        return 0
    content = path.read_bytes()
    return len(content if path.suffix in _PACKED_ALREADY else gzip.compress(content, 9))


def _is_outside(url: str, host: str) -> bool:
    return url.startswith(("http:", "https:", "ws:", "wss:")) and url.split("/")[2] != host


def read_all(
    site: Path,
    base: str,
    page: Page,
    *,
    both: bool,
    pages: Iterable[str] | None = None,
    rules: list[str] | None = None,
) -> dict[str, list[str]]:
    """The faults of every page of a site that has some.

    Args:
        site: its folder.
        base: its address.
        page: of a browser, at the width to read at.
        both: also switch to the other theme.
        pages: read these alone.
        rules: of axe-core, by which each page is also examined once it was read; its colours
            then also after the switch.
    """
    page.add_init_script(WATCH_SHIFTS)
    found = {}
    known: set[str] = set()
    for name in pages_of(site) if pages is None else pages:
        faults = read_through(page, f"{base}/{name}", site)
        if rules:
            # Nothing may still be on its way from one colour to another.
            page.emulate_media(reduced_motion="reduce")
            faults += violations(opened(page), rules, known)
        if both:
            faults += page.evaluate(_SWITCH, PATIENCE)
        if both and rules:
            faults += violations(page, COLOUR_RULES, known)
        if faults:
            found[name] = faults
    return found
