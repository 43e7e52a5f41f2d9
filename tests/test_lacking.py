"""Reasons of missing findings: a series that the data lack is named, and the window is not blamed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.findings import Finding, missing, tendency
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.sources import Dataset
from rotation_lib.studies.declared import measured
from rotation_lib.studies.lacking import lacking, with_lacking_named
from rotation_lib.themes.rate_sensitivity.measures.stability import sign_break
from rotation_lib.themes.rate_sensitivity.measures.weekly import weekly
from rotation_lib.themes.reshoring_sectors.measures import sectors, spending
from rotation_lib.themes.reshoring_sectors.measures.terms import FUNDS
from rotation_lib.themes.tech_valuations.measures import seven
from rotation_lib.themes.tech_valuations.measures.basket import SEVEN
from rotation_lib.themes.tech_valuations.measures.spans import yearly_lead

Without = Callable[..., Market]


@pytest.fixture
def without(dataset: Dataset) -> Without:
    """``without("KRE", "NFCI")`` is a market on the embedded numbers less those series."""

    def make(*ids: str, start: str = "2022-01-03") -> Market:
        frames = [dataset.total_returns.copy(), dataset.price_returns.copy()]
        for frame in frames:
            frame[frame.columns.intersection(list(ids))] = np.nan
        rows = dataset.observations
        kept = rows[~rows["series_id"].isin(ids)]
        made = replace(dataset, total_returns=frames[0], price_returns=frames[1], observations=kept)
        return Market.from_dataset(made, report_params(start=start))

    return make


def null(*series: str) -> Finding:
    return missing("risks.x", "X", unit="ratio", series=series, reason="the window is short")


def test_funds_indices_and_observations_are_looked_for(without: Without) -> None:
    market = without("KRE", "^RUT", "NFCI")
    asked = ("IWM", "KRE", "^RUT", "^NDX", "NFCI", "DGS2", "KRE")
    assert lacking(market, asked) == ["KRE", "^RUT", "NFCI"]


def test_a_fund_listed_after_the_window_is_not_lacking(market_of: Callable[..., Market]) -> None:
    early = market_of(end="2014-12-31")
    assert early.history["PAVE"].isna().all()
    assert lacking(early, ["PAVE"]) == []


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (("IWM", "KRE"), "these data hold no values of KRE"),
        (("KRE", "NFCI", "IWM", "RSP"), "these data hold no values of KRE, NFCI and RSP"),
        (("IWM", "SPY"), "the window is short"),
        (("IWM", "NVDA", "AAPL"), "the window is short"),
        (("NVDA", "NFCI"), "these data hold no values of NVDA and NFCI"),
    ],
)
def test_what_is_lacking_is_named(without: Without, series: tuple[str, ...], told: str) -> None:
    market = without("KRE", "NFCI", "RSP", "NVDA")
    [made] = with_lacking_named(market, [null(*series)], [frozenset(SEVEN)])
    assert made.reason == told


def test_a_value_needs_no_reason(without: Without) -> None:
    found = tendency(
        "risks.x", "X", 1.0, None, unit="ratio", index=pd.DatetimeIndex([]), series=["KRE"]
    )
    assert with_lacking_named(without("KRE"), [found]) == [found]


def told(market: Market, findings: list[Finding], name: str) -> str:
    made = with_lacking_named(market, findings, [frozenset(SEVEN), frozenset(FUNDS)])
    [found] = [f for f in made if f.id.endswith(name)]
    assert found.value is None
    return str(found.reason)


@pytest.mark.parametrize(
    ("gone", "named"), [(("RSP",), "RSP"), (SEVEN, "AAPL, AMZN, GOOGL, META, MSFT, NVDA and TSLA")]
)
def test_a_share_of_the_gain_without_its_series(
    without: Without, gone: tuple[str, ...], named: str
) -> None:
    market = without(*gone)
    for name in ("seven_share_of_gain", "seven_weight"):
        reason = told(market, measured(market, [seven]), name)
        assert reason == f"these data hold no values of {named}"


def test_a_yearly_lead_says_whether_the_window_or_a_listing_is_short(without: Without) -> None:
    with pytest.raises(
        DataError, match=r"^a window under a year says nothing about a rate per year$"
    ):
        yearly_lead(without(start="2026-01-02"), "IWM", "SPY")
    market = without("RSP")
    market.dataset.total_returns.loc["2026-07-01":, "RSP"] = 0.001
    late = r"^RSP and SPY share 22 sessions of the window, under a year$"
    with pytest.raises(DataError, match=late):
        yearly_lead(market, "RSP", "SPY")


def test_changes_since_a_law_without_their_series(without: Without) -> None:
    market = without("MANEMP", "PCEPILFE")
    found = measured(market, [spending])
    assert told(market, found, "jobs_since_iija") == "these data hold no values of MANEMP"
    for name in ("construction_from_peak_real", "construction_since_iija_real"):
        assert told(market, found, name) == "these data hold no values of PCEPILFE"


def test_a_hole_before_a_law_is_no_early_end(dataset: Dataset) -> None:
    rows = dataset.observations
    base = (rows["series_id"] == "MANEMP") & (rows["date"] == "2021-10-01")
    assert base.sum() == 1
    market = Market.from_dataset(replace(dataset, observations=rows[~base]), report_params())
    said = told(market, measured(market, [spending]), "jobs_since_iija")
    assert said == "the data hold no value of 2021-10, the month before the IIJA was signed"


def test_sectors_without_their_funds(without: Without) -> None:
    market = without(*FUNDS)
    found = measured(market, [sectors])
    assert told(market, found, "group_banks") == "these data hold no values of KRE and KBE"
    assert told(market, found, "sectors_p").endswith("ITB, XHB, KRE and KBE")


def test_a_yield_without_observations_is_named(without: Without) -> None:
    market = without("DGS30")
    assert sign_break(market, "DGS30") == "DGS30 has no observation that can be shown"
    with pytest.raises(DataError, match=r"^DGS30 has no observation that can be shown\.$"):
        weekly(market).pair(["DGS2", "DGS30"])
