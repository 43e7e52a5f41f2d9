"""The linter's newer rules: typed numbers, foreign pictures, built figures, and what --fix mends."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from rotation_lib.params import ReportParams
from rotation_lib.project import CHAPTER_NAMES
from rotation_lib.publish.source.lint import lint_notebook, lint_page
from rotation_lib.publish.source.mend import in_order, mended, slugs
from rotation_lib.publish.source.notebooks import CHECK_MARK, stored
from rotation_lib.publish.source.typed import typed_numbers

NAMES = ReportParams().as_strings()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Small caps lost 41.1% of their value.", ["41.1%"]),
        ("Beta is 1.24, and it rose.", ["1.24"]),
        ("They trailed by 12 percentage points.", ["12 percentage points"]),
        ("A cut of 25 basis points.", ["25 basis points"]),
        ("It moved −3 on the day.", ["−3"]),
        ("The programme cost $52 billion.", ["$52"]),
        ("It fell 7 per cent.", ["7 per cent"]),
        # Definitions, names, code, links, formulas and what others said.
        ("Every window of 252 sessions since 2010.", []),
        ("A 95% interval, and the outer 15% are left out; rank near 100%.", []),
        ("The source says “out-gained by 332.5%”.", []),
        ('A source says "up 4.5%" there.', []),
        ("Set `yield_shock=2.5` and run.", []),
        ("See [the law](https://example.org/a-1.5%25).", []),
        ("HYG − 0.4·IEF − 0.6·SHY is credit.", []),
        ("<dl><dt>Unit</dt><dd>7% against 5% is 2 percentage points.</dd></dl>", []),
        ("On 9 April 2025 and in version 3.1.", []),
        ("Of the twenty claims, see claim 12.", []),
    ],
)
def test_typed_numbers(text: str, found: list[str]) -> None:
    assert typed_numbers(text) == found


def notebook(*extra: nbformat.NotebookNode) -> nbformat.NotebookNode:
    v4 = nbformat.v4
    parameters = v4.new_code_cell(
        "\n".join(f'{k} = "{v}"' for k, v in NAMES.items()),
        id="parameters",
        metadata={"tags": ["parameters", "remove-cell"]},
    )
    output = v4.new_output("stream", name="stdout", text="1\n")
    headline = v4.new_code_cell(f"{CHECK_MARK}\nprint(1)", id="headline", outputs=[output])
    cells = [v4.new_markdown_cell("# Title", id="title"), parameters, *extra, headline]
    return stored(v4.new_notebook(cells=cells))


def saved(book: nbformat.NotebookNode, folder: Path) -> Path:
    path = folder / "methods.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (nbformat.v4.new_markdown_cell("It fell 41.1%.", id="extra"), "cell 'extra' types '41.1%'"),
        (nbformat.v4.new_markdown_cell("![](a.png)", id="extra"), "without alt text"),
        (nbformat.v4.new_markdown_cell('<img src="a.png">', id="extra"), "without alt text"),
        (nbformat.v4.new_code_cell("import altair as alt", id="extra"), "draws with altair"),
        (
            nbformat.v4.new_code_cell("from matplotlib import pyplot", id="extra"),
            "draws with matpl",
        ),
    ],
)
def test_each_fault_is_named(cell: nbformat.NotebookNode, complaint: str, tmp_path: Path) -> None:
    (line,) = lint_notebook(saved(notebook(cell), tmp_path))
    assert line.startswith("methods.ipynb: ")
    assert complaint in line


@pytest.mark.parametrize(
    "cell",
    [
        nbformat.v4.new_markdown_cell("![A line that rises](a.png)", id="extra"),
        nbformat.v4.new_code_cell("from rotation_lib.charts import summary as charts", id="extra"),
    ],
)
def test_what_is_described_draws_no_complaint(cell: nbformat.NotebookNode, tmp_path: Path) -> None:
    assert lint_notebook(saved(notebook(cell), tmp_path)) == []


def test_fixing_mends_ids_outputs_metadata_and_order(tmp_path: Path) -> None:
    book = notebook(nbformat.v4.new_code_cell("x = 1", id="extra"))
    book.cells[1].source = "\n".join(reversed(book.cells[1].source.splitlines()))
    book.cells[2].id = "title"
    book.cells[2].outputs = [nbformat.v4.new_output("stream", name="stdout", text="1\n")]
    book.cells[3].id = "Head Line"
    book.metadata["kernelspec"]["name"] = "mine"
    path = saved(book, tmp_path)
    assert len(lint_notebook(path)) == 5
    clean = mended(path, NAMES)
    assert [c.id for c in clean.cells] == ["title", "parameters", "title-2", "head-line"]
    path.write_text(json.dumps(clean), encoding="utf-8")
    assert lint_notebook(path) == []
    assert mended(path, NAMES) == clean


def test_a_parameters_cell_that_says_something_else_is_left_alone() -> None:
    for source in ("b = 1\na = 2\nc = 3", "b = 1", "b = 1\nb = 2"):
        assert in_order(source, {"a": 0, "b": 0}) == source
    assert in_order("b = 1\na = 2", {"a": 0, "b": 0}) == "a = 2\nb = 1"


def test_slugs_are_unique_and_good_ones_stay() -> None:
    made = slugs(["beta", "beta", "Beta!", "", "7", "beta-2"])
    assert made == ["beta", "beta-2", "beta-3", "cell", "cell-7", "beta-2-2"]


FIGURE = (
    '<figure class="rotation-figure" data-figure="risks.a"><div class="fig-chart" role="img"'
    ' aria-label="{alt}"></div><p class="fig-source">{source}</p></figure>'
)


@pytest.mark.parametrize(
    ("alt", "source", "complaint"),
    [
        ("A line that rises from 1.0 to 3.99 at its end.", "Source: Small caps (A Vendor).", ""),
        ("&amp;" * 20, "Source: Small caps (A Vendor).", "no alt text"),
        ("", "Source: Small caps (A Vendor).", "no alt text"),
        ("A line that rises from 1.0 to 3.99 at its end.", "Source: WEATHER.", "no publisher"),
    ],
)
def test_figures_of_a_built_page(alt: str, source: str, complaint: str, tmp_path: Path) -> None:
    page = tmp_path / "chapters" / "risks.html"
    page.parent.mkdir()
    page.write_text(FIGURE.format(alt=alt, source=source), encoding="utf-8")
    found = lint_page(tmp_path, "risks")
    assert (found == []) if not complaint else (len(found) == 1 and complaint in found[0])
    assert all("risks.a" in line for line in found)


def test_a_page_that_is_not_built_draws_no_complaint(tmp_path: Path) -> None:
    assert lint_page(tmp_path, "risks") == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_our_pages_describe_and_source_their_figures(name: str, built_site: Path) -> None:
    assert lint_page(built_site, name) == []
