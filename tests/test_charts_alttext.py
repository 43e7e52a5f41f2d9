"""Alt texts say what the data say, and change with them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rotation_lib.charts import alttext, bars, distributions, intervals, lines

DAYS = pd.DatetimeIndex(["2024-01-02", "2024-06-03", "2024-12-31"], name="date")


def test_lines() -> None:
    frame = pd.DataFrame({"IWM": [1.0, 1.5, 1.2], "SPY": [1.0, 0.8, 0.9]}, DAYS)
    text = alttext.lines(frame, "times", what="Growth of 1")
    assert text == (
        "Line chart. Growth of 1, 2 January 2024 to 31 December 2024, two lines. "
        "IWM rises, from 1.00× to 1.20×; high 1.50× on 3 June 2024, low 1.00× on 2 January 2024. "
        "SPY falls, from 1.00× to 0.90×; high 1.00× on 2 January 2024, low 0.80× on 3 June 2024."
    )
    turned = alttext.lines(frame[::-1].set_axis(DAYS), "times", what="Growth of 1")
    assert "IWM falls, from 1.20× to 1.00×" in turned
    assert "ends where it began" in alttext.lines(
        frame["IWM"].where(DAYS[2] != DAYS, 1.001), "times", what="x"
    )


def test_many_lines_are_summed_up() -> None:
    frame = pd.DataFrame({f"y{i}": [0.0, 0.0, i / 10] for i in range(8)}, DAYS)
    text = alttext.lines(frame, "percentage points", what="Paths")
    assert "8 lines. At the end the highest is y7 at 70.0 pp, the lowest y0 at 0.0 pp." in text


def test_numbered_lines() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0]}, pd.Index([0, 21], name="session"))
    assert "0 to 21, one line." in alttext.lines(frame, "times", what="Path")


def test_bands() -> None:
    frame = pd.DataFrame(
        {
            "date": DAYS,
            "value": [0.02, 0.0, -0.03],
            "low": [0.01, -0.01, -0.04],
            "high": [0.03, 0.01, -0.02],
        }
    )
    text = alttext.band(frame, "percentage points", what="Beta")
    assert "ends at −3.0 pp (band −4.0 pp to −2.0 pp) on 31 December 2024" in text
    assert "band excludes zero at 67% of the points" in text
    assert "at 0% of the points" in alttext.band(
        frame.assign(low=-1.0, high=1.0), "percentage points", what="Beta"
    )


def test_bars() -> None:
    frame = pd.DataFrame({"label": ["a", "b", "c", "d"], "value": [0.1, -0.2, 0.0, np.nan]})
    assert alttext.bars(frame, "percentage points", what="Lead") == (
        "Bar chart. Lead: 3 bars. Highest is a at +10.0 pp, lowest b at −20.0 pp. "
        "1 of 3 are above zero."
    )
    assert "the only value shown" in alttext.bars(frame.head(1), "percentage points", what="Lead")


def test_intervals() -> None:
    frame = pd.DataFrame(
        {
            "label": ["a", "b", "c"],
            "value": [1.3, 0.9, 1.0],
            "low": [1.2, 0.8, np.nan],
            "high": [1.4, 0.95, np.nan],
        }
    )
    text = alttext.intervals(frame, "ratio", what="Ratios", reference=1.0)
    assert text == (
        "Dots with intervals. Ratios: 3 estimates, from 0.90 (b) to 1.30 (a). "
        "The interval of 1 lies above 1, of 1 below; 1 cannot be told from it."
    )
    wide = alttext.intervals(frame.assign(low=0.0, high=2.0), "ratio", what="Ratios", reference=1.0)
    assert "of 0 lies above 1, of 0 below; 3 cannot" in wide


def test_distribution_ranks_what_was_observed() -> None:
    draws = np.arange(100) / 100 - 0.001
    text = alttext.distribution(draws, 0.9, "ratio", what="Random dates", signed=False)
    assert text == (
        "Histogram. Random dates: 100 values, median 0.49, 90% of them between 0.05 and 0.94. "
        "The observed value, 0.90, is larger than 91% of them."
    )
    two = alttext.distribution(draws, {"Cut": 0.1, "Gone": float("nan")}, "ratio", what="Dates")
    assert "Cut, +0.10, is larger than 11% of them." in two and "Gone" not in two


def test_scatter_and_heatmap_and_coverage() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [0.0, -1.0, -2.0]})
    names = {
        "x": "x",
        "y": "y",
        "unit_x": "basis points",
        "unit_y": "basis points",
        "title_x": "Yield",
        "title_y": "Return",
    }
    assert "fall from left to right; correlation −1.00" in alttext.scatter(frame, **names)
    assert "Too few different points" in alttext.scatter(frame.assign(x=1.0), **names)
    cells = pd.DataFrame({"row": [2024, 2025], "column": ["Jan", "Aug"], "value": [-0.01, 0.07]})
    assert "Highest +7.0% (Aug 2025), lowest −1.0% (Jan 2024); 1 of 2" in alttext.heatmap(
        cells, "fraction", what="Months"
    )
    reach = pd.DataFrame({"label": ["A", "B"], "start": DAYS[:2], "end": DAYS[1:]})
    assert "The latest to start is B (3 June 2024), the earliest to end A" in alttext.coverage(
        reach, what="Data"
    )


def test_a_builder_that_knows_what_it_shows_says_it_in_words() -> None:
    days = pd.date_range("2024-01-01", periods=3)
    wide = pd.DataFrame({"A": [1.0, 1.1, 1.2], "B": [1.0, 0.9, 0.8]}, index=days)
    rows = pd.DataFrame(
        {"label": ["A", "B"], "value": [0.1, -0.2], "low": [0.0, -0.3], "high": [0.2, -0.1]}
    )
    band = rows.assign(date=days[:2])
    cells = pd.DataFrame({"row": ["1", "1"], "column": ["a", "b"], "value": [0.1, -0.2]})
    fall = wide.clip(upper=1.0) - 1.0
    told = "Some quantity"
    made = [
        (lines.lines(wide, unit="ratio", shows=told), alttext.lines(wide, "ratio", what=told)),
        (lines.growth(wide, shows=told), alttext.lines(wide, "times", what=told)),
        (lines.drawdown(fall, shows=told), alttext.lines(fall, "fraction", what=told)),
        (
            lines.small_multiples(wide, unit="index", shows=told),
            alttext.lines(wide, "index", what=told),
        ),
        (
            lines.band_line(band, unit="ratio", reference=1.0, shows=told),
            alttext.band(band, "ratio", what=told, reference=1.0),
        ),
        (
            intervals.forest(rows, unit="fraction", shows=told),
            alttext.intervals(rows, "fraction", what=told),
        ),
        (
            intervals.forest(rows, unit="fraction", reference=None, signed=True, shows=told),
            alttext.intervals(rows, "fraction", what=told, signed=True),
        ),
        (
            intervals.specification_curve(rows, unit="fraction", shows=told),
            alttext.intervals(rows, "fraction", what=told),
        ),
        (bars.bars(rows, unit="fraction", shows=told), alttext.bars(rows, "fraction", what=told)),
        (
            bars.columns(rows, unit="fraction", signed=False, shows=told),
            alttext.bars(rows, "fraction", what=told, signed=False),
        ),
        (
            distributions.heatmap(cells, unit="fraction", shows=told),
            alttext.heatmap(cells, "fraction", what=told),
        ),
        (
            distributions.distribution([0.1, 0.3], observed=0.2, unit="fraction", shows=told),
            alttext.distribution([0.1, 0.3], 0.2, "fraction", what=told),
        ),
    ]
    for drawing, text in made:
        assert told in text
        assert drawing.alt == text
    assert lines.lines(wide, unit="ratio").alt == ""
