"""The site as readers meet it: every page drawn, quiet, and within its screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import FIGURES, holds_colour, pages_of

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


def read_through(page: Page, url: str) -> list[str]:
    """Open a page, scroll past every chart, and list what went wrong."""
    faults: list[str] = []
    host = url.split("/")[2] if url.startswith("http") else ""
    page.add_init_script(_WATCH_SHIFTS)
    page.on("console", lambda m: faults.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(f"exception: {e}"))
    page.on("requestfailed", lambda r: faults.append(f"failed: {r.url}"))
    page.on(
        "response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None
    )
    page.on(
        "request",
        lambda r: faults.append(f"outside: {r.url}") if _is_outside(r.url, host) else None,
    )
    page.goto(url)
    for figure in page.locator(FIGURES).all():
        figure.scroll_into_view_if_needed()
        name = figure.get_attribute("data-figure")
        done = f'{FIGURES}[data-figure="{name}"]:is([data-drawn], [data-error])'
        page.wait_for_selector(done, state="attached")
        if figure.get_attribute("data-error"):
            faults.append(f"{name}: {figure.get_attribute('data-error')}")
        spoken = figure.locator('.fig-chart[role="img"]').get_attribute("aria-label") or ""
        if len(spoken) < 40 or figure.locator(".fig-chart [aria-label]").count():
            faults.append(f"{name}: has no text alternative")
    shifted = page.evaluate("window.shifted")
    # The data tables are part of the page: a wide one must scroll inside its own box.
    page.evaluate("document.querySelectorAll('.fig-data').forEach((d) => (d.open = true))")
    page.wait_for_timeout(50)
    for figure in page.locator(f"{FIGURES}[data-drawn]").all():
        if not figure.locator(".fig-table table tbody tr").count():
            faults.append(f"{figure.get_attribute('data-figure')}: has no data table")
        if figure.evaluate("(f) => f.scrollWidth > f.clientWidth"):
            faults.append(f"{figure.get_attribute('data-figure')}: is wider than its frame")
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wide > 0:
        faults.append(f"the page scrolls sideways by {wide} px")
    if shifted > 0.02:
        faults.append(f"the layout shifted by {shifted:.3f}")
    return faults


def _is_outside(url: str, host: str) -> bool:
    return url.startswith(("http:", "https:", "ws:", "wss:")) and url.split("/")[2] != host


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_small_site_reads_without_fault(
    small_site: Path, reader: Callable[..., Page], width: int, scheme: str
) -> None:
    with running_server(small_site) as base:
        for name in pages_of(small_site):
            page = reader(width, color_scheme=scheme)
            assert read_through(page, f"{base}/{name}") == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_whole_report_reads_without_fault(
    built_site: Path, reader: Callable[..., Page], width: int, scheme: str
) -> None:
    with running_server(built_site) as base:
        names = pages_of(built_site)
        assert len(names) >= 7
        for name in names:
            page = reader(width, color_scheme=scheme)
            assert read_through(page, f"{base}/{name}") == [], name


def test_faults_are_seen(small_site: Path, reader: Callable[..., Page], tmp_path: Path) -> None:
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
    assert read_through(page, (small_site / "chapters" / "risks.html").as_uri()) == []
    assert page.locator(f"{FIGURES}[data-drawn]").count() == 5


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland"])
def test_days_do_not_shift_with_the_time_zone(
    small_site: Path, reader: Callable[..., Page], zone: str
) -> None:
    with running_server(small_site) as base:
        page = reader(timezone_id=zone)
        page.goto(f"{base}/index.html")
        chart = page.locator(f"{FIGURES}[data-drawn] .fig-chart")
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box
        tip = page.locator(".fig-tip")
        for inset in range(4, 120, 8):  # from the right: the first tip is the last day's
            page.mouse.move(box["x"] + box["width"] - inset, box["y"] + box["height"] / 2)
            page.wait_for_timeout(30)
            if tip.is_visible():
                break
        assert tip.inner_text().split() == ["day", "2026-07-31"]
        page.get_by_text("Show the data").click()
        page.wait_for_selector(".fig-table tbody tr")
        first = page.locator(".fig-table tbody tr").first.locator("td").all_inner_texts()
        assert first == ["2026-07-31", "3.99"]


def test_theme_switch_redraws_in_the_other_palette(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    small = COLOURS["small"]
    with running_server(small_site) as base:
        page = reader(color_scheme="light")
        page.goto(f"{base}/chapters/risks.html")
        page.wait_for_selector(f"{FIGURES}[data-drawn]")
        assert holds_colour(page, small.light) and not holds_colour(page, small.dark)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(300)
        assert holds_colour(page, small.dark) and not holds_colour(page, small.light)


def test_print_draws_every_chart_light(small_site: Path, reader: Callable[..., Page]) -> None:
    with running_server(small_site) as base:
        page = reader(color_scheme="dark")
        page.goto(f"{base}/chapters/risks.html")
        page.wait_for_selector(f"{FIGURES}[data-drawn]")
        assert page.locator(f"{FIGURES}[data-drawn]").count() < 5
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(f"{FIGURES}[data-drawn]").count() == 5
        assert holds_colour(page, COLOURS["small"].light)


def test_without_scripts_the_pictures_are_there(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader(java_script_enabled=False)
        page.goto(f"{base}/chapters/risks.html")
        pictures = page.locator(f"{FIGURES} noscript img, {FIGURES} img.fig-static")
        assert pictures.count() == 5
        pictures.last.scroll_into_view_if_needed()
        assert page.locator(".fig-chart").first.is_hidden()
        assert page.locator(".fig-data").first.is_hidden()


def test_data_table_and_menu_work_by_keyboard(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader()
        page.goto(f"{base}/index.html")
        page.wait_for_selector(f"{FIGURES}[data-drawn]")
        page.locator(".fig-data > summary").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".fig-table tbody tr")
        assert page.locator(".fig-table tbody tr").count() == 100
        page.get_by_role("button", name="Show more rows").press("Enter")
        assert page.locator(".fig-table tbody tr").count() == 200
        page.locator(".fig-menu > summary").focus()
        page.keyboard.press("Enter")
        with page.expect_download() as download:
            page.get_by_role("button", name="Image (PNG)").press("Enter")
        assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
        page.locator(".fig-menu > summary").press("Enter")
        page.keyboard.press("Escape")
        assert page.locator(".fig-menu[open]").count() == 0


def test_chart_follows_the_width_of_the_window(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader(1280)
        page.goto(f"{base}/index.html")
        page.wait_for_selector(f"{FIGURES}[data-drawn]")
        page.set_viewport_size({"width": 390, "height": 900})
        page.wait_for_timeout(400)
        box, canvas = (
            page.locator(s).first.bounding_box() for s in (".fig-chart", ".fig-chart canvas")
        )
        assert box and canvas and abs(box["width"] - canvas["width"]) < 2


def test_a_chart_that_cannot_be_drawn_says_so(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader()
        page.route("**/assets/vega-*", lambda route: route.abort())
        page.goto(f"{base}/index.html")
        page.wait_for_selector(f"{FIGURES}[data-error]")
        assert page.get_by_text("could not be drawn").is_visible()


def test_search_finds_a_figure(small_site: Path, reader: Callable[..., Page]) -> None:
    with running_server(small_site) as base:
        page = reader()
        page.goto(f"{base}/search.html?q=came+last")
        page.wait_for_selector("#search-results li a")
        assert "Risks" in page.locator("#search-results").inner_text()
