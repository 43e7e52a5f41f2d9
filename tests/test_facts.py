"""Window facts: value, rank and null rules, checked against plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from rotation_lib.market import Market
from rotation_lib.studies.facts import all_windows, window_fact, window_returns

ID = "risks.august_2025"


def test_a_made_up_window_is_compounded(made_up: Callable[..., Market], market: Market) -> None:
    returns = pd.DataFrame({"IWM": 0.0}, index=market.history.index)
    returns.loc["2024-07-10", "IWM"] = 0.10
    returns.loc["2024-07-11", "IWM"] = -0.50
    fact = window_fact(made_up(returns), ID, "x", "IWM", "2024-07-09", "2024-07-11")
    assert fact.value == pytest.approx(1.10 * 0.50 - 1, abs=1e-12)
    assert (fact.start, fact.end, fact.n) == ("2024-07-10", "2024-07-11", 2)
    assert fact.low is None
    assert fact.high is None


def test_windows_across_a_gap_are_missing(made_up: Callable[..., Market], market: Market) -> None:
    returns = pd.DataFrame({"IWM": 0.01, "SPY": 0.0}, index=market.history.index)
    returns.iloc[5, 0] = np.nan
    made = made_up(returns)
    values = window_returns(made, "IWM", 2, "SPY")
    assert np.flatnonzero(np.isnan(values)).tolist() == [4, 5]
    assert values[0] == pytest.approx(1.01**2 - 1)
    assert all_windows(made, "IWM", 2, "SPY").index.equals(made.closes[:-2])


def test_the_rank_counts_lower_windows(made_up: Callable[..., Market], market: Market) -> None:
    returns = pd.DataFrame({"IWM": 0.0}, index=market.history.index)
    returns.loc["2024-07-10", "IWM"] = 0.10
    fact = window_fact(made_up(returns), ID, "x", "IWM", "2024-07-09", "2024-07-10")
    assert fact.percentile == pytest.approx(4168 / 4169)


def test_the_lead_subtracts_the_other_return(market: Market) -> None:
    part = market.history.loc["2025-04-03":"2025-04-08"]
    grown = (1 + part[["IWM", "SPY"]]).prod() - 1
    fact = window_fact(market, ID, "x", "IWM", "2025-04-02", "2025-04-08", minus="SPY")
    assert fact.value == pytest.approx(grown["IWM"] - grown["SPY"], abs=1e-12)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2010-01-04", "2024-07-15", "after the report's end"),
        ("2024-07-11", "2026-07-31", "before the report's base close"),
    ],
)
def test_a_window_outside_the_report_is_null(
    market_of: Callable[..., Market], start: str, end: str, why: str
) -> None:
    fact = window_fact(market_of(start=start, end=end), ID, "x", "IWM", "2024-07-09", "2024-07-16")
    assert fact.value is None
    assert why in str(fact.reason)


def test_the_edges_belong_to_the_report(market_of: Callable[..., Market]) -> None:
    seen = market_of(start="2024-07-10", end="2024-12-31")
    assert window_fact(seen, ID, "x", "IWM", "2024-07-09", "2024-07-16").value is not None


def test_an_unlisted_fund_is_null(market: Market) -> None:
    fact = window_fact(market, ID, "x", "PAVE", "2016-12-30", "2017-12-29")
    assert fact.value is None
    assert "PAVE" in str(fact.reason)


def test_windows_before_a_listing_are_missing(market: Market) -> None:
    windows = all_windows(market, "PAVE", 21)
    assert windows.loc[:"2017-03-07"].isna().all()
    assert windows.loc["2017-03-08":].notna().all()


def test_a_window_without_sessions_is_missing_with_a_reason(market: Market) -> None:
    # A Saturday and a holiday; the same close twice; a window that runs backwards.
    for first, last in (
        ("2019-01-05", "2020-01-01"),
        ("2020-01-02", "2020-01-02"),
        ("2020-01-03", "2020-01-02"),
    ):
        fact = window_fact(market, ID, "x", "IWM", first, last)
        assert fact.value is None
        assert fact.reason == f"no sessions run from a close of {first} to one of {last}"


def test_windows_of_a_difference_bear_no_one_fund_s_name(market: Market) -> None:
    assert all_windows(market, "IWM", 21).name == "IWM"
    assert all_windows(market, "IWM", 21, "SPY").name is None
