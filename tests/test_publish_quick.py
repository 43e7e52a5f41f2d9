"""What makes a page quick: its sheet, its scripts, its first picture, hover parts that wait."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sample_book import CREDITS, bar_figure, line_figure

from rotation_lib.errors import BuildError
from rotation_lib.publish.draw import figures, first
from rotation_lib.publish.draw.waiting import SIGNAL, with_hover_waiting
from rotation_lib.publish.finish import slim

KNOWN = frozenset(["on", "page", "bs-tooltip-", "fa", "link"])


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        (".on{a:b}.off{a:b}", ".on{a:b}"),
        (".on,.off .on,p{a:b}", ".on,p{a:b}"),
        ("#page.on>a:hover::after{content:'}'}#gone{a:b}", "#page.on>a:hover::after{content:'}'}"),
        ("p:not(.off){a:b}:is(.off,.on) p{a:b}", "p:not(.off){a:b}\n:is(.off,.on) p{a:b}"),
        ("[class*='.off']{a:b}", "[class*='.off']{a:b}"),
        (".bs-tooltip-top{a:b}.fa-brush{a:b}", ".bs-tooltip-top{a:b}"),
        ("@media print{.off{a:b}}@media print{.on{a:b}.off{a:b}}", "@media print{.on{a:b}\n}"),
        ("@keyframes off{from{a:b}to{c:d}}", "@keyframes off{from{a:b}to{c:d}}"),
        ("@font-face{src:url(x.woff2)}", ""),
        ('@layer base;p{a:url("data:;{}")}', '@layer base;p{a:url("data:;{}")}'),
        (".on\\:odd{a:b}.link{}", ""),
    ],
)
def test_a_rule_stays_where_it_could_hold(sheet: str, kept: str) -> None:
    assert slim.kept_rules(sheet, KNOWN).strip() == kept


def test_a_sheet_that_ends_inside_a_block_is_refused() -> None:
    with pytest.raises(BuildError, match="ends inside"):
        slim.kept_rules("p{a:b", KNOWN)


PAGE = """<html><head>
  <!-- Loaded before other Sphinx assets -->
  <link href="{0}_static/styles/theme.css?digest=1" rel="stylesheet" />
    <link rel="stylesheet" type="text/css" href="{0}_static/rotation.css?v=1" />
  <!-- Pre-loaded scripts that we'll load fully later -->
  <link rel="preload" as="script" href="{0}_static/scripts/bootstrap.js" />

    <script src="{0}_static/documentation_options.js?v=1"></script>
    <script src="{0}_static/doctools.js?v=1"></script>
    <script src="{0}_static/sphinx_highlight.js?v=1"></script>
    <script src="{0}_static/scripts/sphinx-book-theme.js?v=1"></script>
    <script>DOCUMENTATION_OPTIONS.pagename = 'chapters/risks';</script>
</head><body class="seen"></body></html>
"""


@pytest.fixture
def little_site(tmp_path: Path) -> Path:
    static = tmp_path / "_static"
    (static / "styles").mkdir(parents=True)
    (tmp_path / "chapters").mkdir()
    (static / "documentation_options.js").write_text("const DOCUMENTATION_OPTIONS = {};")
    (static / "doctools.js").write_text("add('built-by-script');")
    (static / "basic.css").write_text(".seen { background: url(file.png); } /* .x{ */ .unseen{a:b}")
    (static / "styles" / "theme.css").write_text('@import "../basic.css";\n.built-by-script{c:d}')
    (static / "scripts").mkdir()
    (static / "scripts" / "pydata-sphinx-theme.js").write_text(
        ".forEach(e=>{e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1})"
    )
    (static / "rotation.css").write_text("/* ours */ .never-used { e: f; }")
    (tmp_path / "index.html").write_text(PAGE.format(""))
    (tmp_path / "chapters" / "risks.html").write_text(PAGE.format("../"))
    return tmp_path


def test_pages_share_one_sheet_and_wait_for_no_script(little_site: Path) -> None:
    pages = [little_site / "index.html", little_site / "chapters" / "risks.html"]
    slim.slimmed(little_site, pages)
    (sheet,) = (little_site / "assets").iterdir()
    text = sheet.read_text()
    assert "unseen" not in text and "never-used" in text and "built-by-script" in text
    assert "url(../_static/file.png)" in text  # the sheet has moved, what it names has not
    for page, root in zip(pages, ("", "../"), strict=True):
        html = page.read_text()
        assert re.findall(r'<link [^>]*href="([^"]+)"', html) == [f"{root}assets/{sheet.name}"]
        assert html.index("pagename = 'chapters/risks'") < html.index(sheet.name)
        assert len(re.findall("<script defer src", html)) == 3
        assert "<script src" not in html


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("_static/rotation.css", "_static/other.css"),
        ("documentation_options", "options"),
        ("Pre-loaded", "Loaded"),
        ("doctools", "tools"),
    ],
)
def test_another_theme_is_noticed(little_site: Path, old: str, new: str) -> None:
    page = little_site / "index.html"
    page.write_text(page.read_text().replace(old, new))
    (little_site / "_static" / "other.css").touch()
    with pytest.raises(BuildError, match=r"theme|changed"):
        slim.slimmed(little_site, [page])


def test_the_theme_asks_only_what_is_seen_whether_it_scrolls(little_site: Path) -> None:
    script = little_site / "_static" / "scripts" / "pydata-sphinx-theme.js"
    for page in (little_site / "index.html", little_site / "chapters" / "risks.html"):
        slim.slimmed(little_site, [page])
        assert script.read_text().count("checkVisibility()") == 1
        assert script.read_text().count("e.tabIndex=") == 1
    script.write_text("other();")
    with pytest.raises(BuildError, match="tab stops"):
        slim.slimmed(little_site, [little_site / "index.html"])


@pytest.fixture(scope="module")
def growth() -> dict[str, Any]:
    from sample_book import growth_figure

    return growth_figure("risks.growth").payload()


def test_hover_parts_wait_and_the_rest_is_drawn_as_before(growth: dict[str, Any]) -> None:
    import vl_convert

    from rotation_lib.charts.figure import inline

    vega = vl_convert.vegalite_to_vega(inline(growth, width=600))
    waiting = with_hover_waiting(vega)
    ready = json.loads(json.dumps(waiting))
    signal = next(s for s in ready["signals"] if s["name"] == SIGNAL)
    signal["value"] = True
    before, now, later = (vl_convert.vega_to_svg(v) for v in (vega, waiting, ready))
    assert later.count("<line") == before.count("<line")
    assert now.count("<line") < 60 < before.count("<line")
    texts = [re.findall(r"<text[^>]*>([^<]+)</text>", svg) for svg in (before, now)]
    assert texts[0] == texts[1]
    assert re.search(r'viewBox="[^"]+"', now)[0] == re.search(r'viewBox="[^"]+"', before)[0]  # type: ignore[index]


def test_a_chart_without_hover_rules_is_left_alone() -> None:
    vega = {"marks": [{"name": "bars", "from": {"data": "main"}}], "data": [{"name": "main"}]}
    assert with_hover_waiting(vega) == vega


FIGURE = (
    '<figure class="rotation-figure" id="fig-{0}" data-figure="{0}"><figcaption>x</figcaption>'
    '<div class="fig-chart pst-js-only" role="img" style="min-height:120px"></div></figure>'
)


def test_the_first_chart_that_is_not_folded_has_the_picture(tmp_path: Path) -> None:
    folded = f'<details class="more"><summary>s</summary>{FIGURE.format("a.one")}</details>'
    html = f"<article>{folded}{FIGURE.format('a.two')}{FIGURE.format('a.three')}</article>"
    found = first.first_figure(html)
    assert found and found[:2] == ("a.two", 120)
    made = first.with_picture(html, {"wide": "../w", "narrow": "../n"})
    assert made.count("<img") == 1
    assert made.index('data-figure="a.two"') < made.index("<img") < made.index("a.three")
    assert 'data-wide="../w" data-narrow="../n" height="120"' in made
    assert first.first_figure(folded) is None
    assert first.with_picture(folded, {}) == folded


def test_pictures_are_drawn_for_both_widths_and_colours(
    growth: dict[str, Any], tmp_path: Path
) -> None:
    from rotation_lib.charts.theme import COLOURS

    files = first.write_pictures(growth, tmp_path, tmp_path / "cache")
    assert files == first.write_pictures(growth, tmp_path, tmp_path / "cache")
    for width, pixels in first.WIDTHS.items():
        light, dark = (
            (tmp_path / f"{files[width]}-{mode}.svg").read_text() for mode in ("light", "dark")
        )
        assert f'width="{pixels}"' in light
        small = COLOURS["small"]
        assert small.light in light and small.dark in dark and small.light not in dark
        assert re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)
        assert not re.search(r' d="[^"]*\.\d\d', light)
        assert len(light) < 60_000
    assert first.pictures_of(_page(tmp_path, files)) == {
        (tmp_path / f"{files['wide']}-light.svg").resolve()
    }


def _page(folder: Path, files: dict[str, str]) -> Path:
    page = folder / "index.html"
    page.write_text(first.with_picture(FIGURE.format("a.one"), files), encoding="utf-8")
    return page


def test_a_long_list_of_series_is_counted_and_can_be_opened() -> None:
    owners = ["Maker; fund sponsor: A", "Maker; fund sponsor: B & C", "Board (H.15)", "Board"]
    owners += [f"Office {n}" for n in range(5)]
    credits = {
        f"S{n}": {"short": f"Series {n}", "publisher": owners[n % len(owners)]} for n in range(20)
    }
    payload = {"series": list(credits), "as_of": "2026-07-31"}
    foot = figures.table_foot(payload, "t.csv", credits)
    line, rest = foot.split("</p>", 1)
    assert "20 series, from Maker (6), Board (4), Office 0 (2), Office 1 (2) and 3 more." in line
    assert len(line) < 300
    assert all(f"Series {n}" in rest for n in range(20))
    assert "B &amp; C" in rest and "The 20 series" in rest
    payload["series"] = list(credits)[:12]
    short = figures.table_foot(payload, "t.csv", credits)
    assert "Series 11" in short and "<details" not in short


def test_every_series_of_a_figure_is_named_below_it() -> None:
    payload: dict[str, Any] = bar_figure("risks.bars").payload()
    payload["series"] = [f"S{n}" for n in range(15)]
    credits = {s: {**CREDITS["IWM"], "short": f"Fund {s}"} for s in payload["series"]}
    block = figures.figure_block(payload, figures.Compiled({}, "", 100), credits, "")
    source = re.findall(r'<p class="fig-source">(.*?)</p>', block)[0]
    assert "15 series, from A Vendor (15)." in unescape(source)
    assert all(f"Fund {s}:" in block for s in payload["series"])


def test_a_short_list_names_every_series() -> None:
    payload = line_figure("risks.line").payload()
    block = figures.figure_block(payload, figures.Compiled({}, "", 100), CREDITS, "")
    assert "Source: Small caps, Large caps (A Vendor)." in block
