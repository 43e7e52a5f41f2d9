"""Folded evidence: what is folded says what it shows, and stays within every reader's reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from sample_book import bar_figure, falls, payloads_to, prose, shown, text

from rotation_lib.errors import BuildError
from rotation_lib.publish.pages.fold import with_folds
from rotation_lib.publish.pages.lower import Parts, lower
from rotation_lib.publish.pages.markdown import Links
from rotation_lib.publish.site import ASSETS

NAMES = ("summary", "risks", "methods")
FIGURE = '<figure id="fig-a"><p class="fig-title">It fell &amp; rose</p> </figure>'


def folded_cell(cell: NotebookNode, name: str = "a-cell") -> NotebookNode:
    """The cell with an id and the tag that folds it."""
    cell.id = name
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), "fold"]
    return cell


def sources(*cells: NotebookNode) -> list[str]:
    """Markdown and HTML of the page that a title and these cells become, in order."""
    notebook = nbformat.v4.new_notebook(cells=[text("# T"), *cells])
    parts = Parts(Links("risks", NAMES, NAMES), lambda name: FIGURE, lambda name: "")
    page = lower(notebook, "risks", parts).notebook
    return [
        c.source
        if c.cell_type == "markdown"
        else "".join(
            o.data.get("text/html", o.get("text", "")) if "data" in o else o.text for o in c.outputs
        )
        or c.source
        for c in page.cells[1:]
    ]


@pytest.fixture
def chart(tmp_path: Path) -> NotebookNode:
    """A code cell that displays a figure."""
    with payloads_to(tmp_path):
        return shown(bar_figure("risks.bars")._repr_mimebundle_(), "charts.bars(m)")


def test_a_folded_chart_opens_under_its_own_title(chart: NotebookNode) -> None:
    opened, figure, code, closed = sources(folded_cell(chart, "bars"))
    assert opened == (
        '<details class="more" data-kind="chart" id="more-bars" open><summary>'
        '<span class="more-kind">Chart</span> <span>It fell &amp; rose</span></summary>'
    )
    assert (figure, code, closed) == (FIGURE, "charts.bars(m)", "</details>")


def test_a_folded_table_opens_under_its_caption() -> None:
    cell = folded_cell(shown(falls()._repr_mimebundle_(), "charts.falls(m)"))
    assert '<span class="more-kind">Table</span> <span>Falls</span>' in sources(cell)[0]


def test_a_note_gives_its_lead_to_the_line_above_it() -> None:
    opened, said, _ = sources(folded_cell(text("**Why *this* < that.** Because.\n\nAlso.")))
    assert '<span class="more-kind">Note</span> <span>Why *this* &lt; that</span>' in opened
    assert said == "Because.\n\nAlso."


def test_numbers_are_named_by_the_comment_of_their_cell() -> None:
    output = nbformat.v4.new_output("stream", name="stdout", text="risks.ratio  1.30\n")
    cell = nbformat.v4.new_code_cell(
        "# NBVAL_CHECK_OUTPUT\n# All findings\nprint(x)", outputs=[output]
    )
    assert (
        '<span class="more-kind">Numbers</span> <span>All findings</span>'
        in sources(folded_cell(cell))[0]
    )


def test_text_without_a_lead_goes_into_the_next_fold(chart: NotebookNode) -> None:
    made = sources(
        folded_cell(prose("The beta fell."), "words"),
        folded_cell(chart, "bars"),
        text("Plain."),
    )
    assert [m[:9] for m in made[:3]] == ["<details ", "The beta ", "<figure i"]
    assert made[-2:] == ["</details>", "Plain."]


def test_what_a_chart_leaves_that_cannot_be_had_stays_in_sight() -> None:
    left = folded_cell(prose("No cut lies in this window."))
    assert sources(left, text("Plain.")) == ["No cut lies in this window.", "Plain."]
    assert sources(left) == ["No cut lies in this window."]


def test_a_reason_for_a_missing_chart_is_not_hidden_in_the_next_fold(chart: NotebookNode) -> None:
    reason = folded_cell(prose("*No chart here: no cut.*"))
    said, opened, *_ = sources(reason, folded_cell(chart, "bars"))
    assert said == "*No chart here: no cut.*" and opened.startswith("<details ")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (lambda: [folded_cell(text("No lead."))], "text a-cell of risks needs a bold lead"),
        (lambda: [folded_cell(text("No lead.")), text("Plain.")], "needs a bold lead"),
        (
            lambda: [folded_cell(text("**Lead.** x\n\n## A heading"))],
            "a-cell of risks holds a heading",
        ),
        (
            lambda: [folded_cell(nbformat.v4.new_code_cell("print(1)", outputs=[_stream("1\n")]))],
            "nothing says what the folded cell a-cell",
        ),
    ],
)
def test_what_cannot_be_folded_is_refused(
    cells: Callable[[], list[NotebookNode]], said: str
) -> None:
    with pytest.raises(BuildError, match=said):
        sources(*cells())


def _stream(said: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=said)


def test_folds_are_closed_by_script_only_and_many_get_a_button() -> None:
    fold = (
        '<details class="more" data-kind="note" open="">\n<summary>A</summary>\n<p>a</p></details>'
    )
    other = "<details><summary>Licence</summary>b</details>"
    closer = "<summary>A</summary><script>document.currentScript.parentNode.open=false</script>"
    page = f"<h1>Printed</h1><section></section><article><h1>T</h1><p>q</p><section>{fold}{other}"
    assert with_folds(page).count(closer) == 1
    assert "more-all" not in with_folds(page)
    many = with_folds(page + 4 * fold)
    assert many.count(closer) == 5
    assert '<h1>T</h1><p>q</p><p class="pst-js-only"><button type="button" class="more-all"' in many
    assert "Open all 5 folded parts" in many


# ---- in a browser ------------------------------------------------------------------------

PAGE = """<!doctype html><html lang="en"><title>t</title><article><h1>T</h1><p>q</p><section>
<a href="#inside">go</a>%s<p style="height:3000px">far</p></section></article>
<script src="folds.js"></script></html>"""
FOLD = (
    '<details class="more" data-kind="chart" id="more-{0}" open><summary>{0}</summary>'
    '<p id="{1}">hidden {0}</p></details>'
)


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    """A page with five folds, the second of which holds ``#inside``."""
    folds = "".join(
        FOLD.format(n, "inside" if n == "two" else f"p-{n}")
        for n in ["one", "two", "three", "four", "five"]
    )
    (tmp_path / "page.html").write_text(with_folds(PAGE % folds), encoding="utf-8")
    (tmp_path / "folds.js").write_bytes((ASSETS / "folds.js").read_bytes())
    return tmp_path / "page.html"


@pytest.mark.slow
def test_a_link_opens_the_fold_around_its_target(
    reader: Callable[..., Any], page_file: Path
) -> None:
    from playwright.sync_api import expect

    page = reader(width=390)
    page.goto(page_file.as_uri())
    expect(page.locator("#inside")).to_be_hidden()
    page.click("text=go")
    expect(page.locator("#inside")).to_be_visible()
    expect(page.locator("#p-one")).to_be_hidden()
    page.locator("#more-two").evaluate("(fold) => (fold.open = false)")
    page.click("text=go")  # the same address once more
    expect(page.locator("#inside")).to_be_visible()
    fresh = reader(width=390)
    fresh.goto(f"{page_file.as_uri()}#inside")
    expect(fresh.locator("#inside")).to_be_in_viewport()


@pytest.mark.slow
def test_paper_the_button_and_readers_without_scripts_see_everything(
    reader: Callable[..., Any], page_file: Path
) -> None:
    from playwright.sync_api import expect

    page = reader()
    page.goto(page_file.as_uri())
    everything = page.locator("details.more[open]")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(everything).to_have_count(5)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(everything).to_have_count(0)
    page.click(".more-all")
    expect(everything).to_have_count(5)
    page.click(".more-all")
    expect(everything).to_have_count(0)
    plain = reader(java_script_enabled=False)
    plain.goto(page_file.as_uri())
    expect(plain.locator("#inside")).to_be_visible()
