"""What the statistics do faster than the libraries gives what the libraries give."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

from rotation_lib.errors import DataError
from rotation_lib.stats import bootstrap, measures, multiple
from rotation_lib.stats.bootstrap import Bootstrap, OfSums, resample_counts, stationary_indices
from rotation_lib.stats.regression import first_slope, newey_west
from rotation_lib.stats.returns import week_ends, weekly_log_returns
from rotation_lib.stats.switching import Switching

WEEKS = pd.date_range("2010-01-08", periods=300, freq="W-FRI")


@pytest.mark.parametrize("states", [2, 3])
def test_the_regime_model_is_the_librarys(states: int) -> None:
    random = np.random.default_rng(5)
    calm = np.arange(300) % 100 < 60
    values = np.where(calm, random.normal(0.3, 1.5, 300), random.normal(-0.3, 4.0, 300))
    model = Switching(values, k_regimes=states, trend="c", switching_variance=True)
    library = MarkovRegression(values, k_regimes=states, trend="c", switching_variance=True)
    start = model.untransform_params(model.start_params)
    for _ in range(3):
        params = start + random.normal(0.0, 0.3, len(start))
        np.testing.assert_allclose(
            model.transform_params(params), library.transform_params(params), rtol=1e-13
        )
        fixed = library.transform_params(params)
        assert model.loglike(fixed) == pytest.approx(library.loglike(fixed), rel=1e-12)
        np.testing.assert_allclose(
            model.initial_probabilities(fixed), library.initial_probabilities(fixed), rtol=1e-12
        )
        np.testing.assert_allclose(
            model.score(params, False), library.score(params, False), rtol=1e-9, atol=1e-9
        )
        stepped, expected = model._em_iteration(fixed)[1], library._em_iteration(fixed)[1]
        np.testing.assert_allclose(stepped, expected, rtol=1e-9)
    extreme = np.where(np.arange(len(start)) == 0, 900.0, start)
    assert np.isfinite(model.transform_params(extreme)).all()


def test_states_that_are_never_left_start_as_the_library_starts_them() -> None:
    values = np.random.default_rng(1).normal(size=120)
    model = Switching(values, k_regimes=2, trend="c", switching_variance=True)
    library = MarkovRegression(values, k_regimes=2, trend="c", switching_variance=True)
    never = np.array([1.0, 0.0, 0.1, -0.1, 1.0, 2.0])
    np.testing.assert_allclose(
        model.initial_probabilities(never), library.initial_probabilities(never)
    )


def test_slopes_on_arrays_are_statsmodels() -> None:
    random = np.random.default_rng(3)
    x = pd.DataFrame(random.normal(size=(300, 2)), columns=["a", "b"], index=WEEKS)
    y = pd.Series(0.4 * x["a"] + random.normal(size=300), index=WEEKS)
    fit = sm.OLS(y, sm.add_constant(x)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False}, use_t=True
    )
    low, high = fit.conf_int().loc["a"]
    expected = (fit.params["a"], low, high)
    assert first_slope(y.to_numpy(), x.to_numpy(), 4) == pytest.approx(expected, rel=1e-12)
    table = newey_west(y, x, 4).table
    np.testing.assert_allclose(table["se"], fit.bse, rtol=1e-12)
    np.testing.assert_allclose(table["p"], fit.pvalues, rtol=1e-9)
    with pytest.raises(DataError, match="determine each other"):
        first_slope(y.to_numpy(), np.column_stack([x["a"], 2.0 * x["a"]]), 4)
    with pytest.raises(DataError, match="constant"):
        first_slope(y.to_numpy(), np.ones((300, 1)), 4)


def test_sums_of_resamples_need_no_copies_of_rows() -> None:
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"x": random.normal(size=150), "mark": random.integers(0, 2, 150) * 1.0})
    quick = OfSums(lambda x: np.stack([x[0] * x[1], x[1]]), lambda s: s[0] / s[1])
    sample = Bootstrap(frame, block=6, draws=70)
    slow = sample.distribution(lambda x: (x[0] * x[1]).sum(-1) / x[1].sum(-1))
    np.testing.assert_allclose(sample.distribution(quick), slow, rtol=1e-12)
    counts = resample_counts(150, 6, 70, sample.seed)
    assert (counts.sum(axis=1) == 150).all()
    assert counts[3, 7] == (stationary_indices(150, 6, 70, sample.seed)[3] == 7).sum()


def test_tables_of_resamples_take_the_smallest_integers_that_hold_them() -> None:
    assert stationary_indices(300, 20, 4, 1).dtype == np.uint16
    assert stationary_indices(70_000, 20, 2, 1).max() > 65_535
    assert resample_counts(300, 20, 4, 1).dtype == np.uint8
    # A row that is taken more than 255 times does not fit into one byte.
    many = bootstrap._counts_of(np.zeros((2, 300), dtype=np.uint16))
    assert many[:, 0].tolist() == [300, 300] and many.sum() == 600


def test_only_so_many_tables_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_tables", type(bootstrap._tables)())
    monkeypatch.setattr(bootstrap, "_BYTES", 2 * 50 * 10)
    first = stationary_indices(50, 5, 10, 1)
    assert first.nbytes == 500 and stationary_indices(50, 5, 10, 1) is first
    stationary_indices(50, 5, 10, 2)
    assert stationary_indices(50, 5, 10, 1) is first  # used last, so kept
    stationary_indices(50, 5, 10, 3)
    assert [key[-1] for key in bootstrap._tables] == [1, 3]
    large = stationary_indices(50, 5, 100, 1)  # too large, and yet handed out again
    assert [t is large for t in bootstrap._tables.values()] == [True]
    np.testing.assert_array_equal(stationary_indices(50, 5, 10, 1), first)


@pytest.mark.parametrize(("n", "digits"), [(500, 12), (501, 1), (101, 0), (2, 12), (1, 12)])
def test_one_pass_over_the_tails_is_each_figure(n: int, digits: int) -> None:
    """Also of rounded returns, where many days equal the quantile."""
    x = np.random.default_rng(4).standard_t(4, size=(1, n, 20)).round(digits).transpose(0, 2, 1)
    levels = (0.95, 0.99, 0.4)
    found = measures.tails(levels)(x)
    each = [
        figure(level)(x)
        for level in levels
        for figure in (measures.value_at_risk, measures.expected_shortfall)
    ]
    np.testing.assert_array_equal(found[..., ::2], np.stack(each[::2], axis=-1))
    np.testing.assert_allclose(found[..., 1::2], np.stack(each[1::2], axis=-1), rtol=1e-13)


def test_means_of_a_family_come_from_the_resampled_rows() -> None:
    frame = pd.DataFrame(np.random.default_rng(8).normal(size=(90, 3)) + 0.1)
    rows = stationary_indices(90, 4, 60, 5)
    means = frame.to_numpy()[rows].mean(axis=1)
    spread = means.std(axis=0, ddof=1)
    centre = frame.to_numpy().mean(axis=0)
    by_hand = multiple.romano_wolf(centre / spread, (means - centre) / spread, ["0", "1", "2"])
    found = multiple.family_of_means(frame, block=4, draws=60, seed=5)
    pd.testing.assert_frame_equal(found.table, by_hand.table, rtol=1e-11)


def test_weeks_are_those_of_a_grouping_by_calendar() -> None:
    days = pd.bdate_range("2019-11-25", "2020-03-20", name="date").drop(
        pd.to_datetime(["2019-11-28", "2019-12-25", "2020-01-01", "2020-02-14"])
    )
    base = pd.Timestamp("2019-11-22")
    every = days.insert(0, base)
    for weekday, name in enumerate(("MON", "TUE", "WED", "THU", "FRI")):
        grouped = pd.Series(every, index=every).groupby(every.to_period(f"W-{name}")).last()
        closed = [p.end_time.normalize() <= days[-1] for p in grouped.index]
        assert list(week_ends(days, base, weekday=weekday)) == list(grouped[closed])
    returns = pd.DataFrame({"a": np.linspace(-0.02, 0.03, len(days)), "b": 0.01}, index=days)
    returns.iloc[30, 1] = np.nan
    weekly = weekly_log_returns(returns, base)
    ends = week_ends(days, base)
    logs = np.log1p(returns)
    expected = pd.DataFrame(
        [logs[(days > a) & (days <= b)].sum(skipna=False) for a, b in pairwise(ends)],
        index=ends[1:],
    )
    pd.testing.assert_frame_equal(weekly, expected, rtol=1e-13, check_freq=False, check_names=False)
    single = weekly_log_returns(returns["a"], base)
    pd.testing.assert_series_equal(single, weekly["a"])
