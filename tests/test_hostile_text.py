"""Text from data that would like to be code: it is shown as text, everywhere, and nothing of it runs."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from browser import pages_of
from nbformat import NotebookNode
from sample_book import bare_project, figure, growing, payloads_to, prose, shown, text, written
from test_browser import read_through

from rotation_lib.charts import bars, distributions, intervals, lines
from rotation_lib.charts.figure import Drawing
from rotation_lib.charts.table import Table
from rotation_lib.publish.serve import running_server
from rotation_lib.publish.site import build_site

#: The unit that most drawings here are in.
PP = "percentage points"

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>hacked(1)</script>",
    "</script><script>hacked(2)</script>",
    "\"'><img src=x onerror=hacked(3)>",
    "]]></style></title></textarea><svg onload=hacked(4)>",
    "javascript:hacked(5)",
    "[x](javascript:hacked(6)) <a href='javascript:hacked(6)'>y</a>",
    "';hacked(7);//\\\";hacked(7);//`;${hacked(7)}",
    "{{constructor.constructor('hacked(8)')()}} {raw}`<b>`",
    "'] || hacked(9) || datum['",
    "\u202ethgir ot tfel\u202c <!-- <script> \u2028\u2029\ufeff",
    "```{raw} html",
    "&lt;script&gt;hacked(12)&lt;/script&gt; &#60;script&#62;hacked(12)&#60;/script&#62;",
    "x" * 400 + "<b>",
)
ALL = " | ".join(HOSTILE)
#: Set before any script of the page runs: whoever calls it has run code that is only text.
TRAP = (
    "window.hacked = (n) => { document.documentElement.setAttribute('data-hacked', n); };"
    "window.alert = window.confirm = window.prompt = () => window.hacked('dialog');"
)
CREDITS = {
    "IWM": {"short": HOSTILE[0], "publisher": HOSTILE[2], "licence": HOSTILE[1], "sha256": "ab"},
    "SPY": {"short": HOSTILE[5], "publisher": HOSTILE[8], "licence": HOSTILE[3]},
}
RECORD = {
    "params": {"start": HOSTILE[0], "end": HOSTILE[1], "as_of": HOSTILE[2]},
    "source": HOSTILE[3],
    "data_sha256": HOSTILE[2],
    "data_through": "2026-07-31",
    "revision": HOSTILE[0],
    "packages": {HOSTILE[2]: HOSTILE[0]},
    "python": HOSTILE[1],
}
PER_BOOK = 5  # strings a chart; all of them would leave no room for the plot


def drawings() -> dict[str, Drawing]:
    """Charts of every kind whose series, rows, events and spans bear hostile names."""
    frame = growing()
    names = [h[:60] for h in HOSTILE]
    wealth = pd.DataFrame({n: frame["IWM"] * (1 + i / 9) for i, n in enumerate(names[:PER_BOOK])})
    more = pd.DataFrame({n: frame["SPY"] * (1 + i / 9) for i, n in enumerate(names[7:11])})
    dates = frame.index[:: len(frame) // len(HOSTILE)][: len(HOSTILE)]
    events = pd.DataFrame({"date": dates, "label": list(HOSTILE)})
    spans = pd.DataFrame({"start": dates[:3], "end": dates[3:6], "label": list(HOSTILE[:3])})
    rows = pd.DataFrame({"label": list(HOSTILE), "value": np.linspace(-1, 1, len(HOSTILE))})
    estimates = rows.assign(low=rows["value"] - 0.1, high=rows["value"] + 0.1)
    points = pd.DataFrame(
        {"date": dates, names[7]: rows["value"], names[2]: rows["value"], "n": list(HOSTILE)}
    )
    return {
        "growth": lines.growth(wealth, events=events, spans=spans, rebase=True),
        "more": lines.lines(more, unit="ratio", events=events),
        "bars": bars.bars(rows, unit=PP),
        "forest": intervals.forest(estimates, unit=PP),
        "specifications": intervals.specification_curve(
            estimates.assign(**{names[2]: list(HOSTILE)}), unit=PP, factors=[names[2]]
        ),
        "scatter": distributions.scatter(
            points, x=names[7], y=names[2], unit_x=PP, unit_y=PP, title_x=HOSTILE[0],
            title_y=HOSTILE[2], label="n", highlight=list(HOSTILE[:2]),
        ),
    }  # fmt: skip


def hostile_figures() -> list[NotebookNode]:
    return [
        figure(
            drawing.figure(
                f"risks.{name}", title=ALL[:300], subtitle=ALL, unit="multiple",
                series=("IWM", "SPY"), as_of="2026-07-31", alt=ALL, note=ALL,
            )
        )
        for name, drawing in drawings().items()
    ]  # fmt: skip


def hostile_table() -> NotebookNode:
    frame = pd.DataFrame({"Text": list(HOSTILE), HOSTILE[2]: range(len(HOSTILE))})
    table = Table(
        "risks.words", ALL, frame, formats={HOSTILE[2]: "count"}, series=("IWM",),
        as_of="2026-07-31", note=ALL,
    )  # fmt: skip
    return shown(table._repr_mimebundle_())


@pytest.fixture(scope="module")
def hostile_site(
    tmp_path_factory: pytest.TempPathFactory, build_folder: Callable[[Path], Path]
) -> Path:
    """A site of two chapters in which every text that can come from data is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    payloads = folder / "payloads"
    payloads.mkdir()
    with payloads_to(payloads):
        cells = {
            "summary": [text("# Summary"), *(prose(h) for h in HOSTILE), prose(f"## {ALL}")],
            "risks": [text("# Risks"), *hostile_figures(), hostile_table()],
        }
    paths = written(cells, folder)
    findings = {"schema": 1, "findings": [{"id": h, "label": h} for h in HOSTILE]}
    return build_site(
        paths, payloads, findings, RECORD, build_folder(folder / "out"), project=bare_project(),
        credits=CREDITS,
    ).html  # fmt: skip


def assert_quiet(page: Page, where: str) -> None:
    """No text became code, and no link would make it so."""
    assert page.evaluate("document.documentElement.getAttribute('data-hacked')") is None, where
    assert page.evaluate(_TROUBLE) == [], where


_TROUBLE = """() => {
  const found = [];
  for (const e of document.querySelectorAll("*")) {
    for (const { name, value } of e.attributes) {
      if (name.startsWith("on") && value.includes("hacked")) found.push(`${e.tagName} ${name}`);
      if (/^\\s*javascript:/i.test(value) && /href|src|action/.test(name)) found.push(value);
    }
    if (e.tagName === "SCRIPT" && !e.src && /^[^"{[]*hacked\\(/.test(e.textContent)) found.push("script");
    if (["IMG", "IFRAME", "OBJECT"].includes(e.tagName) && e.getAttribute("src") === "x") found.push("img");
  }
  return found;
}"""


def test_nothing_runs_on_any_page(hostile_site: Path, reader: Callable[..., Page]) -> None:
    dialogs: list[str] = []
    with running_server(hostile_site) as base:
        page = reader(1000)
        page.add_init_script(TRAP)
        page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
        chapters = [n for n in pages_of(hostile_site) if not n.startswith("docs/")]
        for name in chapters:
            assert read_through(page, f"{base}/{name}") == [], name
            assert_quiet(page, name)
    assert dialogs == []
    assert {"index.html", "chapters/risks.html", "search.html"} <= set(chapters)


def test_the_trap_itself_closes(tmp_path: Path, reader: Callable[..., Page]) -> None:
    said = "<!doctype html><a href='javascript:hacked(1)'>x</a><img src=x onerror=hacked(2)>"
    (tmp_path / "page.html").write_text(said, encoding="utf-8")
    page = reader(400)
    page.add_init_script(TRAP)
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector("html[data-hacked='2']")
    assert len(page.evaluate(_TROUBLE)) == 3


def test_nothing_runs_while_a_chart_is_used(
    hostile_site: Path, reader: Callable[..., Page]
) -> None:
    with running_server(hostile_site) as base:
        page = reader(1000)
        page.add_init_script(TRAP)
        read_through(page, f"{base}/chapters/risks.html")
        for canvas in page.locator("figure[data-drawn] canvas").all():
            canvas.scroll_into_view_if_needed()
            box = canvas.bounding_box()
            assert box is not None
            for part in (0.2, 0.4, 0.6, 0.8):
                page.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
        for control in page.locator("figure button:visible:enabled").all()[:40]:
            control.click()
        assert_quiet(page, "in use")


def test_a_search_for_hostile_text_finds_text(
    hostile_site: Path, reader: Callable[..., Page]
) -> None:
    from browser import expect

    with running_server(hostile_site) as base:
        page = reader(1000)
        page.add_init_script(TRAP)
        for sought in (HOSTILE[0], HOSTILE[2], "hacked"):
            page.goto(f"{base}/search.html?q=" + re.sub(r"(\W)", _escaped, sought))
            expect(page.locator("#search-results")).to_contain_text(re.compile("Search"))
            assert_quiet(page, sought)


def _escaped(sign: re.Match[str]) -> str:
    return f"%{ord(sign[1]):02x}"


def test_readers_still_see_the_text(hostile_site: Path, reader: Callable[..., Page]) -> None:
    """Disarming is not deleting."""
    with running_server(hostile_site) as base:
        page = reader(1000)
        page.goto(f"{base}/chapters/risks.html")
        cells = page.locator(".rotation-table :is(th, td)").all_inner_texts()
        for said in HOSTILE[:9]:
            assert said in cells, said
        page.goto(f"{base}/index.html")
        prose_shown = page.locator("article").inner_text()
        for said in ("<script>hacked(1)</script>", "onerror=hacked(3)", "javascript:hacked(5)"):
            assert said in prose_shown


def test_pictures_and_downloads_hold_text_only(hostile_site: Path) -> None:
    pictures = sorted((hostile_site / "downloads").rglob("*.svg"))
    assert len(pictures) == len(drawings())
    for path in pictures:
        tree = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        for element in tree.iter():
            assert not element.tag.endswith(("}script", "}foreignObject", "}image")), path.name
            assert not [k for k in element.attrib if k.lower().startswith("on")]
            assert "javascript:" not in element.attrib.get("href", "")
    held = json.loads((hostile_site / "findings.json").read_text(encoding="utf-8"))
    assert [f["label"] for f in held["findings"]] == list(HOSTILE)


def test_a_review_of_hostile_findings_is_quiet(tmp_path: Path, reader: Callable[..., Page]) -> None:
    from rotation_lib.review.compare import compared
    from rotation_lib.review.render import rendered
    from rotation_lib.review.sides import workshop

    def record(value: float) -> dict[str, Any]:
        findings = [
            {"id": f"risks.{h}", "chapter": "risks", "label": h, "unit": h, "value": value + i,
             "low": None, "high": None, "method": h, "reason": h}
            for i, h in enumerate(HOSTILE)
        ]  # fmt: skip
        claims = [
            {"id": h, "chapter": "risks", "title": h, "rule": f"{h}{value}",
             "verdict": f"{h}{value}", "tests": []}
            for h in HOSTILE
        ]  # fmt: skip
        return {"params": {h: h for h in HOSTILE}, "data_sha256": str(value),
                "data_through": HOSTILE[0], "findings": findings, "claims": claims}  # fmt: skip

    paths = []
    for name, value in (("base", 1.0), ("head", 2.0)):
        paths.append(tmp_path / f"{name}<b>.json")
        paths[-1].write_text(json.dumps(record(value)), encoding="utf-8")
    with workshop(tmp_path, tmp_path / "kept") as shop:
        base, head = (shop.open(str(path)) for path in paths)
        review = compared(base, head, shop)
        (tmp_path / "review.html").write_text(rendered("html", review, base, head), "utf-8")
        said = rendered("markdown", review, base, head)
    page = reader(1000)
    page.add_init_script(TRAP)
    page.goto((tmp_path / "review.html").as_uri())
    assert_quiet(page, "review")
    assert "<script>hacked(1)</script>" in page.locator("body").inner_text()
    bare = re.sub(r"`[^`\n]*`|\\<|<!-- rotation diff -->|</?(details|summary)>", "", said)
    assert not re.search(r"<[a-zA-Z!/]", bare), "markup in the comment"
