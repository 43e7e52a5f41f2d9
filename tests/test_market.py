"""The market: windows, base closes, what is visible when, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rotation_lib.errors import DataError, ParameterError
from rotation_lib.market import Market
from rotation_lib.params import ReportParams
from rotation_lib.sources import Dataset

MakeMarket = Callable[..., Market]


def test_the_default_window(market: Market) -> None:
    assert market.base == pd.Timestamp("2009-12-31")
    assert market.start == pd.Timestamp("2010-01-04")
    assert market.end == pd.Timestamp("2026-07-31")
    assert len(market.sessions) == 4169
    assert len(market.closes) == 4170
    assert market.notes == ()


def test_the_base_close_is_the_session_before_start(market_of: MakeMarket) -> None:
    assert market_of(start="2015-01-02").base == pd.Timestamp("2014-12-31")


def test_dates_that_are_no_sessions_snap_and_say_so(market_of: MakeMarket) -> None:
    snapped = market_of(start="2024-01-06", end="2024-12-25")
    assert (str(snapped.params.start), str(snapped.params.end)) == ("2024-01-08", "2024-12-24")
    assert len(snapped.notes) == 2
    assert "2024-01-06" in snapped.notes[0]
    assert "2024-12-25" in snapped.notes[1]


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"end": "2027-01-04"}, ["end", "2027-01-04", "2026-07-31"]),
        ({"start": "2026-08-03"}, ["start", "2026-08-03", "nearest valid value"]),
        ({"start": "2026-07-01"}, ["22 sessions", "63", "2026-05-01"]),
        ({"as_of": "2030-01-02"}, ["as_of", "2030-01-02", "2026-07-31"]),
        ({"as_of": "2010-02-01"}, ["start", "sessions"]),
        ({"small": "PAVE"}, ["small", "PAVE", "2017-03-09"]),
    ],
)
def test_windows_the_data_cannot_serve_are_refused(
    market_of: MakeMarket, values: dict[str, str], parts: list[str]
) -> None:
    with pytest.raises(ParameterError) as caught:
        market_of(**values)
    assert "\n" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_fund_is_welcome_once_it_is_listed(market_of: MakeMarket) -> None:
    assert market_of(small="PAVE", start="2018-01-02").small == "PAVE"


def test_as_of_alone_ends_the_window_there(market_of: MakeMarket) -> None:
    seen = market_of(as_of="2020-06-28")
    assert seen.end == pd.Timestamp("2020-06-26")
    assert seen.horizon == pd.Timestamp("2020-06-28")


def test_macro_is_cut_by_observation_date_or_by_publication(market_of: MakeMarket) -> None:
    by_date = market_of(end="2020-06-30").macro("CPIAUCSL")
    by_release = market_of(end="2020-06-30", as_of="2020-06-30").macro("CPIAUCSL")
    assert by_date.index[-1] == pd.Timestamp("2020-06-01")
    assert by_release.index[-1] == pd.Timestamp("2020-05-01")


def test_what_was_known_later_is_refused_as_of_a_day(market_of: MakeMarket) -> None:
    assert market_of(end="2020-06-30").has_macro("USREC")
    with pytest.raises(DataError, match="as_of"):
        market_of(end="2020-06-30", as_of="2020-06-30").macro("USREC")


def test_a_series_that_may_not_be_embedded_says_why(market: Market) -> None:
    with pytest.raises(DataError, match="licence"):
        market.macro("BAMLH0A0HYM2")


def test_an_unknown_series_is_answered_with_a_near_one(market: Market) -> None:
    with pytest.raises(DataError, match="DGS2"):
        market.macro("DGS2Y")


def test_data_after_the_end_cannot_be_seen(dataset: Dataset) -> None:
    params = ReportParams(end="2020-06-30")
    before = Market.from_dataset(dataset, params)
    changed = dataset.total_returns.copy()
    changed.loc["2020-07-01":] = 9.9
    later = dataset.observations.assign(
        value=np.where(
            dataset.observations["date"] > "2020-06-30", -1.0, dataset.observations["value"]
        )
    )
    after = Market.from_dataset(replace(dataset, total_returns=changed, observations=later), params)
    pd.testing.assert_frame_equal(before.history, after.history)
    pd.testing.assert_frame_equal(before.observations, after.observations)


def test_yields_are_never_filled(market: Market) -> None:
    # Columbus Day 2025: bonds closed, stocks open.
    assert "2025-10-13" not in market.yields["DGS2"].dropna().index
    assert pd.Timestamp("2025-10-13") in market.sessions


def test_events_end_with_the_window(market_of: MakeMarket) -> None:
    seen = market_of(end="2019-12-31")
    assert seen.events["reaction_session"].max() <= pd.Timestamp("2019-12-31")
    assert seen.decisions["reaction_session"].max() <= pd.Timestamp("2019-12-31")
    assert seen.cpi_releases["reaction_session"].min() >= pd.Timestamp("2010-01-04")


def test_complete_returns_are_those_of_sessions_with_all_of_them(market_of: MakeMarket) -> None:
    market = market_of(start="2010-06-01", end="2012-12-31")
    both = market.complete("SPY", "META", "SPY")
    plain = market.total_returns[["SPY", "META"]].dropna()
    assert 0 < len(both) < len(market.sessions)
    pd.testing.assert_frame_equal(both, plain, check_column_type=False)
    both["SPY"] = 0.0
    assert (market.complete("SPY", "META", "SPY")["SPY"] != 0.0).any()


def test_yields_are_the_observations_of_each_day(market_of: MakeMarket) -> None:
    market = market_of(end="2019-06-28", as_of="2019-06-28")
    for series_id in market.yields:
        pd.testing.assert_series_equal(market.yields[series_id].dropna(), market.macro(series_id))


def test_relative_return_is_the_plain_difference(market: Market) -> None:
    day = pd.Timestamp("2024-07-11")
    frame = market.total_returns
    expected = frame.loc[day, "IWM"] - frame.loc[day, "SPY"]
    assert market.relative("IWM", "SPY").loc[day] == pytest.approx(expected, abs=1e-15)


def test_a_fund_is_level_with_itself(market: Market) -> None:
    assert (market.relative("IWM", "IWM") == 0.0).all()
    assert list(market.complete("IWM", "IWM")) == ["IWM"]


def test_without_rates_yields_have_dates_and_names_of_their_kinds(dataset: Dataset) -> None:
    bare = replace(dataset, observations=dataset.observations.iloc[:0])
    yields = Market.from_dataset(bare, ReportParams()).yields
    assert yields.shape == (0, 0)
    assert isinstance(yields.index, pd.DatetimeIndex)
    assert yields.columns.dtype == "str"


def test_names_given_by_a_caller_are_not_handed_on(market: Market) -> None:
    for asked in (lambda: market.complete("IWM", "SPY"), lambda: market.macro("DGS2")):
        asked().index.name = "mine"
        assert asked().index.name == "date"
    assert market.sessions.name == market.total_returns.index.name == "date"
