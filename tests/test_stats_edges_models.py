"""Edges of breaks, events and models: the values at which a condition turns.

Each test was written against a change of the code that no other test had noticed.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_series import days, noise

from rotation_lib.errors import DataError
from rotation_lib.stats import (
    breaks,
    coverage,
    eventstudy,
    garch,
    prediction,
    regimes,
    size,
)
from rotation_lib.stats import regression as g
from rotation_lib.stats import returns as r
from rotation_lib.stats.bootstrap import Interval
from rotation_lib.stats.shifts import shifted_means

# -- breaks ---------------------------------------------------------------------------


def test_the_search_leaves_the_trimmed_ends_alone() -> None:
    found = breaks.break_test(noise(100), draws=40)
    assert found.path.index[0] == days(100)[15]
    assert found.path.index[-1] == days(100)[85]
    short = breaks.break_test(noise(40), noise(40, 2), trim=0.05, draws=40)
    # Two coefficients need four rows a side, more than a twentieth of forty.
    assert short.path.index[0] == days(40)[4]
    assert len(short.path) == 40 - 2 * 4 + 1


def test_a_regressor_must_vary_within_each_trimmed_end_and_no_sooner() -> None:
    y, x = noise(100, 5), noise(100, 6)
    early = x.where(np.arange(100) >= 8, 0.5)
    assert breaks.break_test(y, early, draws=40).n == 100
    for still in (np.arange(100) >= 15, np.arange(100) < 85):
        with pytest.raises(DataError, match="x is constant"):
            breaks.break_test(y, x.where(still, 0.5), draws=40)


def test_wild_residuals_keep_size_and_place_and_others_are_centred() -> None:
    sieve = breaks._Sieve(noise(60, 3).to_numpy() + 0.002)
    assert sieve.polynomial.tolist() == [1.0]  # no lag is worth its place
    assert abs(sieve.settled.mean()) < 1e-17
    drawn = sieve.resampled(50, np.random.default_rng(0), wild=True)
    np.testing.assert_allclose(np.abs(drawn), np.tile(np.abs(sieve.kept), (50, 1)))
    free = sieve.resampled(50, np.random.default_rng(0), wild=False)
    assert set(np.round(free.ravel(), 12)) <= set(np.round(sieve.settled, 12))


def test_long_residuals_may_have_long_memories() -> None:
    """Up to 4 (n / 100)^(1/4) lags are tried: eight in 1,600 rows."""
    shocks, values = np.random.default_rng(8).normal(size=1600), np.zeros(1600)
    for t in range(8, 1600):
        values[t] = 0.8 * values[t - 8] + shocks[t]
    assert len(breaks._Sieve(values).polynomial) == 9


def test_a_search_in_turn_begins_with_the_whole_sample() -> None:
    y = noise(120, 5, 1.0) + np.where(np.arange(120) < 60, 0.0, 2.0)
    (one,) = breaks.break_dates(y, draws=99)
    alone = breaks.break_test(y, draws=99)
    assert (one.n, one.date, one.statistic) == (120, alone.date, alone.statistic)


def test_the_interval_of_a_date_grows_with_its_confidence() -> None:
    y = noise(120, 5, 1.0) + np.where(np.arange(120) < 60, 0.0, 1.2)
    spans = []
    for confidence in (0.5, 0.95):
        found = breaks.break_test(y, draws=200, confidence=confidence)
        spans.append(int(y.index.get_loc(found.high)) - int(y.index.get_loc(found.low)))
    assert 0 < spans[0] < spans[1]


def test_interval_and_p_value_of_a_date_by_hand() -> None:
    y = noise(120, 5, 1.0) + np.where(np.arange(120) < 60, 0.0, 1.2)
    found = breaks.break_test(y, draws=200, seed=3, confidence=0.5)
    at = int(y.index.get_loc(found.date))
    level = np.where(np.arange(120) < at, y.iloc[:at].mean(), y.iloc[at:].mean())
    sieve = breaks._Sieve(y.to_numpy() - level)
    search = breaks._Search(np.ones((120, 1)), 18)
    rng = np.random.default_rng(3)
    null = np.array([search.path(r).max() for r in sieve.resampled(200, rng, wild=True)])
    assert found.p == (1 + (null >= found.statistic).sum()) / 201
    drawn = level + sieve.resampled(200, rng, wild=False)
    again = 18 + np.array([search.path(r).argmax() for r in drawn])
    ends = np.quantile(again, [0.25, 0.75], method="nearest")
    assert [found.low, found.high] == [y.index[min(ends[0], at)], y.index[max(ends[1], at)]]


@pytest.mark.parametrize(
    ("trim", "fits"), [(0.05, True), (0.4, True), (0.04, False), (0.41, False)]
)
def test_trims_between_a_twentieth_and_two_fifths(trim: float, fits: bool) -> None:
    if fits:
        assert breaks.break_test(noise(60), trim=trim, draws=40).n == 60
        return
    with pytest.raises(DataError, match=r"between 0\.05 and 0\.4"):
        breaks.break_test(noise(60), trim=trim, draws=40)


def test_a_single_search_stops_at_the_level_of_all_its_segments() -> None:
    y = noise(200, 6, 1.0) + np.select(
        [np.arange(200) < 70, np.arange(200) < 140], [0.0, 3.0], -3.0
    )
    found = breaks.break_dates(y, draws=99)
    assert [days(200).get_loc(f.date) for f in found] == pytest.approx([70, 140], abs=2)
    # With 99 draws no p-value is below 0.01, so that a level of 0.01 finds nothing at all.
    assert breaks.break_dates(y, draws=99, level=0.01) == []


# -- coverage -------------------------------------------------------------------------


def test_the_designs_are_the_recorded_parameters() -> None:
    large, rest = coverage.DESIGN.large, coverage.DESIGN.residual
    assert (large.mean, large.phi, large.alpha, large.beta, large.nu) == (
        0.0006, -0.05, 0.10, 0.865, 7.0,
    )  # fmt: skip
    assert large.variance == pytest.approx(0.0108**2)
    assert (rest.mean, rest.phi, rest.alpha, rest.beta, rest.nu) == (
        -0.0001, -0.01, 0.062, 0.926, 11.2,
    )  # fmt: skip
    assert rest.variance == pytest.approx(0.0066**2)
    heavy = coverage.HEAVY.large
    assert (heavy.alpha, heavy.beta, heavy.nu) == (0.165, 0.824, 5.4)
    assert heavy.variance == pytest.approx(0.0108**2)
    assert (coverage.DESIGN.beta, coverage.SESSIONS) == (1.146, 4169)
    # Finite fourth moment: 3 alpha² + 2 alpha beta + beta², with the kurtosis of t7 for 3.
    for model in (large, rest):
        kurtosis = 3.0 + 6.0 / (model.nu - 4.0)
        assert kurtosis * model.alpha**2 + 2 * model.alpha * model.beta + model.beta**2 < 1.0
    kurtosis = 3.0 + 6.0 / (heavy.nu - 4.0)
    assert kurtosis * heavy.alpha**2 + 2 * heavy.alpha * heavy.beta + heavy.beta**2 > 1.0


def test_the_error_of_a_coverage_is_that_of_a_share() -> None:
    answers = iter([0.0, 0.0, 9.0, 0.0])

    def estimator(pair: pd.DataFrame) -> Interval:
        low = next(answers)
        return Interval(low, low + 2.0, 0.9, "made up")

    told = coverage.coverage(estimator, 1.0, 4, n=3)
    assert (told.rate, told.width, told.reps, told.confidence) == (0.75, 2.0, 4, 0.9)
    assert told.se == pytest.approx(np.sqrt(0.75 * 0.25 / 4))


def test_one_history_of_one_session_can_be_had_and_none_cannot() -> None:
    assert coverage.simulate_pairs(1, 1)[0].shape == (1, 2)
    for reps, n in ((0, 1), (1, 0)):
        with pytest.raises(DataError, match="1 or more"):
            coverage.simulate_pairs(reps, n)


def test_the_true_values_follow_from_the_parameters() -> None:
    held = coverage.truth(n=50, reps=20)
    large, rest = 0.0108**2 / (1 - 0.05**2), 0.0066**2 / (1 - 0.01**2)
    assert held["volatility_ratio"] == pytest.approx(np.sqrt(1.146**2 + rest / large), rel=1e-12)
    assert held["mean_relative"] == pytest.approx(0.146 * 0.0006 - 0.0001, rel=1e-9)
    small = (1.146 * 0.0006 - 0.0001) / np.sqrt(1.146**2 * large + rest)
    expected = (small - 0.0006 / np.sqrt(large)) * np.sqrt(252.0)
    assert held["sharpe_difference"] == pytest.approx(expected, rel=1e-10)
    assert held["beta"] == held["downside_beta"] == 1.146
    assert held["cvar_99"] < held["var_99"] < -0.02
    assert -0.25 < held["max_drawdown"] < -0.02


# -- events ---------------------------------------------------------------------------


def test_an_event_study_uses_every_full_window_and_no_other() -> None:
    y, x = noise(120, 7), noise(120, 8)
    first, last = days(120)[61], days(120)[117]
    kept = eventstudy.event_study(y, x, [first, last], (0, 2), estimation=(-61, -2))
    assert kept.n == 2
    outside = [days(120)[60], days(120)[118]]
    more = eventstudy.event_study(y, x, [first, last, *outside], (0, 2), estimation=(-61, -2))
    assert (more.n, more.dropped) == (2, 2)
    with pytest.raises(DataError, match="60 days or more"):
        eventstudy.event_study(y, x, [first, last], (0, 2), estimation=(-60, -2))


def test_an_estimation_window_ends_before_its_event_window() -> None:
    y, x = noise(200, 7), noise(200, 8)
    events = [days(200)[100], days(200)[150]]
    assert eventstudy.event_study(y, x, events, (-5, 0), estimation=(-80, -6)).n == 2
    assert eventstudy.event_study(y, x, events, (3, 5), estimation=(-80, -1)).n == 2
    for window, estimation in (((-5, 0), (-80, -5)), ((3, 5), (-80, 0)), ((1, 0), (-80, -1))):
        with pytest.raises(DataError, match="must end before"):
            eventstudy.event_study(y, x, events, window, estimation=estimation)


def test_an_event_with_a_hole_in_its_window_is_dropped() -> None:
    y, x = noise(200, 7), noise(200, 8)
    events = [days(200)[at] for at in (100, 110, 130)]
    holed = y.where(np.arange(200) != 131)
    told = eventstudy.event_study(holed, x, events, (0, 2), estimation=(-80, -10))
    assert told.car.index.tolist() == events[:2]
    assert told.dropped == 1


def test_the_simulated_logs_reach_the_tests_as_simple_returns() -> None:
    seen: list[pd.DataFrame] = []

    def probe(pair: pd.DataFrame, dates: pd.DatetimeIndex) -> float:
        seen.append(pair.drop(dates))
        return 0.05

    told = size._called({"probe": probe}, 2, 0.01, None, 700, 5, coverage.DESIGN)
    assert told == {"probe": 1.0}  # the level itself counts as a finding
    logs = coverage.simulate_pairs(2, 700, 5)[1]
    pd.testing.assert_frame_equal(seen[1], np.expm1(logs).loc[seen[1].index])


def test_the_first_session_can_be_a_placebo_date() -> None:
    y = noise(60, 9)
    drawn = eventstudy.placebo_distribution(y, 1, 1, pool=days(60)[:1], draws=3)
    assert drawn.tolist() == pytest.approx([y.iloc[0]] * 3)
    whole = eventstudy.placebo_distribution(y, 1, 1, pool=days(60)[:2], draws=200)
    assert set(np.round(whole, 12)) == set(np.round(y.iloc[:2], 12))


def test_every_count_of_a_placebo_may_be_one_and_none_nought() -> None:
    y = noise(60, 9)
    assert len(eventstudy.placebo_distribution(y, 1, 1, draws=1, min_gap=1)) == 1
    for wrong in ({"n_events": 0}, {"draws": 0}, {"min_gap": 0}):
        asked = {"n_events": 1, "draws": 1, "min_gap": 1} | wrong
        with pytest.raises(DataError, match="1 or more"):
            eventstudy.placebo_distribution(y, horizon=1, **asked)


def test_a_date_before_or_after_all_sessions_is_missing_and_one_between_is_refused() -> None:
    y = noise(5, 9)
    early, late = days(5)[0] - pd.Timedelta(days=3), days(5)[-1] + pd.Timedelta(days=9)
    table = eventstudy.event_returns(y, [early, days(5)[0], late], [1])
    assert table[1].isna().tolist() == [True, False, True]
    between = pd.Timestamp("2020-01-04")  # a Saturday
    with pytest.raises(DataError, match="2020-01-04 is not a session"):
        eventstudy.event_returns(y, [between], [1])


def test_a_rank_from_the_base_close_and_from_the_first_session() -> None:
    y = pd.Series([0.01, 0.02, 0.03], index=days(3))
    before = days(3)[0] - pd.Timedelta(days=1)
    assert eventstudy.rank_among_windows(y, before, days(3)[0]).value == pytest.approx(0.01)
    told = eventstudy.rank_among_windows(y, days(3)[0], days(3)[1])
    assert (told.value, told.percentile) == pytest.approx((0.02, 0.5))
    with pytest.raises(DataError, match="both must be closes"):
        eventstudy.rank_among_windows(y, days(3)[1], days(3)[1])
    holed = y.set_axis(pd.DatetimeIndex(["2020-01-06", "2020-01-08", "2020-01-09"]))
    with pytest.raises(DataError, match="both must be closes"):
        eventstudy.rank_among_windows(holed, pd.Timestamp("2020-01-07"), holed.index[-1])


def test_a_placebo_p_value_counts_itself() -> None:
    drawn = np.array([-2.0, -1.0, 0.0, 1.0])
    assert eventstudy.placebo_p_value(1.0, drawn) == pytest.approx(2 * 2 / 5)
    assert eventstudy.placebo_p_value(0.0, np.array([1.0])) == 1.0
    assert eventstudy.placebo_p_value(3.0, drawn) == pytest.approx(2 * 1 / 5)
    assert eventstudy.placebo_p_value(-1.0, drawn) == pytest.approx(1.0 * min(1, 2 * 3 / 5))
    for observed, values in ((np.nan, drawn), (0.0, [np.nan]), (0.0, [])):
        with pytest.raises(DataError):
            eventstudy.placebo_p_value(observed, np.array(values))


def test_shifts_with_half_of_the_dates_count() -> None:
    index = days(4)
    windows = pd.Series([1.0, np.nan, 3.0, np.nan], index=index)
    # Two dates: shifted by 1 and 3 both are missing or one is; by 2 both are there again.
    got = shifted_means(windows, index[[0, 1]])
    assert got.tolist() == [3.0, 3.0, 1.0]
    # Three dates: one alone of them is less than half, and its shift is dropped.
    lonely = pd.Series([1.0, np.nan, np.nan, 4.0, 5.0], index=days(5))
    assert shifted_means(lonely, days(5)[[0, 1, 2]]).tolist() == [4.5, 10 / 3, 3.0]


# -- garch, regimes -------------------------------------------------------------------


def test_an_estimate_on_the_boundary_is_pulled_inside() -> None:
    pulled = garch._settled(0.0, 0.0, 0.01, 0.2, 0.9, 6.0, unit=1.0)
    assert pulled.alpha + pulled.beta == pytest.approx(0.9995, abs=1e-12)
    assert pulled.alpha / pulled.beta == pytest.approx(0.2 / 0.9)
    barely = garch._settled(0.0, 0.0, 0.01, 0.1, 0.9, 6.0, unit=1.0)
    assert barely.alpha + barely.beta == pytest.approx(0.9995, abs=1e-12)
    assert pulled.variance == pytest.approx(0.01 / 0.0005, rel=1e-3)
    inside = garch._settled(0.0, 0.0, 0.01, 0.1, 0.8, 6.0, unit=2.0)
    assert (inside.alpha, inside.beta) == (0.1, 0.8)
    assert inside.variance == pytest.approx(0.1 * 4.0)
    assert garch._settled(0.5, 0.5, 0.01, 0.1, 0.8, 1.9, unit=0.01).mean == pytest.approx(0.01)
    assert garch._settled(0.0, 0.0, 0.01, 0.1, 0.8, 1.9, unit=1.0).nu == 2.1
    digits = garch._settled(0.123456, 0.0, 0.01234567, 0.123456, 0.8, 6.66, unit=1.0)
    assert (digits.mean, digits.alpha, digits.nu) == (0.1235, 0.1235, 6.7)
    assert garch._settled(0.0, 0.123456, 0.01, 0.1, 0.8, 6.0, unit=1.0).phi == 0.1235


def test_the_likeliest_of_all_starts_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([SimpleNamespace(llf=v) for v in (3.0, 5.0, 4.96, 4.0)])
    monkeypatch.setattr(regimes, "_fit", lambda *_: next(found))
    best, agreeing = regimes._best(noise(120, 40).to_numpy().tobytes(), 2, 4, 1)
    regimes._best.cache_clear()
    assert (best.llf, agreeing) == (5.0, 2)


def test_the_duration_of_a_state_is_that_of_its_stay() -> None:
    rng = np.random.default_rng(11)
    spell = np.repeat([0, 1] * 10, 30)
    values = pd.Series(rng.normal(0, np.where(spell, 0.04, 0.01)), index=days(600))
    fit = regimes.fit_regimes(values, starts=2)
    stay = np.diag(fit.transition)
    np.testing.assert_allclose(fit.table["duration"], 1.0 / (1.0 - stay), rtol=1e-12)
    assert fit.table["duration"].between(15, 60).all()
    assert fit.table["share"].tolist() == pytest.approx([0.5, 0.5], abs=0.1)


# -- prediction -----------------------------------------------------------------------


@pytest.mark.parametrize("horizon", [1, 3])
def test_twelve_forecasts_are_enough_and_eleven_are_not(horizon: int) -> None:
    least = 20 + 2 * horizon - 1 + 12
    y, x = noise(least, 12), noise(least, 13)
    told = prediction.lead_lag(y, x, horizon, min_train=20, block=4, draws=20)
    assert told.n == 12
    with pytest.raises(DataError, match=f"at least {least} are needed"):
        prediction.lead_lag(y.iloc[1:], x.iloc[1:], horizon, min_train=20, block=4, draws=20)


def test_a_lead_is_looked_for_after_sixty_pairs_and_one_period_ahead() -> None:
    y, x = noise(100, 12), noise(100, 13)
    plain = prediction.lead_lag(y, x, draws=20)
    assert (plain.n, plain.horizon) == (100 - 60 - 1, 1)
    _, table = prediction.lead_lag_family(y, x.to_frame(), draws=20)
    assert table[["horizon", "n"]].to_numpy().tolist() == [[1, 39]]
    with pytest.raises(DataError, match="x is constant"):
        prediction.lead_lag(y, x.where(np.arange(100) >= 60, 1.0), draws=20)
    with pytest.raises(DataError, match="constant"):
        prediction.lead_lag(y * 0.0, x, draws=20, block=4)


def test_a_family_takes_the_blocks_of_its_longest_horizon() -> None:
    y, x = noise(120, 20), noise(120, 21)
    family, table = prediction.lead_lag_family(y, x.to_frame(), (1, 20), min_train=40, draws=40)
    alone = prediction.lead_lag(y, x, 1, min_train=40, block=20, draws=40)
    assert table["p"].iloc[0] == alone.p
    assert family.tried == 2


def test_rows_out_of_order_are_refused() -> None:
    y, x = noise(100, 12), noise(100, 13)
    with pytest.raises(DataError, match="strictly increasing"):
        prediction.lead_lag(y.iloc[::-1], x.iloc[::-1], block=4, draws=20)
    with pytest.raises(DataError, match="strictly increasing"):
        r.latest_on(y.iloc[::-1], days(3))


def test_rounding_errors_of_a_perfect_fit_are_no_break() -> None:
    x = noise(300, 1)
    for y in (x.rename("y"), 2.0 * x + 1.0):
        found = breaks.break_test(y, x, draws=40)
        assert (found.statistic, found.p) == (0.0, 1.0)
    step = pd.Series(np.where(np.arange(300) < 150, 0.0, 1.0), index=x.index)
    found = breaks.break_test(step, x, draws=40)
    assert (found.date, found.p) == (x.index[150], 1 / 41)


def test_columns_named_by_a_caller_stay_its_own() -> None:
    y, x = noise(120, 2), noise(120, 3)
    for ask in (
        lambda: g.newey_west(y, x, 2).table,
        lambda: prediction.lead_lag(y, x, draws=20).forecasts,
    ):
        ask().columns.name = "mine"
        assert ask().columns.name is None
