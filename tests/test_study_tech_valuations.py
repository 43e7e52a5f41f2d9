"""The technology study: fixed findings recomputed by hand, earnings bases, made-up markets."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rotation_lib.findings import Finding, FindingSet
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.project import SNAPSHOT
from rotation_lib.sources import Dataset
from rotation_lib.themes.tech_valuations import measures as study
from rotation_lib.themes.tech_valuations.measures import (
    discount,
    dominance,
    earnings,
    lead,
    quality,
    rally,
    rotation,
    seven,
)

MarketOf = Callable[..., Market]
MadeUp = Callable[..., Market]

#: Split-adjusted annual diluted EPS on today's share basis, worked out by hand from the filings.
EPS = {
    "AAPL": (2015, [2.305, 2.078, 2.303, 2.98, 2.97, 3.28, 5.61, 6.11, 6.13, 6.08, 7.46]),
    "AMZN": (2015, [0.0625, 0.245, 0.3075, 1.007, 1.1505, 2.09, 3.24, -0.27, 2.90, 5.53, 7.17]),
    "GOOGL": (2016, [1.3925, 0.900, 2.185, 2.458, 2.93, 5.61, 4.56, 5.80, 8.04, 10.81]),
    "META": (2015, [1.29, 3.49, 5.39, 7.57, 6.43, 10.09, 13.77, 8.59, 14.87, 23.86, 23.49]),
    "MSFT": (2016, [2.56, 3.25, 2.13, 5.06, 5.76, 8.05, 9.65, 9.68, 11.80, 13.64, 17.95]),
    "NVDA": (
        2015,
        [0.027, 0.0643, 0.1205, 0.1658, 0.113, 0.173, 0.385, 0.174, 1.19, 2.94, 4.90],
    ),
    "TSLA": (2015, [-0.462, -0.312, -0.789, -0.38, -0.327, 0.21, 1.63, 3.62, 4.30, 2.04, 1.08]),
}
#: Log change FY2019 to FY2025: price, earnings, multiple.
SPLIT = {
    "AAPL": (1.54, 0.92, 0.62),
    "AMZN": (0.92, 1.83, -0.91),
    "GOOGL": (1.55, 1.48, 0.07),
    "META": (1.17, 1.30, -0.13),
    "MSFT": (1.31, 0.99, 0.32),
    "NVDA": (3.40, 3.77, -0.37),
}


def stored_growth(symbol: str, first_close: str, last_close: str) -> float:
    """Cumulative return between two closes, from the snapshot's file alone."""
    table = pd.read_parquet(SNAPSHOT / "total_returns.parquet", columns=["date", symbol])
    days = table["date"].astype(str).to_numpy()
    inside = (days > first_close) & (days <= last_close)
    returns = table[symbol].to_numpy(dtype=float)[inside] / 1e6
    assert np.isfinite(returns).all()
    return math.exp(np.log1p(returns).sum()) - 1.0


def found(market: Market) -> dict[str, Finding]:
    return {f.id.removeprefix("tech_valuations."): f for f in study.findings(market)}


@pytest.fixture(scope="module")
def default(results: tuple[FindingSet, object]) -> dict[str, Finding]:
    mine = (f for f in results[0].values() if f.chapter == "tech_valuations")
    return {f.id.removeprefix("tech_valuations."): f for f in mine}


@pytest.fixture(scope="module")
def earlier(market_of: MarketOf) -> dict[str, Finding]:
    return found(market_of(start="2015-01-02", end="2023-12-29"))


# -- fixed findings -----------------------------------------------------------------------


def test_fixed_findings_of_the_default_window(default: dict[str, Finding], market: Market) -> None:
    end = market.end.date().isoformat()
    tech, small = (stored_growth(s, "2009-12-31", end) for s in ("QQQ", "IWM"))
    assert default["gap_total_return"].value == pytest.approx(tech - small, rel=1e-9)
    assert default["relative_wealth"].value == pytest.approx((1 + tech) / (1 + small) - 1, rel=1e-9)
    july = stored_growth("IWM", "2024-07-09", "2024-07-16")
    assert default["rally_july_2024"].value == pytest.approx(july, rel=1e-9)
    quarter = stored_growth("IWM", "2023-12-29", "2024-03-28")
    assert default["first_quarter_2024"].value == pytest.approx(quarter, rel=1e-9)
    assert [f.n for f in (default["rally_july_2024"], default["first_quarter_2024"])] == [5, 61]
    assert default["gap_total_return"].start == "2010-01-04"


def test_fixed_findings_of_an_earlier_window(earlier: dict[str, Finding]) -> None:
    tech, small = (stored_growth(s, "2014-12-31", "2023-12-29") for s in ("QQQ", "IWM"))
    assert earlier["gap_total_return"].value == pytest.approx(tech - small, rel=1e-9)
    assert earlier["relative_wealth"].value == pytest.approx((1 + tech) / (1 + small) - 1, rel=1e-9)
    for name in ("rally_july_2024", "first_quarter_2024", "lead_change_2024", "early_2024_margin"):
        assert earlier[name].value is None
        assert earlier[name].reason


def test_the_fixed_findings_come_first(default: dict[str, Finding]) -> None:
    assert list(default)[:4] == [
        "gap_total_return", "relative_wealth", "rally_july_2024", "first_quarter_2024",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "window",
    [
        {"start": "2010-01-04", "end": "2010-04-05"},
        {"start": "2020-02-03", "end": "2020-05-01"},
        {"start": "2026-01-02"},
        {"as_of": "2020-06-30"},
        {"small": "RSP", "large": "IWB", "end": "2012-12-31"},
        {"small": "KRE", "large": "RSP", "tech": "XLK", "end": "2012-12-31"},
    ],
)
def test_any_window_gives_the_same_ids_and_a_reason_for_every_gap(
    market_of: MarketOf, default: dict[str, Finding], window: dict[str, str]
) -> None:
    chosen = market_of(**window)
    made = found(chosen)
    assert set(made) == set(default)
    assert all(f.value is not None or f.reason for f in made.values())
    assert set(study.specifications(chosen)) == set(study.specifications(market_of()))


def test_findings_are_the_same_when_made_again(market_of: MarketOf) -> None:
    window = {"start": "2023-01-03", "end": "2024-12-31"}
    made = [
        json.dumps([f.model_dump() for f in study.findings(market_of(**window))]) for _ in range(2)
    ]
    assert made[0] == made[1]


# -- the lead -----------------------------------------------------------------------------


def test_the_four_readings_of_two_gains() -> None:
    assert lead.measured(9.0, 3.0) == (6.0, 1.5, 3.0, 2.0)
    assert lead.measured(0.5, -0.2) == (0.7, pytest.approx(0.875), None, None)


def test_definitions_agree_with_the_file_and_count_what_is_near(market: Market) -> None:
    table = lead.definitions(market)
    assert len(table) >= 30
    row = table[
        (table["measure"] == "gap in gains")
        & (table["since"] == "end of 2009")
        & (table["until"] == "June 2024")
        & (table["instrument"] == "funds, total return")
    ].iloc[0]
    gains = [stored_growth(s, "2009-12-31", "2024-06-28") for s in ("QQQ", "IWM")]
    assert row["value"] == pytest.approx(gains[0] - gains[1], rel=1e-9)
    assert not row["near"]
    near = table["value"].between(3.32 * 0.95, 3.32 * 1.05)
    assert (near == table["near"]).all()
    assert table["value"].is_monotonic_increasing
    assert len(study.specifications(market)["tech-lead-since-2010"]) == len(table)


def test_of_gaps_only_ten_year_starts_come_near_the_stated_figure(market: Market) -> None:
    table = lead.definitions(market)
    gaps = table[(table["measure"] == "gap in gains") & table["near"]]
    assert set(gaps["since"]) == {"ten years"}


def test_a_start_a_year_from_the_end_is_the_last_that_counts(market: Market) -> None:
    table = lead.by_start(market)
    assert table.index[0] == market.base
    assert table.index[-1] <= market.end - pd.DateOffset(months=12)


def test_equal_funds_have_no_lead(made_up: MadeUp, dataset: Dataset) -> None:
    iwm = dataset.total_returns["IWM"]
    market = made_up(pd.DataFrame({"QQQ": iwm}), end="2014-12-31")
    assert lead.gap(market, market.base, market.end).value == 0.0
    assert lead.relative(market).value == 0.0
    assert (lead.by_start(market)["gap"] == 0).all()


# -- the rally and dominance --------------------------------------------------------------


def test_every_window_of_the_rally_counts(market: Market, default: dict[str, Finding]) -> None:
    table = rally.windows(market)
    sessions = market.closes[(market.closes >= "2023-12-29") & (market.closes <= "2024-07-31")]
    n = len(sessions)
    assert len(table) == sum(max(0, n - k) for k in range(3, 85))
    row = table[(table["first"] == "2024-07-09") & (table["last"] == "2024-07-16")].iloc[0]
    assert row["small"] == pytest.approx(stored_growth("IWM", "2024-07-09", "2024-07-16"))
    assert row["margin"] == pytest.approx(
        row["small"] - stored_growth("SPY", "2024-07-09", "2024-07-16")
    )
    assert row["fits"]
    early = default["early_2024_windows"]
    assert (early.facts["fitting"], early.n) == (2, 3321)


def test_the_change_of_the_lead_is_the_difference_of_two_halves(
    default: dict[str, Finding],
) -> None:
    halves = [default[f"{h}_half_2024_small"].value for h in ("first", "second")]
    assert None not in halves
    assert default["lead_change_2024"].value == pytest.approx(halves[1] - halves[0])  # type: ignore[operator]


def test_only_whole_quarters_are_shown(market_of: MarketOf) -> None:
    table = dominance.quarters(market_of(start="2023-02-01", end="2024-05-15"))
    assert [str(d.date()) for d in table.index] == [
        "2023-06-30", "2023-09-29", "2023-12-29", "2024-03-28",
    ]  # fmt: skip
    lead_small = stored_growth("QQQ", "2023-12-29", "2024-03-28") - stored_growth(
        "IWM", "2023-12-29", "2024-03-28"
    )
    assert table["small"].iloc[-1] == pytest.approx(lead_small)


# -- earnings -----------------------------------------------------------------------------


@pytest.mark.parametrize("ticker", sorted(EPS))
def test_earnings_per_share_stand_on_one_basis(market: Market, ticker: str) -> None:
    table = earnings.adjusted_eps(market)
    own = table[table["ticker"] == ticker].set_index("year")["eps"]
    first, expected = EPS[ticker]
    for year, value in enumerate(expected, first):
        tolerance = 0.011 if ticker == "AMZN" and year == 2022 else 0.003
        assert own[year] == pytest.approx(value, rel=tolerance), (ticker, year)


def test_alphabet_2014_keeps_the_basis_of_the_year_after_and_2015_is_missing(
    market: Market,
) -> None:
    table = earnings.adjusted_eps(market)
    own = table[table["ticker"] == "GOOGL"].set_index("year")["eps"].dropna()
    assert own[2014] == pytest.approx(1.0285)
    assert 2015 not in own.index


def test_coarse_cents_give_way_to_income_over_shares_only_when_both_agree() -> None:
    assert earnings.precise_eps(0.17, 4_368.0, 25_070.0) == pytest.approx(0.17423, abs=1e-5)
    assert earnings.precise_eps(0.21, 721.0, 3_249.0) == 0.21
    assert earnings.precise_eps(2.97, 55_256.0, 18_595.651) == 2.97
    assert earnings.precise_eps(0.17, math.nan, 25_070.0) == 0.17


def test_the_basis_is_inferred_and_not_read_off_the_calendar(
    market: Market, dataset: Dataset
) -> None:
    """A company that restated nothing must end on the same basis as one that restated all."""
    facts = dataset.fundamentals
    apple = facts["ticker"].eq("AAPL") & facts["period"].eq("annual") & facts["item"].eq("eps")
    as_filed = facts.copy()
    restated = apple & as_filed["end"].between("2018-01-01", "2019-12-31")
    as_filed.loc[restated, "value"] *= 4.0
    other = Market.from_dataset(replace(dataset, fundamentals=as_filed), report_params())
    for one in (market, other):
        table = earnings.adjusted_eps(one)
        own = table[table["ticker"] == "AAPL"].set_index("year")["eps"]
        assert own[[2017, 2018, 2019]].tolist() == pytest.approx([2.3025, 2.98, 2.97], rel=1e-6)


@pytest.mark.parametrize("ticker", sorted(SPLIT))
def test_price_growth_splits_as_worked_out_by_hand(market: Market, ticker: str) -> None:
    table = earnings.decomposition(market, 2019, 2025).set_index("ticker")
    got = table.loc[ticker, ["price", "eps", "multiple"]].astype(float).tolist()
    assert got == pytest.approx(SPLIT[ticker], abs=0.0051)


def test_the_split_adds_up_exactly_and_misses_what_has_no_multiple(market: Market) -> None:
    table = earnings.decomposition(market, 2019).set_index("ticker")
    whole = table.dropna(subset=["multiple"])
    assert np.allclose(whole["price"], whole["eps"] + whole["multiple"], rtol=0, atol=1e-12)
    assert math.isnan(table.loc["TSLA", "multiple"])
    later = earnings.decomposition(market, 2022).set_index("ticker")
    assert math.isnan(later.loc["AMZN", "multiple"])
    assert "Rivian" in later.loc["AMZN", "one_off"]


def test_fiscal_years_are_named_by_the_calendar_year_they_mostly_cover(market: Market) -> None:
    table = earnings.adjusted_eps(market).set_index(["ticker", "end"])["year"]
    assert table["NVDA"]["2021-01-31"] == 2020
    assert table["AAPL"]["2023-09-30"] == 2023
    assert table["MSFT"]["2026-06-30"] == 2026


def test_combined_income_is_the_sum_of_the_filings(market: Market) -> None:
    facts = pd.read_csv(SNAPSHOT / "fundamentals.csv")
    annual = facts[(facts["period"] == "annual") & (facts["item"] == "netIncome")]
    ends = annual[annual["end"].between("2025-02-01", "2026-01-31")]
    assert len(ends) == 7
    earned = study.income.net_income(market).loc[2025].sum()
    assert earned == pytest.approx(ends["value"].sum() / 1e9)


def test_contributions_add_up_to_the_fund(market: Market) -> None:
    table = seven.contributions(market)
    parts = table[["seven", "others", "unexplained"]].sum(axis=1)
    assert np.allclose(parts, table["total"], rtol=0, atol=1e-12)


def test_a_fund_made_of_the_seven_is_explained_by_them(made_up: MadeUp, dataset: Dataset) -> None:
    basket = dataset.total_returns[list(study.basket.SEVEN)].mean(axis=1)
    mixed = 0.6 * basket + 0.4 * dataset.total_returns["RSP"]
    market = made_up(pd.DataFrame({"QQQ": mixed}), start="2016-01-04", end="2019-12-31")
    weight = seven.inferred_weight(market).loc["2016-01-04":]
    assert np.allclose(weight, 0.6, atol=1e-9)
    assert np.allclose(seven.contributions(market)["unexplained"], 0.0, atol=1e-12)


def test_the_weight_of_a_day_does_not_know_the_day(made_up: MadeUp, dataset: Dataset) -> None:
    shocked = dataset.total_returns["QQQ"].copy()
    shocked.loc["2018-03-01"] = 0.5
    one = seven.inferred_weight(made_up(pd.DataFrame({"QQQ": shocked})))
    two = seven.inferred_weight(made_up(pd.DataFrame({"QQQ": dataset.total_returns["QQQ"]})))
    changed = one.index[(one - two).abs() > 1e-12]
    assert changed[0] == pd.Timestamp("2018-03-02")


def test_share_of_a_sum_has_no_value_without_a_gain() -> None:
    x = np.array([[[0.1, 0.2], [0.1, 0.1]], [[0.2, 0.4], [-0.3, 0.1]]])
    assert seven.share_of_sum(x)[0] == pytest.approx(0.5)
    assert np.isnan(seven.share_of_sum(x)[1])


# -- rotation and quality -----------------------------------------------------------------


def test_mean_on_hard_falls_by_hand(default: dict[str, Finding]) -> None:
    names = [*study.basket.SEVEN, "IWM", "RSP"]
    table = pd.read_parquet(SNAPSHOT / "total_returns.parquet", columns=names) / 1e6
    hard = np.nanmean(table[list(study.basket.SEVEN)].to_numpy(), axis=1) <= -0.02
    relative = (table["IWM"] - table["RSP"]).to_numpy()
    small = default["hard_day_small"]
    assert small.value == pytest.approx(relative[hard].mean() * 1e4, abs=1e-6)
    assert small.n == int(hard.sum())
    assert small.low < small.value < small.high  # type: ignore[operator]


def test_small_industrials_count_by_day_from_2012_only(market: Market) -> None:
    assert rotation.days(market, "PSCI").index[0] >= pd.Timestamp("2012-01-03")
    assert rotation.weeks(market, "PSCI").index[0] < pd.Timestamp("2012-01-03")


def test_sum_of_sides_is_zero_for_pure_exposure() -> None:
    values = np.array([0.03, 0.01, -0.03, -0.01, 0.0])
    up = np.array([1.0, 0, 0, 0, 0])
    down = np.array([0.0, 0, 1, 0, 0])
    assert study.sides.sum_of_sides(np.stack([values, up, down])) == pytest.approx(0.0)
    assert study.sides.mean_where(np.stack([values, up + down])) == pytest.approx(0.0)


def test_distinct_days_keep_their_distance_and_the_sharpest(market: Market) -> None:
    chosen = quality.distinct_days(market)
    sharp = quality.sharp_days(market)
    gaps = np.diff(sharp.index.get_indexer(chosen))
    assert gaps.min() >= 21
    assert sharp["relative"].idxmax() in chosen
    assert sharp.loc[chosen, "up"].all()


def test_what_follows_a_day_leaves_the_day_out(market: Market) -> None:
    following = quality.after(market, 1)
    relative = market.relative("IWM", "SPY")
    assert following.iloc[:-1].to_numpy() == pytest.approx(relative.iloc[1:].to_numpy(), abs=1e-12)
    assert math.isnan(following.iloc[-1])


def test_two_steps_multiply_to_the_whole(market: Market) -> None:
    table = study.weighting.weighting(market)
    assert np.allclose(
        table["IWM / SPY"], table["RSP / SPY"] * table["IWM / RSP"], rtol=0, atol=1e-12
    )
    assert (table.iloc[0] == 1.0).all()


# -- the discount -------------------------------------------------------------------------


def test_a_dividend_a_quarter_is_the_yield_of_a_year(made_up: MadeUp, dataset: Dataset) -> None:
    price = dataset.price_returns["IWM"]
    paid = pd.Series(0.0, index=price.index)
    quarters = pd.Series(price.index, index=price.index).groupby(price.index.to_period("Q")).first()
    paid.loc[quarters] = 0.004
    market = made_up(pd.DataFrame({"IWM": price + paid}), end="2025-12-31")
    table = discount.yields(market)
    assert np.allclose(table["IWM"], 0.016, atol=1e-9)


def test_an_unfinished_month_does_not_count(market_of: MarketOf) -> None:
    table = discount.yields(market_of(end="2024-05-15"))
    assert table.index[-1] == pd.Timestamp("2024-04-30")
