"""Every builder: valid Vega-Lite, the same bytes each time, named data only, honest refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import vl_convert

from rotation_lib.charts import bars, distributions, intervals, lines, theme
from rotation_lib.charts.figure import Drawing, Figure, inline
from rotation_lib.errors import FigureError

#: The unit that most drawings here are in.
PP = "percentage points"

DAYS = pd.bdate_range("2019-01-01", periods=1500, name="date")
RNG = np.random.default_rng(20240918)
WEALTH = pd.DataFrame(
    np.exp(RNG.normal(0, 0.01, (1500, 3)).cumsum(axis=0)), DAYS, ["IWM", "SPY", "U.S. [tech] 'x'"]
)
EVENTS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2005-01-01", "2020-03-23", "2020-04-01", "2024-09-18"]),
        "label": ["Too early", "Backstop", "A day after", "First cut"],
    }
)
SPANS = pd.DataFrame(
    {"start": pd.to_datetime(["2018-01-01", "2022-03-16"]),
     "end": pd.to_datetime(["2019-07-31", "2023-07-26"]), "label": ["Hikes", "Hikes"]}
)  # fmt: skip
BAND = pd.DataFrame({"date": DAYS, "value": 0.01, "low": -0.01, "high": 0.03})
SESSIONS = pd.DataFrame({"2024": [0.0, 0.1], "2025": [0.0, -0.1]}, pd.Index([0, 1], name="session"))
RANKED = pd.DataFrame({"label": ["A", "B with a name so long that it must go on two lines, really",
                                 "C"], "value": [0.1, -0.2, np.nan]})  # fmt: skip
SPLIT = pd.DataFrame({"label": ["X", "Y"], "Earn.ings": [1.0, 0.5], "Multiple": [-0.2, 0.3]})
STEPS = pd.DataFrame({"label": ["a", "b", "c"], "value": [0.1, -0.3, -0.2],
                      "kind": ["part", "part", "total"]})  # fmt: skip
REACH = pd.DataFrame({"label": ["IWM", "IWM", "CPI"], "kind": ["fund", "fund", "macro"],
                      "start": pd.to_datetime(["2010-01-04", "2016-01-04", "2000-01-01"]),
                      "end": pd.to_datetime(["2015-01-05", "2026-07-31", "2026-06-01"])})  # fmt: skip
ESTIMATES = pd.DataFrame({"label": ["one", "two", "three"], "value": [0.02, -0.01, 0.001],
                          "low": [0.01, -0.02, np.nan], "high": [0.03, 0.0, np.nan],
                          "Sample": ["whole", "late", "late"]})  # fmt: skip
POINTS = pd.DataFrame({"date": DAYS[:50], "a.b": RNG.normal(size=50), "c": RNG.normal(size=50),
                       "n": [f"p{i}" for i in range(50)]})  # fmt: skip
MONTHS = pd.DataFrame({"row": [2024, 2024, 2025], "column": ["Jan", "Feb", "Jan"],
                       "value": [0.01, -0.02, np.nan]})  # fmt: skip

BUILDERS: dict[str, Callable[[], Drawing]] = {
    "growth": lambda: lines.growth(WEALTH, events=EVENTS, spans=SPANS),
    "lines": lambda: lines.lines(WEALTH * 0.01, unit=PP, reference=0, signed=True, step=True),
    "lines_one": lambda: lines.lines(WEALTH["IWM"], unit="ratio", points=True),
    "sessions": lambda: lines.lines(SESSIONS, unit=PP, x_title="Sessions"),
    "band": lambda: lines.band_line(BAND, unit=PP, reference=0),
    "bands": lambda: lines.band_line(
        pd.concat([BAND.assign(series="2.y"), BAND.assign(series="10y")]), unit=PP
    ),
    "drawdown": lambda: lines.drawdown(WEALTH / WEALTH.cummax() - 1),
    "panels": lambda: lines.small_multiples(WEALTH, unit="index", reference=1.0, events=EVENTS),
    "bars": lambda: bars.bars(RANKED, unit=PP),
    "bars_picked": lambda: bars.bars(
        RANKED.assign(note="x"), unit="fraction", sort="given", colours={"A": "accent"}
    ),
    "columns": lambda: bars.columns(RANKED, unit="fraction"),
    "decomposition": lambda: bars.decomposition(
        SPLIT, parts_of=["Earn.ings", "Multiple"], unit="log change"
    ),
    "waterfall": lambda: bars.waterfall(STEPS, unit=PP),
    "coverage": lambda: bars.coverage(REACH),
    "forest": lambda: intervals.forest(ESTIMATES, unit=PP, sort="value"),
    "specifications": lambda: intervals.specification_curve(
        ESTIMATES, unit=PP, factors=["Sample"], headline="two"
    ),
    "specifications_plain": lambda: intervals.specification_curve(ESTIMATES, unit=PP),
    "distribution": lambda: distributions.distribution(
        RNG.standard_normal(400) * 0.01, observed={"Cut": 0.02, "Gone": float("nan")}, unit=PP
    ),
    "scatter": lambda: distributions.scatter(
        POINTS, x="a.b", y="c", unit_x="basis points", unit_y=PP, title_x="Yield", title_y="Return",
        label="n", highlight=["p3", "p4"],
    ),
    "heatmap": lambda: distributions.heatmap(MONTHS, unit="fraction"),
}  # fmt: skip


def figure(drawing: Drawing, **parts: object) -> Figure:
    base = {"title": "Small caps led", "subtitle": "Growth of 1", "unit": "times",
            "series": ("IWM",), "as_of": "2024-09-30", "alt": "x" * 40}  # fmt: skip
    return drawing.figure("risks.test", **{**base, **parts})  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(BUILDERS))
def test_compiles_and_draws(name: str) -> None:
    shown = figure(BUILDERS[name]()).inline_spec(width=340)
    # Labels for screen readers spell out the tooltips, which a picture otherwise hides.
    shown["config"]["mark"]["aria"] = True
    svg = vl_convert.vegalite_to_svg(shown, "6.4")
    assert svg.count("<path") + svg.count("<text") > 5
    for trace in ("NaN", "undefined", ">null<", "[object"):
        assert trace not in svg, trace


@pytest.mark.parametrize("name", list(BUILDERS))
def test_payload_is_json_on_named_data(name: str) -> None:
    made = figure(BUILDERS[name]())
    payload = json.loads(json.dumps(made.payload(), allow_nan=False))
    spec = payload["spec"]
    text = json.dumps(spec)
    assert "datasets" not in spec and '"values": [{' not in text
    assert spec["width"] == "container" and spec["autosize"]["type"] == "fit-x"
    assert spec["config"] == theme.config() and spec["description"] == made.alt
    assert "scales" not in text, "no zoom that traps the wheel"
    used = set(theme.palette_pairs())
    assert set(re.findall(r"#[0-9a-fA-F]{6}", text)) <= used
    for table in payload["data"].values():
        assert table["columns"].keys() == table["types"].keys()
        assert len({len(column) for column in table["columns"].values()}) == 1
    assert payload["data"]["main"]["columns"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in BUILDERS if n != "distribution"])
def test_same_frame_same_bytes(name: str) -> None:
    first, second = (json.dumps(figure(BUILDERS[name]()).payload()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", ["growth", "sessions", "bands", "drawdown", "panels"])
def test_the_rule_that_follows_the_pointer_reads_the_nearest_row(name: str) -> None:
    made = figure(BUILDERS[name]())
    vega = vl_convert.vegalite_to_vega(made.spec(), "6.4")
    cells = [m for m in vega["marks"] if m["name"] == "hover_voronoi"]
    shown = cells[0]["encode"]["update"]["tooltip"]["signal"]
    # A cell's own datum is the mark; the row it stands for is that mark's datum.
    read = re.findall(r'([a-z.]+)\["(tip_\w+)"\]', shown)
    assert read and {place for place, _ in read} == {"datum.datum"}
    rows = next(d for d in vega["data"] if d["name"] == vega_source(vega, "hover_marks"))
    assert {field for _, field in read} <= {t.get("as") for t in rows["transform"]}


def vega_source(vega: dict[str, object], mark: str) -> str:
    marks = {m["name"]: m for m in vega["marks"]}  # type: ignore[attr-defined]
    return str(marks[mark]["from"]["data"])


def test_events_outside_the_range_are_left_out_and_spans_clipped() -> None:
    drawing = BUILDERS["growth"]()
    assert list(drawing.data["events"]["label"]) == ["Backstop", "A day after", "First cut"]
    main = drawing.data["main"]
    assert drawing.data["spans"]["start"].min() == main["date"].min()
    assert len(main) < 1500 / 4, "a long daily frame is shown by week"
    late = EVENTS[EVENTS["label"] == "Too early"]
    assert "events" not in lines.lines(WEALTH, unit="times", events=late).data


def test_end_labels_carry_the_last_value() -> None:
    labels = lines.growth(WEALTH).data["labels"].set_index("series")["text"]
    assert labels["IWM"] == f"IWM {WEALTH['IWM'].iloc[-1]:.2f}×"


def test_values_of_the_frame_are_not_changed() -> None:
    main = lines.lines(WEALTH, unit="times", thin=False).data["main"].set_index("date")
    pd.testing.assert_frame_equal(main, WEALTH, check_freq=False)
    ranked = bars.bars(RANKED, unit=PP).data["main"]
    assert list(ranked["label"]) == ["A", RANKED["label"][1]]


def test_histogram_counts_every_draw() -> None:
    draws = [*np.linspace(-1, 1, 101), np.nan]
    table = distributions.distribution(draws, observed=3.0, unit="ratio", bins=10).data["main"]
    assert table["count"].sum() == 101
    assert table["high"].iloc[-1] == pytest.approx(3.0)


def test_fitted_line_is_least_squares() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 3.0, 5.0, 7.0]})
    fit = distributions.scatter(
        frame, x="x", y="y", unit_x="basis points", unit_y="basis points", title_x="x", title_y="y"
    ).data["fit"]
    assert fit.to_numpy() == pytest.approx(np.array([[0.0, 1.0], [3.0, 7.0]]))


def test_totals_of_a_decomposition_are_sums() -> None:
    table = BUILDERS["decomposition"]().data["main"].set_index("label")
    assert table["Total"].to_dict() == pytest.approx({"X": 0.8, "Y": 0.8})


def test_verdicts_follow_the_interval() -> None:
    table = intervals.forest(ESTIMATES, unit=PP).data["main"].set_index("label")
    assert table["verdict"].to_dict() == {"one": "above", "two": "open", "three": "open"}
    assert table.loc["one", "shown"] == "+2.0 pp (+1.0 to +3.0)"
    assert table.loc["three", "shown"] == "+0.1 pp"


def test_intervals_are_written_in_all_rows_or_in_none() -> None:
    name = "An estimate whose name is rather long"
    drawing = intervals.forest(ESTIMATES.assign(label=[name, "two", "three"]), unit=PP)
    spec = figure(drawing).payload()
    wide = ["+2.0 pp (+1.0 to +3.0)", "−1.0 pp (−2.0 to 0.0)"]
    for width, written in ((300, ["+2.0 pp", "−1.0 pp"]), (700, wide)):
        svg = vl_convert.vegalite_to_svg(inline(spec, width=width))
        texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
        assert set(written) <= set(texts), width


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: lines.lines(WEALTH.iloc[:0], unit="times"), "without rows"),
        (lambda: lines.lines(WEALTH, unit="tims"), "no unit is called 'tims'; try 'times'"),
        (lambda: lines.drawdown(WEALTH), "values above zero"),
        (lambda: lines.lines(WEALTH.iloc[:5].where(np.eye(5, 3) > 0).assign(
            SPY=[1, np.nan, 2, np.nan, 3]), unit="times"), "pass connect=True"),
        (lambda: bars.bars(RANKED[["value"]], unit=PP), "needs the columns label"),
        (lambda: bars.bars(RANKED.assign(label="A").dropna(), unit=PP), "two rows are called"),
        (lambda: bars.bars(RANKED.assign(value=np.nan), unit=PP), "without rows"),
        (lambda: bars.waterfall(STEPS.assign(value=1.0), unit=PP), "add up to 2"),
        (lambda: bars.coverage(REACH.rename(columns={"start": "end", "end": "start"})), "swap"),
        (lambda: intervals.specification_curve(ESTIMATES, unit=PP, headline="tow"), "try 'two'"),
        (lambda: distributions.distribution([np.nan], observed=1, unit=PP), "no finite value"),
        (lambda: distributions.heatmap(MONTHS.assign(value=np.nan), unit=PP), "no value"),
    ],
)  # fmt: skip
def test_refusals_are_one_line(build: Callable[[], Drawing], message: str) -> None:
    with pytest.raises(FigureError) as caught:
        build()
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["5", "126", "252", "63", "1", "21", "5"], ["1", "5", "21", "63", "126", "252"]),
        (["10-year", "2-year"], ["2-year", "10-year"]),
        (["1,000 days", "999 days", "−5 days"], ["−5 days", "999 days", "1,000 days"]),
        (["whole window", "before 2022", "2023 on"], ["whole window", "before 2022", "2023 on"]),
        (pd.Categorical(["late", "early"], ["early", "mid", "late"]), ["early", "late"]),
        ([21, 5, 126], ["5", "21", "126"]),
    ],
)
def test_choices_of_a_specification_stand_in_their_natural_order(
    given: list[object], expected: list[str]
) -> None:
    assert intervals.in_order(pd.Series(given)) == expected


def test_the_matrix_draws_choices_in_that_order_whatever_the_estimates() -> None:
    frame = ESTIMATES.assign(Sessions=[str(n) for n in (252, 5, 63, 21)[: len(ESTIMATES)]])
    drawing = intervals.specification_curve(frame, unit=PP, factors=["Sessions"])
    choices = drawing.data["choices"]
    rows = choices[choices["kind"] == "choice"].sort_values("pixel")["text"].tolist()
    assert rows == sorted(frame["Sessions"], key=int)


def test_labels_of_near_spans_stand_in_rows_of_their_own() -> None:
    from rotation_lib.charts import parts

    days = pd.date_range("2010-01-01", "2026-01-01", freq="MS")
    spans = pd.DataFrame(
        {
            "start": pd.to_datetime(["2015-12-01", "2019-07-01", "2022-03-01", "2024-09-01"]),
            "end": pd.to_datetime(["2018-12-01", "2020-03-01", "2023-07-01", "2025-12-01"]),
            "label": ["Hikes", "Cuts", "Hikes", "Cuts"],
        }
    )
    _, near = parts.span_layers(spans, days, 150)
    _, far = parts.span_layers(spans, days, 900)
    assert near["spans"]["row"].tolist() == [0, 1, 0, 1]
    assert far["spans"]["row"].tolist() == [0, 0, 0, 0]
