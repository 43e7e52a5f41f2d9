"""Titles of the technology chapter's charts follow the frames that they stand over."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rotation_lib.themes.tech_valuations.pictures import lead, quality, rotation


def test_definitions_are_counted_by_reading_and_start() -> None:
    table = pd.DataFrame(
        {
            "measure": ["gap in gains", "gap in gains", "relative wealth"],
            "since": ["ten years", "ten years", "end of 2009"],
            "value": [3.3, 3.35, 1.9],
            "near": [True, True, False],
        }
    )
    title = "3 definitions of the lead run from 190% to 335%; two lie near 332%"
    assert lead.specification_title(table) == title
    none = table.assign(near=False)
    assert lead.specification_title(none).endswith("none lies near 332%")


def test_starts_that_give_the_stated_gap() -> None:
    index = pd.DatetimeIndex(["2014-06-30", "2014-07-31", "2014-08-29"], name="date")
    frame = pd.DataFrame({"gap": [3.6, 3.4, 3.3]}, index=index)
    frame.attrs["last"] = pd.Timestamp("2024-06-28")
    title = lead.starts_title(frame, "QQQ", "IWM")
    assert title.endswith("by June 2024 needs a start in July 2014 or August 2014")
    assert lead.starts_title(frame.iloc[:1], "QQQ", "IWM").startswith("No start gives")
    assert lead.starts_title(frame.iloc[:2], "QQQ", "IWM").endswith("a start in July 2014")


def test_hard_days_are_counted_by_their_lower_bounds() -> None:
    table = pd.DataFrame(
        {
            "label": ["a", "b", "a"],
            "period": ["days", "days", "weeks"],
            "low": [1.0, -2.0, 5.0],
            "high": [4.0, 3.0, 9.0],
        }
    )
    title = rotation.hard_days_title(table, -0.02)
    assert title == (
        "When the seven fall 2% or more in a day, one of two targets reliably gains on the market"
    )
    assert ", none of two targets" in rotation.hard_days_title(table.assign(low=-1.0), -0.02)


@pytest.mark.parametrize(
    ("up", "down", "start"),
    [
        ((5.0, 9.0), (-9.0, -5.0), "X − Y leads on sharp up days, and lags as clearly on sharp"),
        ((5.0, 9.0), (-9.0, 5.0), "X − Y leads on the sharpest up days"),
        ((-5.0, 9.0), (-9.0, -5.0), "No quality spread reliably leads"),
    ],
)
def test_a_mirrored_spread_is_called_so(
    up: tuple[float, float], down: tuple[float, float], start: str
) -> None:
    rows = [("X − Y", "up", *up), ("X − Y", "down", *down)]
    table = pd.DataFrame(rows, columns=["label", "side", "low", "high"])
    assert quality.quality_title(table).startswith(start)


def test_what_follows_sharp_days_is_compared_with_random_days() -> None:
    placebo = np.linspace(-0.01, 0.01, 201)
    assert "looks like any other (p = 0.50)" in quality.after_title(-0.003, placebo, 0.5)
    assert "is unlike any other (p = 0.004)" in quality.after_title(-0.02, placebo, 0.004)


def test_a_peak_at_the_end_is_not_a_drawdown() -> None:
    index = pd.date_range("2020-01-01", periods=3, name="date")
    rising = pd.DataFrame({"A / B": [1.0, 1.1, 1.2]}, index=index)
    assert lead.relative_title(rising) == "A / B ends the window at its peak"
    fallen = pd.DataFrame({"A / B": [1.0, 2.0, 1.5]}, index=index)
    assert lead.relative_title(fallen) == "A / B peaked on 2 January 2020 and ends 25.0% lower"
