"""The linter's newer rules: typed numbers, foreign pictures, built figures, and what --fix mends."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml
from small_project import git

from rotation_lib.errors import BuildError
from rotation_lib.params import ReportParams
from rotation_lib.project import CHAPTER_NAMES, PROJECT_ROOT
from rotation_lib.publish.source.lint import lint_notebook, lint_page
from rotation_lib.publish.source.mend import in_order, mended, slugs
from rotation_lib.publish.source.notebooks import CHECK_MARK, read_notebook, stored
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


# -- merge conflicts ----------------------------------------------------------------------

LEFT = "is left of a merge conflict; keep one of the two versions and delete the marks"


def test_each_kind_of_conflict_that_the_merge_driver_leaves_is_named(tmp_path: Path) -> None:
    from nbdime.merging.notebooks import merge_notebooks

    v4 = nbformat.v4
    base = notebook(
        v4.new_markdown_cell("One\n\ntwo.", id="prose"),
        v4.new_code_cell("x = 1", id="code"),
        v4.new_code_cell("y = 1", id="tagged"),
    )
    sides = []
    for side in ("ours", "theirs"):
        book = copy.deepcopy(base)
        prose, code, tagged, headline = book.cells[2:]
        prose.source = f"One\n\n{side}."
        code.source = f"x = {side!r}"
        tagged.metadata["tags"] = [side]
        headline.outputs[0].text = f"{side}\n"
        sides.append(book)
    merged, _ = merge_notebooks(base, *sides)
    tags = "its metadata hold a merge conflict; choose its tags, then run 'rotation lint --fix'"
    output = "its output is left of a merge conflict; run 'rotation lint --headlines'"
    assert lint_notebook(saved(merged, tmp_path)) == [
        f"methods.ipynb: cell 'prose', line 3: '<<<<<<< local' {LEFT}",
        f"methods.ipynb: cell 'code', line 1: '<<<<<<< local' {LEFT}",
        f"methods.ipynb: cell 'tagged': {tags}",
        f"methods.ipynb: cell 'headline': {output}",
    ]
    # As advised: one version is kept, and the marks go.
    merged.cells[2].source, merged.cells[3].source = "One\n\nours.", "x = 'ours'"
    path = saved(merged, tmp_path)
    path.write_text(json.dumps(mended(path, NAMES)), encoding="utf-8")
    (left,) = lint_notebook(path)
    assert left.endswith("run 'rotation lint --headlines'")


def test_two_new_cells_in_one_place_are_a_conflict_too(tmp_path: Path) -> None:
    marked = '<span style="color:red"><b><<<<<<< local</b></span>'
    cell = nbformat.v4.new_markdown_cell(marked, id="extra")
    assert lint_notebook(saved(notebook(cell), tmp_path)) == [
        f"methods.ipynb: cell 'extra', line 1: '<<<<<<< local' {LEFT}"
    ]


def test_marks_in_the_file_itself_are_named_by_their_line(tmp_path: Path) -> None:
    path = saved(notebook(), tmp_path)
    lines = json.dumps(notebook(), indent=1).splitlines()
    lines[3:4] = ["<<<<<<< HEAD", lines[3], "=======", lines[3], ">>>>>>> topic"]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert lint_notebook(path) == [f"methods.ipynb, line 4: '<<<<<<< HEAD' {LEFT}"]
    with pytest.raises(BuildError, match=r"line 4: '<<<<<<< HEAD' is left of a merge conflict"):
        read_notebook(path)
    path.write_text("{", encoding="utf-8")
    (line,) = lint_notebook(path)
    assert line.startswith("methods.ipynb is not a readable notebook")


def test_what_is_no_python_is_named(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("x = 1\ny = = 2", id="extra")
    assert lint_notebook(saved(notebook(cell), tmp_path)) == [
        "methods.ipynb: cell 'extra', line 2: invalid syntax; mend its Python"
    ]


@pytest.mark.parametrize("name", ["README.md", "claims.toml", "risks.ipynb", "spaces.md"])
def test_the_hook_refuses_marks_in_any_file_of_a_commit(name: str, tmp_path: Path) -> None:
    held = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (hook,) = [h for h in held["repos"][0]["hooks"] if h["id"] == "conflicts"]
    git(tmp_path, "init", "--quiet")
    marks = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n"
    # Spaces at the end, and a heading underlined at length, are no conflict.
    text = "x  \n========\n\n\n" if name == "spaces.md" else f"one\n{marks}"
    (tmp_path / name).write_text(text, encoding="utf-8")
    git(tmp_path, "add", name)
    done = subprocess.run(
        hook["entry"].split(), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if name == "spaces.md":
        assert (done.returncode, done.stdout) == (0, "")
    else:
        assert done.returncode and f"{name}:2: leftover conflict marker" in done.stdout
