"""Charts as pictures: nothing seen is lost, and downloaded notebooks show theirs to every viewer."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sample_book import bar_figure, book, growth_figure, line_figure

from rotation_lib.charts.figure import inline
from rotation_lib.publish.draw import still
from rotation_lib.publish.execute.outcome import ChapterRun
from rotation_lib.publish.kept import contents
from rotation_lib.publish.single import _illustrated

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Characters of the shortest alt text that a figure may have.
SHORTEST = 40


def notebooks(site: Path) -> list[Path]:
    return sorted((site / "downloads" / "notebooks").glob("*.ipynb"))


def marked(path: Path) -> list[str]:
    """Ids of the figures that a notebook shows, in order."""
    outputs = (
        output.get("data", {})
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
    )
    html = "".join(data.get("text/html", "") for data in outputs)
    return re.findall(r'data-rotation-figure="([^"]+)"', html)


def pictures(path: Path) -> list[tuple[str, str]]:
    """SVG and alt text of each picture of a chart, as nbconvert shows the notebook."""
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter().from_filename(str(path))
    return list(_svgs(body))


def _svgs(body: str) -> Iterator[tuple[str, str]]:
    for image in BeautifulSoup(body, "html.parser").select("figure img"):
        kind, _, packed = str(image["src"]).partition(",")
        assert kind == "data:image/svg+xml;base64"
        yield base64.b64decode(packed).decode(), str(image["alt"])


def check_notebooks(site: Path) -> int:
    """Every figure of every downloaded notebook is a picture with its alt text; their number."""
    count = 0
    for path in notebooks(site):
        names = marked(path)
        shown = pictures(path)
        assert len(shown) == len(names), path.name
        for name, (svg, alt) in zip(names, shown, strict=True):
            root = ElementTree.fromstring(svg)
            assert len(list(root.iter())) > 10, name
            said = ElementTree.parse(site / "downloads" / "figures" / f"{name}.svg").getroot()
            (words,) = said.findall("{http://www.w3.org/2000/svg}desc")
            assert alt == words.text and len(alt) >= SHORTEST, name
        count += len(shown)
    return count


@pytest.mark.slow
def test_downloaded_notebooks_hold_a_picture_and_its_words_for_each_figure(
    small_site: Path,
) -> None:
    assert check_notebooks(small_site) == 8
    (risks,) = (p for p in notebooks(small_site) if p.stem == "risks")
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter().from_filename(str(risks))
    assert "<caption" in body and "IWM &lt;i&gt;" in body


@pytest.mark.slow
def test_the_notebooks_of_the_report_hold_theirs_and_stay_small(built_site: Path) -> None:
    on_pages = {
        name
        for page in [built_site / "index.html", *(built_site / "chapters").glob("*.html")]
        for name in re.findall(r'data-figure="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    held = [name for path in notebooks(built_site) for name in marked(path)]
    assert set(held) == on_pages and check_notebooks(built_site) == len(held) > 50
    sizes = {path.stem: path.stat().st_size for path in notebooks(built_site)}
    assert max(sizes.values()) < 700_000 and sum(sizes.values()) < 3_000_000, sizes


@pytest.mark.slow
def test_a_browser_draws_every_picture_of_a_notebook(
    small_site: Path, tmp_path: Path, reader: Callable[..., Page]
) -> None:
    """What is no well-formed picture takes no room, and no test of text would tell."""
    body = "".join(
        "".join(output["data"]["text/html"] for output in cell.outputs if "data" in output
                and "data-rotation-figure" in output["data"].get("text/html", ""))
        for cell in nbformat.read(notebooks(small_site)[1], as_version=4).cells
        if cell.cell_type == "code"
    )  # fmt: skip
    (tmp_path / "n.html").write_text(f"<!doctype html><meta charset=utf-8>{body}", encoding="utf-8")
    page = reader(1280)
    page.goto((tmp_path / "n.html").as_uri())
    sizes = page.evaluate(
        "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))"
    )
    assert len(sizes) == 5 and set(sizes) == {772}


def test_a_notebook_is_only_added_to_and_twice_the_same() -> None:
    payload = bar_figure("risks.bars").payload()
    marker = '<div data-rotation-figure="risks.bars"></div>'
    cell = nbformat.v4.new_code_cell("draw()", id="a")
    data = {"text/html": marker, "text/plain": "Bars"}
    table = {"text/html": "<table><tr><td>1</td></tr></table>"}
    cell.outputs = [nbformat.v4.new_output("display_data", data=d) for d in (data, table)]
    prose = nbformat.v4.new_markdown_cell("Words", id="b")
    notebook = nbformat.v4.new_notebook(cells=[prose, cell])
    svg = '<svg width="9" height="9" viewBox="-1 0 9 9"><path d="M0,0"/></svg>'
    made, again = (still.illustrated(notebook, lambda name: (payload, svg)) for _ in range(2))
    assert nbformat.writes(made) == nbformat.writes(again)
    html = made.cells[1].outputs[0].data["text/html"]
    assert html.startswith(marker) and "&lt;script&gt;alert(" in html and "<script" not in html
    assert payload["alt"] in made.cells[1].outputs[0].data["text/plain"]
    ((shown, _),) = _svgs(html)
    assert '<rect x="-1" y="0" width="9" height="9" fill="#ffffff"/><path' in shown
    assert made.cells[1].outputs[1] == notebook.cells[1].outputs[1]
    assert made.cells[0] == notebook.cells[0]
    assert notebook.cells[1].outputs[0].data == data, "the notebook itself was changed"


@pytest.mark.parametrize("make", [line_figure, growth_figure, bar_figure])
def test_a_slim_picture_looks_as_the_whole_one(make: Callable[[str], Any]) -> None:
    import vl_convert

    spec = inline(make("risks.one").payload(), width=720)
    whole, slim = vl_convert.vegalite_to_svg(spec), still.drawn(spec)
    before, after = (
        np.asarray(Image.open(io.BytesIO(vl_convert.svg_to_png(s))).convert("RGBA"), dtype=int)
        for s in (whole, slim)
    )
    assert before.shape == after.shape
    differs = np.abs(before - after).max(-1) > 64
    assert differs.mean() < 0.001
    assert len(slim) < 0.8 * len(whole)


def test_slimming_leaves_text_and_looks_alone() -> None:
    text = '<text class="a" opacity="1" font-family="X">opacity="1" 1.23456 role="b"</text>'
    kept = '<path opacity="0.5" d="M1.26,-0.01L3.0001,1.5e-9Z" fill="none"/>'
    empty = (
        '<path aria-hidden="true" class="foreground" d="" pointer-events="none" display="none"/>'
    )
    assert still.slim(f"<svg>{text}{kept}{empty}</svg>") == (
        '<svg font-family="X"><text>opacity="1" 1.23456 role="b"</text>'
        '<path opacity="0.5" d="M1.3,0L3,1.5e-9Z" fill="none"/></svg>'
    )


@pytest.mark.slow
def test_a_chapter_run_alone_leaves_a_notebook_with_its_pictures(tmp_path: Path) -> None:
    run = ChapterRun("risks", tmp_path / "runs" / "risks" / "0123", 1.0, False)
    run.folder.mkdir(parents=True)
    executed, payloads = book(tmp_path / "book")
    shutil.copyfile(executed["risks"], run.notebook)
    shutil.copytree(payloads, run.figures)
    before = contents(run.folder)
    shown = _illustrated(run, tmp_path)
    assert shown == run.folder.with_name("0123.ipynb")
    assert len(pictures(shown)) == len(marked(run.notebook)) == 5
    assert contents(run.folder) == before, "the run no longer is what its seal says"


def test_a_picture_says_its_words_to_who_opens_it_alone() -> None:
    payload = json.loads(json.dumps(bar_figure("risks.bars").payload()))
    root = ElementTree.fromstring(
        still.in_words('<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', payload)
    )
    assert root.attrib["role"] == "img"
    assert [child.text for child in root][:2] == [payload["title"], payload["alt"]]
