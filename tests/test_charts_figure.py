"""What a figure and a table must carry, and what they leave behind."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from rotation_lib.charts import Figure, Table, alttext, bars, lines, theme
from rotation_lib.charts.figure import columns, inline
from rotation_lib.errors import FigureError
from rotation_lib.publish.draw.figures import Compiled, _source_line, figure_block

FRAME = pd.DataFrame({"label": ["Banks", "Builders"], "value": [0.1, -0.234567891]})
PARTS = {
    "title": "Banks gained",
    "subtitle": "Relative return",
    "unit": "percentage points",
    "series": ("KRE", "SPY"),
    "as_of": "2026-07-31",
    "alt": alttext.bars(FRAME, "percentage points", what="Relative return by sector"),
}


def figure(**parts: object) -> Figure:
    drawing = bars.bars(FRAME, unit="percentage points")
    return drawing.figure("reshoring.sectors", **{**PARTS, **parts})  # type: ignore[arg-type]


@pytest.fixture
def no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROTATION_FIGURES", raising=False)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"title": " "}, "has no title"),
        ({"subtitle": ""}, "has no subtitle"),
        ({"unit": ""}, "has no unit"),
        ({"series": ()}, "names no series"),
        ({"series": ("",)}, "names no series"),
        ({"alt": "A bar chart."}, "alt text of 12 characters"),
        ({"as_of": "July 2026"}, "as_of = 'July 2026'"),
    ],
)
def test_a_figure_lacks_nothing(parts: dict[str, object], message: str) -> None:
    with pytest.raises(FigureError) as caught:
        figure(**parts)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_ids_and_data_are_checked() -> None:
    made = bars.bars(FRAME, unit="percentage points")
    with pytest.raises(FigureError, match=r"not of the form 'chapter.snake_case'"):
        made.figure("Sectors", **PARTS)  # type: ignore[arg-type]
    other = lines.lines(pd.DataFrame({"a": [1.0, 2.0]}), unit="times")
    with pytest.raises(FigureError, match="does not hold: labels; it holds main"):
        Figure(id="a.b", chart=other.chart, data={"main": FRAME}, **PARTS)  # type: ignore[arg-type]
    with pytest.raises(FigureError, match="no rows in its 'main'"):
        Figure(id="a.b", chart=made.chart, data={}, **PARTS)  # type: ignore[arg-type]


def test_in_a_build_the_payload_goes_to_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "with a space"
    monkeypatch.setenv("ROTATION_FIGURES", str(folder))
    shown = figure()._repr_mimebundle_()
    assert shown == {
        "text/html": '<div data-rotation-figure="reshoring.sectors"></div>',
        "text/plain": "Banks gained",
    }
    payload = json.loads((folder / "reshoring.sectors.json").read_text(encoding="utf-8"))
    assert {k: payload[k] for k in ("id", "title", "unit", "as_of", "series", "height", "note")} == {
        "id": "reshoring.sectors", "title": "Banks gained", "unit": "percentage points",
        "as_of": "2026-07-31", "series": ["KRE", "SPY"], "height": 80, "note": "",
    }  # fmt: skip
    assert payload["data"]["main"]["columns"]["value"] == [0.1, -0.234568]
    assert [p.name for p in folder.iterdir()] == ["reshoring.sectors.json"]


@pytest.mark.usefixtures("no_build")
def test_in_a_notebook_it_shows_itself() -> None:
    shown = figure(note="A <b>caveat</b>.")._repr_mimebundle_()
    spec = shown["application/vnd.vegalite.v6+json"]
    assert spec["title"]["text"] == "Banks gained" and spec["datasets"]["main"]
    assert spec["title"]["subtitle"][1] == "Series: KRE, SPY. Data to 2026-07-31."
    assert "<svg" in shown["text/html"] and "A &lt;b&gt;caveat" in shown["text/html"]
    assert "Highest is Banks" in shown["text/plain"]
    cell = nbformat.v4.new_code_cell(
        outputs=[nbformat.v4.new_output("display_data", data=dict(shown))]
    )
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_columns_are_typed_and_missing_is_null() -> None:
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-01-02", None]),
            "value": [1 / 3, np.inf],
            "n": [3, 4],
            "name": ["a", None],
            "flag": [True, False],
        }
    )
    assert columns(frame) == {
        "columns": {
            "date": ["2024-01-02", None],
            "value": [0.333333, None],
            "n": [3, 4],
            "name": ["a", None],
            "flag": ["yes", "no"],
        },
        "types": {"date": "date", "value": "number", "n": "number", "name": "string",
                  "flag": "string"},
    }  # fmt: skip
    indexed = pd.DataFrame({"v": [1.0]}, pd.DatetimeIndex(["2024-01-02"], name="date"))
    assert list(columns(indexed)["columns"]) == ["date", "v"]


def test_inline_dates_are_local_midnights_and_dark_is_dark() -> None:
    days = pd.bdate_range("2024-01-01", periods=30, name="date")
    wealth = pd.Series(np.linspace(1, 2, 30), days, name="IWM")
    payload = lines.growth(wealth).figure("risks.growth", **PARTS).payload()  # type: ignore[arg-type]
    before = json.dumps(payload)
    dark = inline(payload, width=340, mode="dark")
    assert json.dumps(payload) == before, "a payload is not changed by reading it"
    assert dark["datasets"]["main"][0]["date"] == "2024-01-01T00:00:00"
    colours = set(re.findall(r"#[0-9a-f]{6}", json.dumps(dark)))
    assert colours <= set(theme.palette_pairs().values())


class Reader(HTMLParser):
    """Start tags with their attributes, and the texts of header cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.heads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "th":
            self.heads.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "th":
            self.heads[-1] += data


TABLE = pd.DataFrame({"Fund <1>": ["IWM", "SPY"], "Return": [0.1, -0.02], "Months": [3.0, None]})


def table(**parts: object) -> Table:
    base = {"id": "risks.table", "title": "Returns & risks", "frame": TABLE, "series": ["IWM"],
            "formats": {"Return": "signed_pct", "Months": "count"}, "as_of": "2026-07-31",
            "signed": ("Return",)}  # fmt: skip
    return Table(**{**base, **parts})  # type: ignore[arg-type]


def test_a_table_can_be_read_without_eyes() -> None:
    reader = Reader()
    reader.feed(table(note="A note.").html())
    region = reader.tags[0][1]
    assert region["role"] == "region" and region["tabindex"] == "0"
    assert region["aria-label"] == "Returns & risks"
    scopes = [attrs["scope"] for tag, attrs in reader.tags if tag == "th"]
    assert scopes == ["col", "col", "col", "row", "row"]
    assert reader.heads == ["Fund <1>", "Return", "Months", "IWM", "SPY"]
    assert any(tag == "caption" for tag, _ in reader.tags)


def test_signs_are_written_and_coloured() -> None:
    html = table().html()
    assert '<span class="positive">+10.0%</span>' in html
    assert '<span class="negative">−2.0%</span>' in html
    assert ">not available</td>" in html and "nan" not in html.lower()
    small = TABLE.assign(Return=[0.0002, -0.0002])
    assert "<span" not in table(frame=small).html()  # both are written as 0.0%


def test_a_column_of_long_names_is_kept_wide_and_any_first_column_is_aligned_like_its_names() -> (
    None
):
    first = str(TABLE.columns[0])
    named = TABLE.assign(**{first: ["IWM", "A fund with a long name"]})
    assert 'data-names="long"' in table(frame=named).html()
    middling = TABLE.assign(**{first: ["IWM", "A fund of many"]})
    assert "data-names" not in table(frame=middling).html()
    assert (
        'data-names="short"' in table(frame=TABLE.assign(**{first: ["IWM", "Holds (95)"]})).html()
    )
    dated = TABLE.assign(**{first: pd.to_datetime(["2024-09-18", "2025-09-17"])})
    assert (
        f'<th scope="col">{first.replace("<", "&lt;").replace(">", "&gt;")}</th>'
        in table(frame=dated, formats={first: "date", "Return": "pct"}).html()
    )


def test_a_further_source_stands_beside_the_publishers_of_the_series() -> None:
    known = {"IWM": {"publisher": "A vendor"}, "SPY": {"publisher": "A vendor"}}
    for payload in (figure(also="A registry").payload(), table(also="A registry").payload()):
        assert "A vendor); A registry. As of" in _source_line(payload, known)
    assert "also" not in figure().payload() and "also" not in table().payload()


def test_a_source_of_its_own_replaces_the_publishers_of_the_series() -> None:
    payload = figure(source="A statistical office").payload()
    block = figure_block(payload, Compiled({}, "", 1), {"IWM": {"publisher": "A vendor"}}, "")
    assert "Source: A statistical office. As of" in block and "A vendor" not in block
    assert "source" not in figure().payload()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"formats": {"Retrun": "pct"}}, "no column 'Retrun'; try 'Return'"),
        ({"formats": {"Return": "pcnt"}}, "no format is called 'pcnt'"),
        ({"frame": TABLE.iloc[:0]}, "has no rows"),
        ({"frame": TABLE.rename(columns={"Return": ""}), "formats": {}}, "column without a name"),
        ({"series": ()}, "names no series"),
        ({"as_of": "today"}, "as_of = 'today'"),
    ],
)
def test_tables_refuse_in_one_line(parts: dict[str, object], message: str) -> None:
    with pytest.raises(FigureError) as caught:
        table(**parts)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_in_a_build_a_table_publishes_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTATION_FIGURES", str(tmp_path))
    shown = table()._repr_mimebundle_()
    assert 'data-rotation-table="risks.table"' in shown["text/html"]
    assert shown["text/plain"].splitlines()[0] == "Returns & risks"
    payload = json.loads((tmp_path / "risks.table.table.json").read_text(encoding="utf-8"))
    assert payload["data"]["main"]["columns"]["Return"] == [0.1, -0.02]
    assert payload["data"]["main"]["columns"]["Months"] == [3, None]
