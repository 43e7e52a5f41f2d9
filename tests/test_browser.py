"""The site as readers meet it: every page drawn, quiet, and within its screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import FIGURES, PATIENCE, await_colours, drawn, expect, pages_of

from rotation_lib.charts.theme import COLOURS
from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

_WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

#: Scrolls past every chart, waits for each, opens its data, and lists what is wrong.
_WALK = """async (patience) => {
  const faults = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
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
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the page scrolls sideways by ${wide} px`);
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


def read_through(page: Page, url: str) -> list[str]:
    """Open a page, scroll past every chart, open its data, and list what went wrong."""
    faults: list[str] = []
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
            faults.append(f"outside: {r.url}") if _is_outside(r.url, host) else None
        ),
    }
    for kind, listener in heard.items():
        page.on(kind, listener)
    page.goto(url)
    faults += page.evaluate(_WALK, PATIENCE)
    for kind, listener in heard.items():
        page.remove_listener(kind, listener)
    return faults


def _is_outside(url: str, host: str) -> bool:
    return url.startswith(("http:", "https:", "ws:", "wss:")) and url.split("/")[2] != host


def read_all(site: Path, base: str, page: Page, *, both: bool) -> dict[str, list[str]]:
    """The faults of every page of a site that has some."""
    page.add_init_script(_WATCH_SHIFTS)
    found = {}
    for name in pages_of(site):
        faults = read_through(page, f"{base}/{name}")
        if both:
            faults += page.evaluate(_SWITCH, PATIENCE)
        if faults:
            found[name] = faults
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_small_site_reads_without_fault(
    small_site: Path, small_url: str, reader: Callable[..., Page], width: int, scheme: str
) -> None:
    assert read_all(small_site, small_url, reader(width, color_scheme=scheme), both=True) == {}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (768, "dark"), (390, "light")])
def test_whole_report_reads_without_fault(
    built_site: Path, report_url: str, reader: Callable[..., Page], width: int, scheme: str
) -> None:
    assert len(pages_of(built_site)) >= 7
    assert read_all(built_site, report_url, reader(width, color_scheme=scheme), both=True) == {}


def test_faults_are_seen(reader: Callable[..., Page], tmp_path: Path) -> None:
    """The examination itself: a page with every fault is refused for each of them."""
    (tmp_path / "index.html").write_text(
        '<div style="width:5000px">wide</div><figure data-figure="x.y">'
        '<div class="fig-chart" role="img"></div>'
        '</figure><script>document.querySelector("figure").dataset.error = "broken";'
        'console.error("loud")</script><img src="missing.png"><img src="http://127.0.0.1:9/x.png">',
        encoding="utf-8",
    )
    with running_server(tmp_path) as base:
        said = " | ".join(read_through(reader(390), f"{base}/index.html"))
    for fault in (
        "sideways",
        "x.y: broken",
        "no text alternative",
        "loud",
        "404",
        "outside",
        "failed",
    ):
        assert fault in said


def test_charts_draw_from_the_file_system(small_site: Path, reader: Callable[..., Page]) -> None:
    page = reader()
    page.add_init_script(_WATCH_SHIFTS)
    assert read_through(page, (small_site / "chapters" / "risks.html").as_uri()) == []
    expect(page.locator(f"{FIGURES}[data-drawn]")).to_have_count(5)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland"])
def test_days_do_not_shift_with_the_time_zone(
    small_url: str, reader: Callable[..., Page], zone: str
) -> None:
    page = reader(timezone_id=zone)
    page.goto(f"{small_url}/index.html")
    chart = page.locator(f"{drawn('summary.growth')} .fig-chart")
    chart.scroll_into_view_if_needed()
    tip = page.locator(".fig-tip")
    for inset in range(4, 120, 8):  # from the right: the first tip is the last day's
        box = chart.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] - inset, box["y"] + box["height"] / 2)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        if tip.is_visible():
            break
    expect(tip).to_have_text(re.compile(r"^\s*day\s*2026-07-31\s*$"))
    page.get_by_text("Show the data").click()
    first = page.locator(".fig-table tbody tr").first.locator("td")
    expect(first).to_have_text(["2026-07-31", "3.99"])


def test_theme_switch_redraws_in_the_other_palette(
    small_url: str, reader: Callable[..., Page]
) -> None:
    small = COLOURS["small"]
    page = reader(color_scheme="light")
    page.goto(f"{small_url}/chapters/risks.html")
    await_colours(page, [small.light], [small.dark])
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    await_colours(page, [small.dark], [small.light])


def test_print_draws_every_chart_light(small_url: str, reader: Callable[..., Page]) -> None:
    page = reader(color_scheme="dark")
    page.goto(f"{small_url}/chapters/risks.html")
    await_colours(page, [COLOURS["small"].dark], [])
    charts = page.locator(f"{FIGURES}[data-drawn]")
    expect(page.locator(f"{FIGURES}:not([data-drawn])")).not_to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(charts).to_have_count(5)
    await_colours(page, [COLOURS["small"].light], [COLOURS["small"].dark])


def test_without_scripts_the_pictures_are_there(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(java_script_enabled=False)
    page.goto(f"{small_url}/chapters/risks.html")
    pictures = page.locator(f"{FIGURES} img.fig-static")
    expect(pictures).to_have_count(5)
    pictures.last.scroll_into_view_if_needed()
    expect(pictures.last).to_be_visible()
    expect(page.locator(".fig-data").first).to_be_hidden()


def test_data_table_and_menu_work_by_keyboard(small_url: str, reader: Callable[..., Page]) -> None:
    page = reader()
    page.goto(f"{small_url}/index.html")
    page.wait_for_selector(drawn("summary.growth"))
    page.locator(".fig-data > summary").press("Enter")
    rows = page.locator(".fig-table tbody tr")
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Show more rows").press("Enter")
    expect(rows).to_have_count(200)
    page.locator(".fig-menu > summary").press("Enter")
    with page.expect_download() as download:
        page.get_by_role("button", name="Image (PNG)").press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    expect(page.locator(".fig-menu[open]")).to_have_count(0)
    page.locator(".fig-menu > summary").press("Enter")
    expect(page.locator(".fig-menu[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".fig-menu[open]")).to_have_count(0)
    expect(page.locator(".fig-menu > summary")).to_be_focused()


def test_chart_follows_the_width_of_the_window(small_url: str, reader: Callable[..., Page]) -> None:
    page = reader(1280)
    page.goto(f"{small_url}/index.html")
    page.wait_for_selector(drawn("summary.growth"))
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function(
        """() => {
          const [box, canvas] = [".fig-chart", ".fig-chart canvas"].map((s) =>
            document.querySelector(s).getBoundingClientRect().width);
          return box < 390 && Math.abs(box - canvas) < 2;
        }""",
        timeout=PATIENCE,
    )


def test_a_chart_that_cannot_be_drawn_says_so(small_url: str, reader: Callable[..., Page]) -> None:
    page = reader()
    page.route("**/assets/vega-*", lambda route: route.abort())
    page.goto(f"{small_url}/index.html")
    expect(page.locator(f"{FIGURES}[data-error]")).to_have_count(1)
    expect(page.get_by_text("could not be drawn")).to_be_visible()


def test_search_finds_a_figure(small_url: str, reader: Callable[..., Page]) -> None:
    page = reader()
    page.goto(f"{small_url}/search.html?q=line+came+last")
    found = page.locator("#search-results li a").filter(has_text=re.compile("^Risks$"))
    expect(found).to_have_count(1)
