"""What a reader can do to a page: choose a start, switch lines, tap, filter, look up a term."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from browser import PATIENCE, await_colours, drawn, expect
from sample_book import growing

from rotation_lib.charts import layout, parts
from rotation_lib.charts.theme import COLOURS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
METHODS = "chapters/methods.html"
FIRST = 'figure[data-figure="methods.growth"]'
SECOND = 'figure[data-figure="methods.again"]'


def _ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(FIRST).scroll_into_view_if_needed()
    page.wait_for_selector(drawn("methods.growth"))


def _address(page: Page, search: str) -> None:
    """Wait until the page's address asks for this."""
    page.wait_for_function("(asked) => location.search === asked", arg=search, timeout=PATIENCE)


def _multiple(name: str, day: str) -> str:
    """Growth from the last close on or before a day to the end, as the page writes it."""
    column = growing()[name]
    grown = column.iloc[-1] / column.loc[:day].iloc[-1]
    return f"{name} {grown:.2f}×"


@pytest.mark.parametrize(
    ("day", "said", "zone"),
    [
        ("2024-09-17", "17 September 2024", "America/Los_Angeles"),
        ("2024-09-15", "13 September 2024", "Pacific/Auckland"),  # a Sunday
    ],
)
def test_a_shared_address_compares_every_chart_from_that_day(
    small_url: str, reader: Callable[..., Page], day: str, said: str, zone: str
) -> None:
    page = reader(timezone_id=zone)
    _ready(page, f"{small_url}/{METHODS}?from={day}")
    page.locator(SECOND).scroll_into_view_if_needed()
    page.wait_for_selector(drawn("methods.again"))
    for figure in (FIRST, SECOND):
        status = page.locator(f"{figure} .fig-status")
        for part in (f"close of {said}", _multiple("IWM", day), _multiple("SPY", day)):
            expect(status).to_contain_text(part)
        wanted = re.compile(f"^Two lines.*{re.escape(status.inner_text())}")
        expect(page.locator(f"{figure} .fig-chart")).to_have_attribute("aria-label", wanted)
    page.locator(f"{FIRST} .fig-data > summary").click()
    cells = page.locator(f"{FIRST} .fig-table tbody tr td")
    expect(cells.first).to_have_text("2026-07-31")
    grown = growing()["IWM"]
    shown = float(cells.nth(1).inner_text())
    assert shown == pytest.approx(grown.iloc[-1] / grown.loc[:day].iloc[-1], rel=1e-4)


def test_the_start_is_chosen_by_keyboard_kept_in_the_address_and_taken_back(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    _ready(page, f"{small_url}/{METHODS}#term-var")
    assert not [u for u in asked if "-daily-" in u]
    start = page.get_by_label("Compare from", exact=True).first
    expect(start).to_have_value(growing().index[0].date().isoformat())
    start.focus()
    page.keyboard.type("03162025", delay=60)  # part by part, as people type
    page.keyboard.press("Enter")
    _address(page, "?from=2025-03-16")
    assert page.evaluate("location.hash") == "#term-var"
    status = page.locator(f"{FIRST} .fig-status")
    expect(status).to_contain_text("14 March 2025")
    assert len([u for u in asked if "-daily-" in u]) == 1
    reset = page.locator(f"{FIRST} .fig-reset")
    reset.press("Enter")
    _address(page, "")
    expect(status).to_have_text("")
    expect(reset).to_be_disabled()
    expect(start).to_be_focused()


def test_a_preset_goes_back_whole_years_and_says_that_it_is_on(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(390)
    _ready(page, f"{small_url}/{METHODS}")
    year, longer = (page.locator(f'{FIRST} [data-years="{n}"]') for n in (1, 3))
    year.click()
    _address(page, "?from=2025-07-31")
    expect(year).to_have_attribute("aria-pressed", "true")
    longer.click()
    _address(page, "?from=2023-07-31")
    expect(longer).to_have_attribute("aria-pressed", "true")
    expect(year).to_have_attribute("aria-pressed", "false")
    expect(page.locator(f"{FIRST} .fig-status")).to_contain_text("31 July 2023")
    expect(page.locator(f'{FIRST} [data-years="5"]')).to_have_count(0)


def test_a_choice_shows_at_once_while_its_rows_are_on_the_way(
    small_url: str, reader: Callable[..., Page]
) -> None:
    """On a slow line the pressed button answers before the daily rows do; the last choice wins."""
    page = reader()
    held: list[Any] = []
    page.route("**/*-daily-*", lambda route: held.append(route))
    _ready(page, f"{small_url}/{METHODS}")
    year, longer = (page.locator(f'{FIRST} [data-years="{n}"]') for n in (1, 3))
    with page.expect_request("**/*-daily-*"):
        year.click()
    expect(year).to_have_attribute("aria-pressed", "true")
    longer.click()
    expect(longer).to_have_attribute("aria-pressed", "true")
    expect(year).to_have_attribute("aria-pressed", "false")
    expect(page.locator(f"{FIRST} .fig-status")).to_have_text("")
    held[0].continue_()
    for figure in (FIRST, SECOND):
        page.locator(figure).scroll_into_view_if_needed()
        expect(page.locator(f"{figure} .fig-status")).to_contain_text("31 July 2023")


def test_a_day_that_cannot_be_shown_leaves_the_chart_alone(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader()
    for asked in ("1999-01-04", "2026-07-31", "2025-02-31x", "<b>", ""):
        _ready(page, f"{small_url}/{METHODS}?from={asked}")
        expect(page.locator(f"{FIRST} .fig-reset")).to_be_disabled()
        expect(page.locator(f"{FIRST} .fig-status")).to_have_text("")
    start = page.get_by_label("Compare from", exact=True).first
    start.fill("2012-01-02")
    start.press("Enter")
    expect(page.locator(f"{FIRST} .fig-status")).to_contain_text("Choose a day from")


def test_without_the_daily_rows_the_nearest_drawn_day_is_named(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader()
    page.route("**/*-daily-*", lambda route: route.abort())
    _ready(page, f"{small_url}/{METHODS}?from=2024-09-17")
    said = page.locator(f"{FIRST} .fig-status")
    expect(said).to_contain_text("13 September 2024")
    expect(said).to_contain_text(_multiple("IWM", "2024-09-13"))


def test_a_line_is_switched_off_and_the_last_one_stays(
    small_url: str, reader: Callable[..., Page]
) -> None:
    small, large = COLOURS["small"].light, COLOURS["large"].light
    page = reader(color_scheme="light")
    _ready(page, f"{small_url}/{METHODS}")
    await_colours(page, [small, large], [])
    first, second = (page.locator(f"{FIRST} [data-line]").nth(n) for n in (0, 1))
    second.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "false")
    await_colours(page, [small], [large])
    first.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "true")
    second.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    await_colours(page, [small, large], [])


def test_the_page_lays_out_as_python_does(small_url: str, reader: Callable[..., Page]) -> None:
    """Domain, ticks and labels after a new start follow charts/layout.py."""
    frame = growing()
    page = reader()
    _ready(page, f"{small_url}/{METHODS}")
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


def test_wrapped_end_labels_stand_where_python_puts_them(
    small_url: str, reader: Callable[..., Page]
) -> None:
    """A label of two lines takes the room of two, also beside the edge of the plot."""
    last = {"Fed target": 4.5, "2-year": 4.41, "10-year": 1.02, "30-year bond": 1.0}
    page = reader()
    _ready(page, f"{small_url}/{METHODS}")
    made = page.evaluate(_WRAPPED, last)
    ends = pd.DataFrame({"series": list(last), "value": list(last.values()), "text": made["texts"]})
    spans = pd.DataFrame({"label": ["Cuts"], "row": [0]})
    reach = layout.domain([0.9, 4.6], foot=parts.foot(spans, 200))
    assert made["reach"] == pytest.approx(reach)
    _, labels = parts.end_labels(ends, dict.fromkeys(last, "#000000"), reach, 200, log=False)
    assert list(labels["text"]) == made["texts"]
    assert sum("\n" in text for text in made["texts"]) == 2
    assert made["pixels"] == pytest.approx(list(labels["pixel"]), abs=0.06)


_WRAPPED = """(last) => {
  const spec = { height: 200, marks: [], axes: [], scales: [{ name: "y" }] };
  const rule = { columns: Object.fromEntries(Object.keys(last).map((n) => [n, [n]])), labels: true,
                 include: [0.9, 4.6], log: false, ceiling: null, factor: 1, digits: 2, suffix: "%",
                 rebased: false, reference: null };
  const sets = { main: [{ date: 0, ...last }], labels: [],
                 spans: [{ start: 0, end: 1, label: "Cuts", row: 0 }] };
  const made = rotationLayout.laidOut(spec, sets, rule,
    { from: null, hidden: new Set(), daily: null, width: 700, dates: rotationPage.dates });
  return { reach: spec.scales[0].domain, texts: made.sets.labels.map((l) => l.text),
           pixels: made.sets.labels.map((l) => l.pixel) };
}"""


def test_a_tap_reads_the_chart_and_a_swipe_still_scrolls(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(390, has_touch=True, is_mobile=True)
    _ready(page, f"{small_url}/{METHODS}")
    canvas = page.locator(f"{FIRST} canvas")
    canvas.evaluate("(c) => c.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = canvas.bounding_box()
    assert box
    x, y = box["x"] + 120, box["y"] + box["height"] / 2
    page.touchscreen.tap(x, y)
    tip = page.locator(".fig-tip")
    expect(tip).to_contain_text(re.compile("IWM.*SPY", re.DOTALL))
    first = tip.inner_text()
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        sent = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    send("touchStart", (x, y))
    for step in range(1, 8):
        send("touchMove", (x + 10 * step, y))
    send("touchEnd")
    expect(tip).to_be_visible()
    expect(tip).not_to_have_text(first, use_inner_text=True)
    before = page.evaluate("scrollY")
    send("touchStart", (x, y))
    for step in range(1, 10):
        send("touchMove", (x, y - 20 * step))
    send("touchEnd")
    page.wait_for_function("(from) => scrollY > from + 50", arg=before, timeout=PATIENCE)
    expect(tip).to_be_hidden()


def test_the_ledger_is_filtered_and_the_filter_can_be_shared(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(390)
    page.goto(f"{small_url}/index.html?verdict=holds")
    bar = page.locator(".ledger-filter")
    rows = page.locator("table.scorecard tbody tr:visible")
    expect(rows).to_have_count(2)
    expect(bar.get_by_role("status")).to_have_text("2 of 3 claims")
    page.get_by_label("Chapter").select_option("methods")
    expect(rows).to_have_text([re.compile("^Three")])
    _address(page, "?verdict=holds&chapter=methods")
    bar.get_by_role("button").press("Enter")
    expect(rows).to_have_count(3)
    _address(page, "")
    plain = reader(java_script_enabled=False)
    plain.goto(f"{small_url}/index.html")
    expect(plain.locator("table.scorecard tbody tr:visible")).to_have_count(3)
    expect(plain.locator(".ledger-filter")).to_be_hidden()


def test_a_term_is_explained_on_focus_and_dismissed_by_escape(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(390)
    page.goto(f"{small_url}/chapters/risks.html")
    term = page.locator("a.term")
    expect(term).to_have_text(["drawdowns"])  # at its first use only
    page.wait_for_selector("#term-tip", state="attached")
    term.focus()
    tip = page.get_by_role("tooltip")
    expect(tip).to_have_text("Distance below the highest close so far.")
    expect(term).to_have_attribute("aria-describedby", "term-tip")
    box = tip.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    term.press("Enter")
    page.wait_for_url("**/methods.html#term-drawdown")
