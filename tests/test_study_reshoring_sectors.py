"""The reshoring study against plain arithmetic, made-up markets and windows that do not reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rotation_lib.claims import load_ledger
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.judging import judge
from rotation_lib.market import Market
from rotation_lib.strength import Strength, Verdict
from rotation_lib.studies.declared import measured
from rotation_lib.themes.reshoring_sectors import measures as study
from rotation_lib.themes.reshoring_sectors.measures import (
    leads,
    pairs,
    sectors,
    specs,
    spending,
    tax,
    turns,
)
from rotation_lib.themes.reshoring_sectors.measures.terms import FUNDS, IIJA, TARIFFS, TAX_EPISODES

SNAPSHOT = Path(__file__).resolve().parents[1] / "data" / "snapshot"
MarketOf = Callable[..., Market]
MadeUp = Callable[..., Market]


def named(market: Market) -> dict[str, Finding]:
    return {f.id.removeprefix("reshoring_sectors."): f for f in study.findings(market)}


@pytest.fixture(scope="module")
def found(market: Market, studied: Callable[[str, Market], FindingSet]) -> dict[str, Finding]:
    made = studied("reshoring_sectors", market).values()
    return {f.id.removeprefix("reshoring_sectors."): f for f in made}


@pytest.fixture(scope="module")
def observed() -> pd.DataFrame:
    frame = pd.read_parquet(SNAPSHOT / "observations.parquet")
    return frame.assign(date=pd.to_datetime(frame["date"]))


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """Daily returns as stored: whole millionths."""
    frame = pd.read_parquet(SNAPSHOT / "total_returns.parquet")
    return frame.assign(date=pd.to_datetime(frame["date"])).set_index("date") / 1e6


def series(observed: pd.DataFrame, name: str, end: str) -> pd.Series:
    rows = observed[(observed["series_id"] == name) & (observed["date"] <= end)]
    return rows.set_index("date")["value"]


@pytest.mark.parametrize(
    ("start", "end"), [("2010-01-04", "2026-07-31"), ("2015-01-02", "2023-12-29")]
)
def test_the_fall_from_the_peak_is_recomputed_from_the_file(
    market_of: MarketOf, observed: pd.DataFrame, start: str, end: str
) -> None:
    values = series(observed, "TLMFGCONS", end).loc["2002-01-01":]
    expected = values.iloc[-1] / values.max() - 1
    fact = measured(market_of(start=start, end=end), [spending])[0]
    assert fact.id == "reshoring_sectors.construction_from_peak"
    assert fact.value == pytest.approx(expected, abs=1e-9)
    assert fact.start == values.idxmax().date().isoformat()
    assert fact.end == values.index[-1].date().isoformat()


def test_the_fall_does_not_depend_on_the_start(market_of: MarketOf, market: Market) -> None:
    late = measured(market_of(start="2026-01-02"), [spending])[0]
    assert late.value == measured(market, [spending])[0].value


def test_spending_fell_by_about_a_third_from_its_peak_of_2024(found: dict[str, Finding]) -> None:
    assert found["construction_from_peak"].value == pytest.approx(-0.309947, abs=1e-6)
    assert str(found["construction_from_peak"].start)[:4] == "2024"


def test_as_of_hides_spending_that_was_not_published(market_of: MarketOf) -> None:
    # June 2026 was published in August 2026; the report's last session is in July.
    seen = measured(market_of(as_of="2026-07-31"), [spending])[0]
    assert seen.end == "2026-05-01"


def test_deflated_spending_uses_months_that_both_series_have(
    market: Market, observed: pd.DataFrame, found: dict[str, Finding]
) -> None:
    both = pd.concat(
        [series(observed, n, "2026-07-31") for n in ("TLMFGCONS", "PCEPILFE")], axis=1, join="inner"
    )
    real = both.iloc[:, 0] / both.iloc[:, 1]
    assert found["construction_from_peak_real"].value == pytest.approx(
        real.iloc[-1] / real.max() - 1
    )
    last = spending.levels(market)["Deflated"].dropna()
    assert last.iloc[-1] == pytest.approx(both.iloc[-1, 0] / 1000)


@pytest.mark.parametrize(
    ("name", "series_id"), [("jobs_since_iija", "MANEMP"), ("output_since_iija", "IPMAN")]
)
def test_changes_since_the_act_start_the_month_before(
    found: dict[str, Finding], observed: pd.DataFrame, name: str, series_id: str
) -> None:
    values = series(observed, series_id, "2026-07-31")
    assert found[name].value == pytest.approx(values.iloc[-1] / values["2021-10-01"] - 1)


def test_growth_between_steps_is_continuously_compounded() -> None:
    index = pd.date_range("2010-01-01", "2021-11-01", freq="MS", name="date")
    values = pd.Series(np.exp(0.06 * np.arange(len(index)) / 12), index=index)
    assert spending._growth(values, index[0], index[-1]) == pytest.approx(0.06)
    assert np.isnan(spending._growth(values, index[-1], None))


def test_a_gap_in_the_months_is_not_bridged() -> None:
    index = pd.DatetimeIndex(["2024-01-01", "2024-02-01", "2024-04-01", "2024-05-01"])
    steps = turns.growth(pd.Series([1.0, np.e, 5.0, 5.0 * np.e], index=index))
    assert list(steps.index) == [index[1], index[3]]
    assert steps.to_numpy() == pytest.approx([1.0, 1.0])


def test_a_clear_break_is_dated_in_months_from_the_law() -> None:
    index = pd.date_range("2019-01-01", "2024-06-01", freq="MS", name="date")
    noise = np.random.default_rng(3).normal(0, 0.001, len(index))
    step = np.where(index >= pd.Timestamp("2021-06-01"), 0.04, 0.0)
    hit = turns.break_near(pd.Series(np.exp(np.cumsum(step + noise)), index=index), IIJA)
    assert hit is not None
    assert turns.distance(hit.date, IIJA) == -5
    assert hit.after["const"] - hit.before["const"] == pytest.approx(0.04, abs=0.001)


def test_a_law_with_few_months_after_it_is_not_searched() -> None:
    index = pd.date_range("2019-01-01", "2025-10-01", freq="MS", name="date")
    values = pd.Series(np.linspace(1.0, 2.0, len(index)), index=index)
    assert turns.window(values, TARIFFS).empty
    assert len(turns.window(values, IIJA)) == 49


def test_holm_multiplies_the_smallest_by_all() -> None:
    assert turns.holm(np.array([0.04, 0.01, 0.03])) == pytest.approx([0.06, 0.03, 0.06])
    assert turns.holm(np.array([0, 1])).tolist() == [0.0, 1.0]
    assert len(turns.holm(np.array([]))) == 0


@pytest.mark.parametrize("fund", ["XLI", "ITB", "PAVE"])
def test_a_fund_since_the_cut_is_recomputed_from_the_file(
    found: dict[str, Finding], returns: pd.DataFrame, fund: str
) -> None:
    part = 1 + returns.loc["2024-09-18":"2026-07-31", [fund, "SPY"]]
    total = part.prod()
    fact = found[f"relative_{fund.lower()}"]
    assert fact.value == pytest.approx(total[fund] - total["SPY"], abs=1e-9)
    assert (fact.start, fact.low) == ("2024-09-18", None)


def test_group_means_and_drawdowns_are_plain_arithmetic(
    found: dict[str, Finding], returns: pd.DataFrame
) -> None:
    part = returns.loc["2024-09-18":"2026-07-31", ["ITB", "XHB", "SPY"]].astype(float)
    gap = part[["ITB", "XHB"]].mean(axis=1) - part["SPY"]
    assert found["group_builders"].value == pytest.approx(gap.mean() * 252)
    ratio = ((1 + part[["ITB", "XHB"]].mean(axis=1)) / (1 + part["SPY"])).cumprod()
    depth = (ratio / ratio.cummax().clip(lower=1.0) - 1).min()
    assert found["group_builders_drawdown"].value == pytest.approx(depth)
    assert found["sectors_ahead"].value == sum(
        (found[f"relative_{f.lower()}"].value or 0) > 0 for f in FUNDS
    )


def test_a_fund_like_its_benchmark_leads_by_nothing(made_up: MadeUp, market: Market) -> None:
    base = market.history[["SPY"]]
    fake = pd.concat([base["SPY"].rename(f) for f in FUNDS], axis=1)
    seen = made_up(fake + np.random.default_rng(1).normal(0, 1e-5, fake.shape))
    table = sectors.fund_table(seen)
    assert len(table) == len(FUNDS)
    assert table["relative"].abs().max() < 0.01
    assert (table["p_family"] >= table["p"]).all()
    assert (table["low"] < table["high"]).all()


def test_a_large_steady_lead_is_beyond_chance(made_up: MadeUp, market: Market) -> None:
    lead = np.random.default_rng(2).normal(0.002, 0.001, len(market.history))
    seen = made_up(pd.DataFrame({"KRE": market.history["SPY"] + lead}))
    table = sectors.fund_table(seen).set_index("fund")
    assert table.loc["KRE", "p_family"] < 0.01
    assert table.loc["KRE", "low"] > 0.3


def test_the_benchmark_is_not_measured_against_itself(market_of: MarketOf) -> None:
    seen = market_of(large="XLI")
    assert "XLI" not in set(sectors.fund_table(seen)["fund"])
    assert "benchmark" in str(measured(seen, [sectors])[0].reason)


def test_a_pair_since_the_act_is_the_mean_daily_difference(
    found: dict[str, Finding], returns: pd.DataFrame
) -> None:
    part = returns.loc["2021-11-15":"2026-07-31", ["PSCI", "IJR"]]
    pair = found["neutral_psci"]
    assert pair.value == pytest.approx((part["PSCI"] - part["IJR"]).mean() * 252)
    assert pair.low is not None
    assert pair.low < pair.value
    early = returns.loc["2012-01-03":"2021-11-12", ["PSCI", "IJR"]]
    before = (early["PSCI"] - early["IJR"]).mean() * 252
    assert found["neutral_psci_change"].value == pytest.approx(pair.value - before)


def test_paths_of_pairs_begin_at_one_when_daily_returns_do(market: Market) -> None:
    paths = pairs.paths(market)
    assert paths["PSCI − IJR"].dropna().index[0] == pd.Timestamp("2011-12-30")
    assert paths["AIRR − XLI"].dropna().iloc[0] == 1.0


def test_growth_is_known_only_once_published(market: Market, observed: pd.DataFrame) -> None:
    # June is published on the first working days of August: on 31 July, May is the newest.
    days = pd.DatetimeIndex(["2024-07-31", "2024-08-30"])
    known = leads.known_growth(market, "TLMFGCONS", 12, deflated=False, dates=days)
    values = np.log(series(observed, "TLMFGCONS", "2026-07-31"))
    assert known.iloc[0] == pytest.approx(values["2024-05-01"] - values["2023-05-01"])
    assert known.iloc[1] == pytest.approx(values["2024-06-01"] - values["2023-06-01"])


def test_incomplete_months_are_left_out(market_of: MarketOf) -> None:
    seen = market_of(start="2015-01-15", end="2020-06-29")
    months = leads.monthly_relative(seen, "PSCI", "IJR").index
    assert months[0] == pd.Timestamp("2015-02-27")
    assert months[-1] == pd.Timestamp("2020-05-29")
    # Good Friday closed 29 March 2024: the month was complete on the 28th.
    assert leads.month_ends(market_of(end="2024-03-28"))[-1] == pd.Timestamp("2024-03-28")


def test_a_real_lead_is_found_and_noise_is_not(made_up: MadeUp, market: Market) -> None:
    sessions = pd.DatetimeIndex(market.history.index)
    known = leads.known_growth(market, "TLMFGCONS", 12, deflated=False, dates=sessions)
    first = sessions.to_series().groupby(sessions.to_period("M")).head(1).index
    extra = pd.Series(0.0, index=sessions)
    extra[first] = 0.2 * (known.shift(1)[first] - known.mean()).fillna(0.0)
    noise = np.random.default_rng(5).normal(0, 0.002, len(sessions))
    follows = leads.table(made_up(pd.DataFrame({"PSCI": market.history["IJR"] + extra + noise})), 3)
    best = leads.strongest(follows)
    assert (best["outcome"], best["p_family"] <= 0.05) == ("PSCI − IJR", True)
    assert best["oos_r2"] > 0.1
    idle = leads.table(made_up(pd.DataFrame({"PSCI": market.history["IJR"] + noise})), 1)
    assert idle[idle["outcome"] == "PSCI − IJR"]["p_family"].min() > 0.05


def test_leads_reach_as_far_as_asked() -> None:
    assert leads.horizons(12) == (1, 3, 6, 12)
    assert leads.horizons(4) == (1, 3, 4)
    assert leads.horizons(36) == (1, 3, 6, 12, 24, 36)


def test_the_profile_covers_leads_on_both_sides(market: Market) -> None:
    profile = leads.profile(market, 3)
    assert list(profile.index) == list(range(-3, 4))
    assert (profile["limit"] == profile["limit"].iloc[0]).all()
    assert profile.drop(columns="limit").abs().max(axis=None) < 1


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_the_election_is_recomputed_from_the_file(
    market: Market, returns: pd.DataFrame, horizon: int
) -> None:
    part = returns.loc["2016-11-09":, ["IWM", "SPY"]].iloc[:horizon]
    total = (1 + part).prod()
    row = tax.event_table(market).set_index("session").loc["2016-11-09"]
    assert row[f"r{horizon}"] == pytest.approx(total["IWM"] - total["SPY"], abs=1e-9)


def test_overlapping_steps_count_once(market: Market) -> None:
    index = pd.DatetimeIndex(market.history.index)
    assert [len(tax.apart(TAX_EPISODES["2016"], h, index)) for h in (1, 5, 21)] == [4, 3, 3]
    assert [len(tax.apart(TAX_EPISODES["2025"], h, index)) for h in (1, 5, 21)] == [3, 2, 2]


def test_the_joint_reaction_is_the_mean_of_its_steps(
    market: Market, found: dict[str, Finding]
) -> None:
    steps = tax.event_table(market).set_index("event")["r5"]
    named_steps = ["Election, Nov 2016", "Framework, Sep 2017", "Passed, 20 Dec 2017"]
    joint = found["tax_2016_5d"]
    assert joint.value == pytest.approx(steps[named_steps].mean())
    assert joint.low is not None
    assert joint.low < joint.value < joint.high  # type: ignore[operator]


def test_placebo_dates_keep_their_distance(market: Market) -> None:
    sets = np.sort(tax.placebo_sets(market, 4, 200, 7), axis=1)
    assert np.diff(sets, axis=1).min() >= 21
    index = pd.DatetimeIndex(market.history.index)
    real = index.get_indexer([e.session for part in TAX_EPISODES.values() for e in part])
    assert np.abs(sets.ravel()[:, None] - real).min() >= 21


def test_a_planted_tax_jump_is_beyond_chance(made_up: MadeUp, market: Market) -> None:
    small = market.history["SPY"] + np.random.default_rng(4).normal(0, 0.002, len(market.history))
    small[[e.session for e in TAX_EPISODES["2025"]]] += 0.05
    joint = tax.joint_table(made_up(pd.DataFrame({"IWM": small}))).set_index(["episode", "horizon"])
    assert joint.loc[("2025", 1), "p_family"] < 0.01
    assert joint.loc[("2016", 5), "p_family"] > 0.05


def test_specifications_are_many_and_belong_to_claims(market: Market) -> None:
    made = study.specifications(market)
    assert set(made) == {c.id for c in load_ledger() if c.chapter == "reshoring_sectors"}
    assert len(made["rate-cut-sectors"]) >= 12
    curve = specs.sector_curve(market)
    assert len({(r.Fund, r.Benchmark, r.Window) for r in curve.itertuples()}) == len(curve)
    assert all(s.value is not None for v in made.values() for s in v)


WINDOWS = [
    {"start": "2010-01-04", "end": "2012-12-31"},
    {"start": "2015-01-02", "end": "2023-12-29"},
    {"start": "2026-01-02", "end": "2026-07-31"},
    {"as_of": "2020-06-30"},
    {"end": "2024-09-18"},
    {"end": "2010-04-06"},
]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_every_window_gives_the_same_findings_with_reasons(
    market_of: MarketOf, found: dict[str, Finding], window: dict[str, str]
) -> None:
    seen = market_of(**window)
    other = named(seen)
    assert list(other) == list(found)
    assert {n: f.unit for n, f in other.items()} == {n: f.unit for n, f in found.items()}
    for finding in other.values():
        assert finding.value is not None or len(str(finding.reason)) > 20
    study.specifications(seen)


def test_before_the_event_a_claim_cannot_be_tested(market_of: MarketOf) -> None:
    findings = FindingSet(study.findings(market_of(end="2023-12-29")))
    claims = {c.id: c for c in load_ledger()}
    assert findings["reshoring_sectors.relative_xli"].value is None
    assert judge(claims["rate-cut-sectors"], findings).verdict is Verdict.UNTESTABLE
    _, later = judge(claims["tax-cut-tailwind"], findings).parts  # the first law had passed
    assert later.strength is Strength.UNTESTABLE


def test_a_start_after_the_cut_leaves_nothing_to_measure_from_it(market_of: MarketOf) -> None:
    seen = market_of(start="2024-09-19")
    assert sectors.since(seen) is None
    assert sectors.since(market_of(start="2024-09-18")) is not None


def test_findings_repeat_exactly(market: Market, found: dict[str, Finding]) -> None:
    assert named(market) == found


def test_the_best_fund_is_judged_by_hansens_test(market: Market) -> None:
    """One fund far ahead of the benchmark is found; eight that lag are not."""
    held = sectors.since(market)
    assert held is not None
    rng = np.random.default_rng(4)
    noise = pd.DataFrame(
        rng.normal(0.0, 0.005, held.returns.shape), held.returns.index, held.returns.columns
    )
    better, worse = noise.copy(), noise.copy()
    better[held.funds[0]] += 0.002
    worse[held.funds] -= 0.002
    for returns, low, high in ((better, 0.0, 0.01), (worse, 0.5, 1.0)):
        told = sectors.superiority(replace(held, returns=returns), 10)
        assert low <= told.consistent <= high
        assert told.tried == len(held.funds)


def test_the_distance_from_the_peak_has_a_rank_among_months(
    market: Market,
) -> None:
    found = {f.id.split(".")[1]: f for f in measured(market, [spending])}
    fall = found["construction_from_peak"]
    level, peak, lower, months = market.macro("TLMFGCONS").loc["2002-01":], 0.0, 0, 0
    for day, value in level.items():
        peak = max(peak, value)
        if day >= pd.Timestamp("2010-01-01"):
            months += 1
            lower += value / peak - 1.0 < fall.value
    assert fall.percentile == pytest.approx(lower / months, abs=1e-12)
