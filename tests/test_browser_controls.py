"""What a reader can do to a page: choose a start, switch lines, tap, filter, look up a term."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import FIGURES, holds_colour
from sample_book import growing

from rotation_lib.charts import layout
from rotation_lib.charts.theme import COLOURS
from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
METHODS = "chapters/methods.html"
FIRST = f'{FIGURES}[data-figure="methods.growth"]'
SECOND = f'{FIGURES}[data-figure="methods.again"]'


def _ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(FIRST).scroll_into_view_if_needed()
    page.wait_for_selector(f"{FIRST}[data-drawn]")


def _multiple(name: str, day: str) -> str:
    """Growth from the last close on or before a day to the end, as the page writes it."""
    column = growing()[name]
    grown = column.iloc[-1] / column.loc[:day].iloc[-1]
    return f"{name} {grown:.2f}×"


@pytest.mark.parametrize(
    ("day", "said"),
    [("2024-09-17", "17 September 2024"), ("2024-09-15", "13 September 2024")],  # a Sunday
)
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_a_shared_address_compares_every_chart_from_that_day(
    small_site: Path, reader: Callable[..., Page], day: str, said: str, zone: str
) -> None:
    with running_server(small_site) as base:
        page = reader(timezone_id=zone)
        _ready(page, f"{base}/{METHODS}?from={day}")
        page.locator(SECOND).scroll_into_view_if_needed()
        page.wait_for_selector(f"{SECOND}[data-drawn]")
        for figure in (FIRST, SECOND):
            status = page.locator(f"{figure} .fig-status").inner_text()
            assert f"close of {said}" in status
            assert _multiple("IWM", day) in status and _multiple("SPY", day) in status
            spoken = page.locator(f"{figure} .fig-chart").get_attribute("aria-label") or ""
            assert spoken.startswith("Two lines") and status in spoken
        page.locator(f"{FIRST} .fig-data > summary").click()
        page.wait_for_selector(f"{FIRST} .fig-table tbody tr")
        cells = page.locator(f"{FIRST} .fig-table tbody tr td").all_inner_texts()
        grown = growing()["IWM"]
        assert cells[0] == "2026-07-31"
        assert float(cells[1]) == pytest.approx(grown.iloc[-1] / grown.loc[:day].iloc[-1], rel=1e-4)


def test_the_start_is_chosen_by_keyboard_kept_in_the_address_and_taken_back(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader()
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url))
        _ready(page, f"{base}/{METHODS}#term-var")
        assert not [u for u in asked if "-daily-" in u]
        start = page.get_by_label("Compare from", exact=True).first
        assert start.input_value() == growing().index[0].date().isoformat()
        start.focus()
        page.keyboard.type("03162025", delay=150)  # part by part, as people type
        page.keyboard.press("Enter")
        page.wait_for_function("location.search === '?from=2025-03-16'")
        assert page.evaluate("location.hash") == "#term-var"
        status = page.locator(f"{FIRST} .fig-status")
        assert "14 March 2025" in status.inner_text()
        assert len([u for u in asked if "-daily-" in u]) == 1
        reset = page.locator(f"{FIRST} .fig-reset")
        reset.press("Enter")
        page.wait_for_function("location.search === ''")
        assert status.inner_text() == "" and reset.is_disabled()
        assert page.evaluate("document.activeElement.type") == "date"


def test_a_preset_goes_back_whole_years_and_says_that_it_is_on(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader(390)
        _ready(page, f"{base}/{METHODS}")
        year, longer = (page.locator(f'{FIRST} [data-years="{n}"]') for n in (1, 3))
        year.click()
        page.wait_for_function("location.search === '?from=2025-07-31'")
        assert year.get_attribute("aria-pressed") == "true"
        longer.click()
        page.wait_for_function("location.search === '?from=2023-07-31'")
        assert year.get_attribute("aria-pressed") == "false"
        assert page.locator(f'{FIRST} [data-years="5"]').count() == 0


@pytest.mark.parametrize("asked", ["1999-01-04", "2026-07-31", "2025-02-31x", "<b>", ""])
def test_a_day_that_cannot_be_shown_leaves_the_chart_alone(
    small_site: Path, reader: Callable[..., Page], asked: str
) -> None:
    with running_server(small_site) as base:
        page = reader()
        _ready(page, f"{base}/{METHODS}?from={asked}")
        assert page.locator(f"{FIRST} .fig-status").inner_text() == ""
        assert page.locator(f"{FIRST} .fig-reset").is_disabled()
        start = page.get_by_label("Compare from", exact=True).first
        start.fill("2012-01-02")
        start.press("Enter")
        assert "Choose a day from" in page.locator(f"{FIRST} .fig-status").inner_text()


def test_without_the_daily_rows_the_nearest_drawn_day_is_named(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader()
        page.route("**/*-daily-*", lambda route: route.abort())
        _ready(page, f"{base}/{METHODS}?from=2024-09-17")
        said = page.locator(f"{FIRST} .fig-status").inner_text()
        assert "13 September 2024" in said and _multiple("IWM", "2024-09-13") in said


def test_a_line_is_switched_off_and_the_last_one_stays(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    small, large = COLOURS["small"].light, COLOURS["large"].light
    with running_server(small_site) as base:
        page = reader(color_scheme="light")
        _ready(page, f"{base}/{METHODS}")
        assert _on(page, large)
        switches = page.locator(f"{FIRST} [data-line]")
        switches.nth(1).press("Enter")
        assert switches.nth(1).get_attribute("aria-pressed") == "false"
        assert not _on(page, large) and _on(page, small)
        switches.nth(0).press("Enter")
        assert switches.nth(0).get_attribute("aria-pressed") == "true"
        switches.nth(1).press("Enter")
        assert _on(page, large)


def _on(page: Page, hex_code: str) -> bool:
    page.wait_for_timeout(100)
    return holds_colour(page, hex_code)


def test_the_page_lays_out_as_python_does(small_site: Path, reader: Callable[..., Page]) -> None:
    """Domain, ticks and labels after a new start follow charts/layout.py."""
    frame = growing()
    with running_server(small_site) as base:
        page = reader()
        _ready(page, f"{base}/{METHODS}")
        for day in ("2022-03-01", "2024-09-17", "2026-06-30"):
            made = page.evaluate(_LAID_OUT, day)
            grown = frame.loc[day:] / frame.loc[day]
            reach = layout.domain(grown.to_numpy().ravel(), log=True)
            # Three years and more are drawn by week, so that an extreme may be a few days off.
            assert made["reach"] == pytest.approx(reach, rel=2e-3)
            assert made["ticks"] == pytest.approx(layout.log_ticks(*made["reach"]))
            low, high = np.log(made["reach"])
            ends = grown.iloc[-1].to_numpy()
            wanted = (1 - (np.log(ends) - low) / (high - low)) * 320
            assert made["pixels"] == pytest.approx(layout.dodge(list(wanted), [15, 15], 320), abs=1)
            events = [d for d in ("2023-01-04", "2025-04-02") if d >= day]
            assert len(made["events"]) == len(events)


_LAID_OUT = """async (day) => {
  const { controls, data } = rotationPage.figures["methods.growth"];
  const script = document.createElement("script");
  script.src = rotationPage.daily;
  await new Promise((done) => { script.onload = done; document.head.append(script); });
  const rows = (columns) => {
    const days = []; let at = 0;
    for (const step of columns[0][2]) days.push(new Date(1970, 0, 1 + (at += step)).getTime());
    return days.map((date, i) => Object.fromEntries(
      columns.map(([name, kind, values], c) => [name, c ? values[i] : date])));
  };
  const events = data.events[0][2];
  const spec = { height: 320, marks: [], scales: [{ name: "y" }],
                 axes: [{ scale: "y", values: [1] }, { scale: "x" }] };
  const sets = { main: rows(data.main), labels: [],
                 events: rows([data.events[0]]).map((row) => ({ ...row, label: "Early" })) };
  const [year, month, date] = day.split("-").map(Number);
  const made = rotationLayout.laidOut(spec, sets, controls, {
    from: new Date(year, month - 1, date).getTime(), hidden: new Set(),
    daily: rows(rotationDaily["methods.growth"]), width: 700, dates: rotationPage.dates });
  return { reach: spec.scales[0].domain, ticks: spec.axes[0].values, events: made.sets.events,
           pixels: made.sets.labels.map((label) => label.pixel) };
}"""


def test_a_tap_reads_the_chart_and_a_swipe_still_scrolls(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader(390, has_touch=True, is_mobile=True)
        _ready(page, f"{base}/{METHODS}")
        page.wait_for_timeout(300)
        box = page.locator(f"{FIRST} canvas").bounding_box()
        assert box
        x, y = box["x"] + 120, box["y"] + box["height"] / 2
        page.touchscreen.tap(x, y)
        tip = page.locator(".fig-tip")
        tip.wait_for(state="visible")
        first = tip.inner_text()
        assert "IWM" in first and "SPY" in first
        touch = page.context.new_cdp_session(page)

        def send(kind: str, *points: tuple[float, float]) -> None:
            sent = [{"x": px, "y": py} for px, py in points]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})
            page.wait_for_timeout(30)

        send("touchStart", (x, y))
        for step in range(1, 8):
            send("touchMove", (x + 10 * step, y))
        send("touchEnd")
        assert tip.is_visible() and tip.inner_text() != first
        before = page.evaluate("scrollY")
        send("touchStart", (x, y))
        for step in range(1, 10):
            send("touchMove", (x, y - 20 * step))
        send("touchEnd")
        page.wait_for_timeout(200)
        assert page.evaluate("scrollY") > before + 50 and tip.is_hidden()


def test_the_ledger_is_filtered_and_the_filter_can_be_shared(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader(390)
        page.goto(f"{base}/index.html?verdict=holds")
        bar = page.locator(".ledger-filter")
        rows = page.locator("table.scorecard tbody tr:visible")
        assert rows.count() == 2 and bar.get_by_role("status").inner_text() == "2 of 3 claims"
        page.get_by_label("Chapter").select_option("methods")
        assert rows.all_inner_texts()[0].startswith("Three") and rows.count() == 1
        assert page.evaluate("location.search") == "?verdict=holds&chapter=methods"
        bar.get_by_role("button").press("Enter")
        assert rows.count() == 3 and page.evaluate("location.search") == ""
        plain = reader(java_script_enabled=False)
        plain.goto(f"{base}/index.html")
        assert plain.locator("table.scorecard tbody tr:visible").count() == 3
        assert plain.locator(".ledger-filter").is_hidden()


def test_a_term_is_explained_on_focus_and_dismissed_by_escape(
    small_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(small_site) as base:
        page = reader(390)
        page.goto(f"{base}/chapters/risks.html")
        term = page.locator("a.term")
        assert term.all_inner_texts() == ["drawdowns"]  # at its first use only
        term.focus()
        tip = page.get_by_role("tooltip")
        assert tip.inner_text() == "Distance below the highest close so far."
        assert term.get_attribute("aria-describedby") == tip.get_attribute("id")
        box = tip.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
        page.keyboard.press("Escape")
        assert tip.is_hidden()
        term.press("Enter")
        page.wait_for_url("**/methods.html#term-drawdown")
