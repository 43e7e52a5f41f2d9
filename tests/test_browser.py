"""The site as readers meet it: every page drawn, quiet, and within its screen."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import FIGURES, PATIENCE, await_colours, choose_theme, drawn, expect, pages_of
from examining import LAYOUT_RULES, RULES
from page_reading import WATCH_SHIFTS, read_all, read_through

from rotation_lib.charts.theme import COLOURS
from rotation_lib.publish.serve import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_small_site_reads_without_fault(
    small_site: Path, small_url: str, reader: Callable[..., Page], width: int, scheme: str
) -> None:
    """Its documents are those of the whole report, and are read as part of that."""
    pages = [name for name in pages_of(small_site) if not name.startswith("docs/")]
    assert len(pages) >= 4
    page = reader(width, color_scheme=scheme)
    assert read_all(small_site, small_url, page, both=True, pages=pages) == {}


@pytest.mark.parametrize(
    ("width", "scheme", "rules"),
    [(1280, "light", RULES), (768, "dark", LAYOUT_RULES), (390, "light", LAYOUT_RULES)],
)
def test_whole_report_reads_without_fault(
    built_site: Path,
    report_url: str,
    reader: Callable[..., Page],
    width: int,
    scheme: str,
    rules: list[str],
) -> None:
    """Read to its end, switched to the other theme, and examined by axe-core: one load a page.

    At other widths by what a width can change; what only a phone shows is in ``test_accessibility``.
    """
    assert len(pages_of(built_site)) >= 7
    page, both = reader(width, color_scheme=scheme), rules is RULES
    assert read_all(built_site, report_url, page, both=both, rules=rules) == {}


def test_faults_are_seen(reader: Callable[..., Page], tmp_path: Path) -> None:
    """The examination itself: a page with every fault is refused for each of them."""
    (tmp_path / "index.html").write_text(
        '<div style="width:5000px">wide</div><figure data-figure="x.y">'
        '<div class="fig-chart" role="img"></div>'
        '</figure><script>document.querySelector("figure").dataset.error = "broken";'
        'console.error("loud"); window.shifted = 0.03</script><img src="missing.png"><img src="http://127.0.0.1:9/x.png">',
        encoding="utf-8",
    )
    noise = random.Random(1)  # what cannot be packed
    (tmp_path / "heavy.js").write_bytes(b"//" + noise.randbytes(600_000).hex().encode())
    told = noise.randbytes(61_000).hex()
    (tmp_path / "heavy.html").write_text(f'<p hidden>{told}</p><script src="heavy.js"></script>')
    with running_server(tmp_path) as base:
        said = " | ".join(read_through(reader(390), f"{base}/index.html", tmp_path))
        heavy = read_through(reader(), f"{base}/heavy.html", tmp_path)
    assert [fault.split()[0] for fault in heavy] == ["HTML:", "all:"]
    for fault in (
        "as it came, the page scrolls sideways",
        "with all parts open, the page scrolls sideways",
        "x.y: broken",
        "no text alternative",
        "loud",
        "404",
        "outside",
        "failed",
        "layout shifted by 0.030",
    ):
        assert fault in said


def test_charts_draw_from_the_file_system(small_site: Path, reader: Callable[..., Page]) -> None:
    page = reader()
    page.add_init_script(WATCH_SHIFTS)
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
    choose_theme(page, "dark")
    await_colours(page, [small.dark], [small.light])
    choose_theme(page, "light")
    await_colours(page, [small.light], [small.dark])


def test_print_draws_every_chart_light(small_url: str, reader: Callable[..., Page]) -> None:
    page = reader(color_scheme="dark")
    page.goto(f"{small_url}/chapters/risks.html")
    await_colours(page, [COLOURS["small"].dark], [])
    charts = page.locator(f"{FIGURES}[data-drawn]")
    expect(page.locator(f"{FIGURES}:not([data-drawn])")).not_to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(charts).to_have_count(5)
    await_colours(page, [COLOURS["small"].light], [COLOURS["small"].dark])


def test_paper_shows_tables_and_code_in_ink(small_url: str, reader: Callable[..., Page]) -> None:
    """The theme's colours for dark screens would hardly be seen on it."""
    page = reader(color_scheme="dark")
    page.goto(f"{small_url}/chapters/risks.html")
    page.evaluate(
        """document.querySelector(".bd-article").insertAdjacentHTML("beforeend",
        '<table class="table"><tbody><tr><td id="cell">x</td></tr></tbody></table>' +
        '<div class="highlight"><pre><span class="c1" id="remark"># x</span></pre></div>')"""
    )
    page.emulate_media(media="print")
    for part in ("#cell", "#remark"):
        expect(page.locator(part)).to_have_css("color", "rgb(0, 0, 0)")


def test_what_scrolls_in_a_fold_is_reached_by_keyboard(
    report_url: str, reader: Callable[..., Page]
) -> None:
    """The theme takes back needless stops, in a closed fold once it opens: to look into it before
    would lay it out before the first chart."""
    page = reader(390)
    page.goto(f"{report_url}/chapters/methods.html")
    outputs = page.locator("article .cell_output > .output")
    expect(page.locator("article .output[tabindex='-1']").first).to_be_attached()
    folded = page.locator("details.more:not([open]) .cell_output > .output")
    assert folded.count() > 5
    assert all(output.get_attribute("tabindex") == "0" for output in folded.all())
    page.locator(".more-all").click()
    for output in outputs.all():
        expect(output).to_have_attribute("tabindex", "-1")


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


def test_search_leads_to_a_claim_and_into_the_fold_of_a_chart(
    small_url: str, reader: Callable[..., Page]
) -> None:
    page = reader(390)
    page.goto(f"{small_url}/search.html?q=line+came+last")
    places = page.locator("#search-places a")
    expect(places).not_to_have_count(0)
    places.first.click()
    expect(page).to_have_url(re.compile(r"/(index|chapters/\w+)\.html#fig-[\w-]+$"))
    figure = page.locator(FIGURES).and_(page.locator(":target"))
    expect(figure).to_be_in_viewport()
    page.goto(f"{small_url}/search.html?q=no+such+thing+at+all")
    expect(page.locator("#search-places")).to_be_empty()
