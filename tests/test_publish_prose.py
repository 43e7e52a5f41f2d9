"""What prose may do, how numbers travel to a page, and how notebooks become pages."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest
from sample_book import bar_figure, prose, shown, text

from rotation_lib.charts.figure import columns
from rotation_lib.errors import BuildError
from rotation_lib.publish.draw.encode import csv_text, encoded, shortened
from rotation_lib.publish.draw.figures import page_data, read_payload
from rotation_lib.publish.pages.lower import Parts, lower
from rotation_lib.publish.pages.markdown import Links, mend_headings, tame

NAMES = ("summary", "risks", "methods")


# ---- prose -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "harmless",
    [
        "costs $5 and $6, {{ x }}, 2 < 3, a<b and **bold** `<code>` at 5%",
        '<div class="takeaways">\n\n**Key**\n\n- one\n\n</div>',
        '<span class="verdict" data-verdict="holds in part">holds in part</span>',
        "[m](methods) [r](risks.ipynb#claim-one) [f](site:findings.json) [w](https://example.org/a?b=c)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "a[^1]\n\n[^1]: a note",
    ],
)
def test_formatting_passes_untouched(harmless: str) -> None:
    assert tame(harmless) == harmless


@pytest.mark.parametrize(
    ("hostile", "tamed"),
    [
        ("a <script>alert(1)</script> b", "a &lt;script&gt;alert(1)&lt;/script&gt; b"),
        ("`x\ny` <script>z</script> `w", "`x\ny` &lt;script&gt;z&lt;/script&gt; `w"),
        ("\\`<script>1</script>`", "\\`&lt;script&gt;1&lt;/script&gt;`"),
        ('<div onclick="x()">hi', '&lt;div onclick="x()"&gt;hi'),
        ('<p style="x">', '&lt;p style="x"&gt;'),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ('x\n<script\nsrc="y">', 'x\n&lt;script\nsrc="y">'),
        ('<a href="javascript:x">q</a>', '&lt;a href="javascript:x"&gt;q</a>'),
        ('<div data-rotation-figure="a.b">', '&lt;div data-rotation-figure="a.b"&gt;'),
        ("<!-- c -->", "&lt;!-- c -->"),
        ("![a](http://x/y.png)", "\\![a](http://x/y.png)"),
        ("```{include} /etc/passwd\n```", "```text\n```"),
        ("> ~~~{raw} html\n> <b>\n> ~~~", "> ~~~text\n> <b>\n> ~~~"),
        (":::{note}\nx\n:::", "\\:::{note}\nx\n\\:::"),
        ("see {doc}`index`", "see \\{doc}`index`"),
        ("% gone?", "\\% gone?"),
        ("+++", "\\+++"),
        ("(target)=", "\\(target)="),
        ("---\na: b\n---\nx", "\\---\na: b\n---\nx"),
        ("[x](../../etc/passwd)", "[x]\\(../../etc/passwd)"),
        ("[x][r]\n\n[r]: /etc/passwd", "[x][r]\n\n\\[r]: /etc/passwd"),
        ("<project:x>", "\\<project:x>"),
        ("a\x00\x1bb", "ab"),
    ],
)
def test_whatever_is_not_formatting_becomes_characters(hostile: str, tamed: str) -> None:
    assert tame(hostile) == tamed
    assert tame(tamed) == tamed


def test_many_faults_in_one_text_are_all_disarmed() -> None:
    said = " ".join(f"<x{i}> {{role{i}}}`y`" for i in range(40))
    tamed = tame(said)
    assert tamed.count("&lt;x") == 40 and tamed.count("\\{role") == 40


def test_headings_have_one_top_and_no_gap() -> None:
    said = "# A\n\n#### B\n\nC\n===\n\n```\n# code\n```"
    assert mend_headings(said, 0) == ("# A\n\n## B\n\n## C\n\n\n```\n# code\n```", 2)
    assert mend_headings("##### D", 2) == ("### D", 3)
    assert mend_headings("no heading", 2) == ("no heading", 2)


def test_links_are_mended_for_where_the_page_lies() -> None:
    front, inner = (Links(n, NAMES, (*NAMES, "absent")) for n in ("summary", "risks"))
    said = (
        "[a](risks.ipynb#x) [b](summary) [c](site:findings.json) [d](absent.md) [e](https://e.org)"
    )
    assert front.in_markdown(said) == (
        '<a href="chapters/risks.html#x">a</a> <a href="index.html">b</a> '
        '<a href="findings.json">c</a> <a>d</a> [e](https://e.org)'
    )
    assert inner.in_markdown(said) == (
        '<a href="risks.html#x">a</a> <a href="../index.html">b</a> '
        '<a href="../findings.json">c</a> <a>d</a> [e](https://e.org)'
    )
    assert front.in_html('<a class="t" href="methods.html">') == (
        '<a class="t" href="chapters/methods.html">'
    )


# ---- data --------------------------------------------------------------------------------


def test_page_columns_decode_to_what_went_in() -> None:
    table = {
        "columns": {
            "day": ["2026-07-30", None, "2026-07-31", "1969-12-31"],
            "v": [1.23456789, None, -4, 0.000012345678],
            "s": ["IWM", "SPY", None, "IWM"],
        },
        "types": {"day": "date", "v": "number", "s": "string"},
    }
    days, numbers, strings = encoded(table)
    assert days[:2] == ["day", "d"] and strings == ["s", "s", ["IWM", "SPY"], [0, 1, None, 0]]
    at, out = date(1970, 1, 1), []
    for step in days[2]:
        at += timedelta(days=step or 0)
        out.append(None if step is None else at.isoformat())
    assert out == table["columns"]["day"]
    assert numbers == ["v", "n", [1.2346, None, -4, 1.2346e-05]]


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (None, None),
        (0, 0),
        (123456789, 123456789),
        (2.0, 2),
        (99999.6, 100000),
        (-0.0731256, -0.073126),
    ],
)
def test_five_digits(value: float | None, short: float | None) -> None:
    assert shortened(value) == short


def test_csv_keeps_full_precision_and_quotes_text() -> None:
    table = {"columns": {"a,b": ['say "x"', None], "v": [1.23456789, None]}, "types": {}}
    assert csv_text(table) == '"a,b",v\n"say ""x""",1.23456789\n,\n'


def test_page_data_cannot_end_its_script_and_refuses_nan() -> None:
    chart = bar_figure("risks.bars")
    payload = {**chart.payload(), "data": {"main": columns(chart.data["main"])}}
    from rotation_lib.publish.draw.figures import Compiled

    body = page_data([(payload, Compiled({"data": []}, "<svg>", 100))])
    assert body.startswith("window.rotationPage={") and body.endswith("};\n")
    assert json.loads(body.removeprefix("window.rotationPage=").removesuffix(";\n"))["dark"]
    with pytest.raises(ValueError, match="JSON"):
        page_data([(payload, Compiled({"x": float("nan")}, "", 1))])


@pytest.mark.parametrize("content", [None, "{", "[1, 2]"])
def test_a_missing_or_damaged_payload_is_one_line(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.b.json").write_text(content, encoding="utf-8")
    with pytest.raises(BuildError, match=r"a\.b.*--fresh"):
        read_payload(tmp_path, "a.b")


# ---- lowering ----------------------------------------------------------------------------


PARTS = Parts(
    Links("risks", NAMES, NAMES),
    figure=lambda name: f"<figure>{name}</figure>",
    table=lambda name: f"<p>below {name}</p>",
)


def _lowered(*cells: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    notebook = nbformat.v4.new_notebook(cells=[text("# Title"), *cells])
    return lower(notebook, "risks", PARTS).notebook.cells[1:]


def test_prose_becomes_markdown_and_loses_its_code() -> None:
    (cell,) = _lowered(prose("## Finding\n\nSee [m](methods)."))
    assert cell.cell_type == "markdown"
    assert cell.source == '## Finding\n\nSee <a href="methods.html">m</a>.'


def test_figure_comes_first_and_its_code_is_folded_below() -> None:
    marker = '<div data-rotation-figure="risks.x"></div>'
    block, code = _lowered(shown({"text/html": marker}, "# NBVAL_CHECK_OUTPUT\ndraw()"))
    assert block.outputs[0].data["text/html"] == "<figure>risks.x</figure>"
    assert "remove-input" in block.metadata.tags
    assert code.source == "draw()" and code.outputs == [] and code.metadata.tags == ["hide-input"]


def test_a_table_is_followed_by_its_source_and_its_code() -> None:
    html = '<div data-rotation-table="risks.t"><table></table><a href="methods.html"></a></div>'
    table, code = _lowered(shown({"text/html": html}, "table(frame)"))
    assert table.outputs[0].data["text/html"] == f"{html}<p>below risks.t</p>"
    assert code.source == "table(frame)"


def test_code_that_asked_for_something_and_got_nothing_vanishes() -> None:
    asked, made = (nbformat.v4.new_code_cell(code) for code in ("draw(frame)", "frame = load()"))
    assert [cell.source for cell in _lowered(asked, made)] == ["frame = load()"]


def test_parameters_and_removed_cells_vanish() -> None:
    tags = ("parameters", "injected-parameters", "remove-cell")
    cells = [shown({"text/plain": "x"}, "x = 1", (tag,)) for tag in tags]
    assert _lowered(*cells, nbformat.v4.new_raw_cell("raw")) == []
    assert _lowered(shown({"text/html": "<p>"}, "x", ("remove-input", "remove-output"))) == []


def test_an_error_output_or_a_missing_title_stops_the_page() -> None:
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    with pytest.raises(BuildError, match="cell 1 of risks ended in KeyError"):
        _lowered(nbformat.v4.new_code_cell("f()", outputs=[error]))
    untitled = nbformat.v4.new_notebook(cells=[text("no title")])
    with pytest.raises(BuildError, match="does not begin with a title"):
        lower(untitled, "risks", PARTS)
