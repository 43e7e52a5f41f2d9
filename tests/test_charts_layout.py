"""Thinning, label positions and ticks, on numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rotation_lib.charts import layout, lines, theme
from rotation_lib.errors import FigureError


def test_wide_takes_tidy_wide_and_series() -> None:
    days = pd.to_datetime(["2024-01-02", "2024-01-03"])
    tidy = pd.DataFrame(
        {"date": [*days, *days], "series": ["B", "B", "A", "A"], "value": [1.0, 2.0, 3.0, np.nan]}
    )
    table = layout.wide(tidy)
    assert list(table.columns) == ["B", "A"] and table.index.name == "date"
    assert table.loc["2024-01-03", "B"] == 2.0 and np.isnan(table.loc["2024-01-03", "A"])
    assert list(layout.wide(pd.Series([1.0], index=days[:1], name="x")).columns) == ["x"]
    assert layout.wide(pd.DataFrame({"a": [1.0, 2.0]})).index.name == "x"
    unsorted = layout.wide(pd.Series([1.0, 2.0], index=days[::-1], name="x"))
    assert unsorted.index.is_monotonic_increasing


def test_wide_refuses_what_cannot_be_drawn() -> None:
    with pytest.raises(FigureError, match="without rows"):
        layout.wide(pd.DataFrame({"a": []}))
    with pytest.raises(FigureError, match="without a value: b"):
        layout.wide(pd.DataFrame({"a": [1.0], "b": [np.nan]}))


def test_weekly_keeps_ends_and_extremes_and_changes_no_value() -> None:
    days = pd.bdate_range("2020-01-01", periods=600, name="date")
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(600, 2)).cumsum(axis=0), days, ["a", "b"])
    frame.iloc[:7, 1] = np.nan
    thin = layout.weekly(frame)
    assert len(thin) < 600 / 4
    for name in frame:
        full, kept = frame[name].dropna(), thin[name].dropna()
        assert kept.index[0] == full.index[0] and kept.index[-1] == full.index[-1]
        assert kept.max() == full.max() and kept.min() == full.min()
    pd.testing.assert_frame_equal(thin, frame.loc[thin.index])
    fridays = frame.index[frame.index.day_of_week == 4]
    assert set(fridays) <= set(thin.index)


def test_thinned_only_when_it_pays() -> None:
    short = pd.DataFrame({"a": range(800)}, pd.bdate_range("2020-01-01", periods=800))
    assert layout.thinned(short, True) is short
    numbered = pd.DataFrame({"a": range(2000)})
    assert layout.thinned(numbered, True) is numbered
    long = pd.DataFrame({"a": range(801)}, pd.bdate_range("2020-01-01", periods=801))
    assert layout.thinned(long, False) is long
    assert len(layout.thinned(long, True)) < 170


def test_dodge_moves_only_what_touches() -> None:
    assert layout.dodge([10, 50, 90], [15, 15, 15], 100) == [10, 50, 90]
    assert layout.dodge([50, 50], [15, 15], 100) == [42.5, 57.5]
    placed = layout.dodge([98, 99, 100, 20], [15] * 4, 100)
    assert placed[3] == 20
    assert placed[:3] == [69.5, 84.5, 99.5]


@pytest.mark.parametrize("seed", range(8))
def test_dodged_labels_never_touch_and_keep_their_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted, sizes = rng.uniform(0, 200, 6), rng.choice([15.0, 30.0], 6)
    placed = np.array(layout.dodge(list(wanted), list(sizes), 200))
    order = np.argsort(wanted)
    gaps = np.diff(placed[order]) - (sizes[order][1:] + sizes[order][:-1]) / 2
    assert (gaps >= -1e-9).all()
    assert (placed + sizes / 2 <= 207 + 1e-9).all() and (placed - sizes / 2 >= -7 - 1e-9).all()


def test_the_foot_of_a_scale_is_the_share_asked_for() -> None:
    plain, footed = layout.domain([1.0, 2.0]), layout.domain([1.0, 2.0], foot=0.2)
    assert footed[1] == plain[1]
    assert (plain[0] - footed[0]) / (footed[1] - footed[0]) == pytest.approx(0.2)


def test_an_edge_pushes_a_label_off_its_neighbour_too() -> None:
    """The lower label is held inside the plot, and so meets the one above it."""
    assert layout.dodge([75, 100], [15, 30], 100) == [68.5, 91]
    assert layout.dodge([0, 12], [30, 15], 100) == [8, 30.5]


@pytest.mark.parametrize("last", [(4.5, 4.41, 3.88), (4.5, 4.41, 4.36), (1.0, 1.02, 4.5)])
def test_lines_of_wrapped_end_labels_do_not_meet(last: tuple[float, ...]) -> None:
    """As drawn: a label of two lines stands around its place, and clear of the others."""
    days = pd.date_range("2018-01-05", periods=100, freq="W-FRI", name="date")
    names = ["Fed target", "2-year", "10-year and more"]
    paths = {n: np.linspace(2.0, v, 100) for n, v in zip(names, last, strict=True)}
    drawing = lines.lines(pd.DataFrame(paths, days), unit="percent", label_values=True)
    labels = drawing.data["labels"]
    assert labels["text"].str.contains("\n").any()
    tops = [
        float(r.pixel) + theme.LINE_HEIGHT * i
        for r in labels.itertuples()
        for i in range(r.text.count("\n") + 1)
    ]
    assert np.diff(sorted(tops)).min() >= theme.FONT_SIZE + 1
    assert min(tops) > -1 and max(tops) < drawing.height + 1


@pytest.mark.parametrize("seed", range(12))
def test_no_rule_strikes_out_a_label(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at = sorted(float(v) for v in rng.uniform(0, 250, 7))
    widths = [float(v) for v in rng.uniform(25, 95, 7)]
    placed = layout.stagger(at, widths, 250)
    for i, (row, side) in enumerate(placed):
        start, end = (at[i] - widths[i], at[i]) if side == "left" else (at[i], at[i] + widths[i])
        for j, (other, other_side) in enumerate(placed):
            if i == j:
                continue
            if start < at[j] < end:
                assert other < row, "a rule passes through a label"
            begin = at[j] - widths[j] if other_side == "left" else at[j]
            if other == row:
                assert end <= begin or begin + widths[j] <= start, "two labels overlap"


def test_labels_of_one_day_share_no_row() -> None:
    placed = layout.stagger([100.0, 100.0], [40, 40], 250)
    assert sorted(row for row, _ in placed) == [0, 1]


def test_domain_and_ticks() -> None:
    assert layout.domain([0.0, 10.0]) == (-0.4, 10.4)
    low, high = layout.domain([5.0, 5.0])
    assert low < 5 < high
    assert layout.domain([1.0, np.nan, 100.0], log=True, pad=0.0) == pytest.approx((1.0, 100.0))
    with pytest.raises(FigureError, match="log scale"):
        layout.domain([0.0, 1.0], log=True)
    assert layout.log_ticks(0.9, 21) == [1, 2, 3, 5, 10, 20]
    assert layout.log_ticks(0.95, 1.6) == [1.0, 1.2, 1.4, 1.6]
    assert all(1 <= t <= 1e6 for t in layout.log_ticks(1, 1e6))


def test_a_log_axis_always_has_two_ticks() -> None:
    for low, high in [(1.02, 1.18), (0.97, 1.04), (5.1, 6.4), (0.011, 0.013), (1.2, 9e4)]:
        ticks = layout.log_ticks(low, high)
        assert 2 <= len(ticks) <= 10, (low, high, ticks)
        assert all(low <= t <= high for t in ticks)


def test_texts() -> None:
    assert layout.wrapped("On the 10-year yield", 15) == "On the 10-year\nyield"
    assert layout.wrapped("Unbreakable-as-it-is", 5).replace("\n", "") == "Unbreakable-as-it-is"
    assert layout.number_text(0.0731, "fraction") == "7.3%"
    assert layout.number_text(-0.0123, "percentage points") == "−1.2 pp"
    assert layout.number_text(-0.0001, "percentage points", signed=True) == "0.0 pp"
    assert layout.number_text(17.26, "times") == "17.3×"
    assert layout.number_text(5.823, "times") == "5.82×"
    assert layout.number_text(1234.5, "index") == "1,234"
    assert layout.number_text(0.02, "fraction", signed=True) == "+2.0%"
