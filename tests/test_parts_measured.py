"""What decides the parts of claims: the sources' own windows, isolated events, whole quotes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.market import Market
from rotation_lib.themes.reshoring_sectors.measures import tax
from rotation_lib.themes.risks.measures import inflation, macrodays, tails, tariffs
from rotation_lib.themes.risks.measures.aligned import placebo_band, relative_windows
from rotation_lib.themes.tech_valuations.measures import doubt, quality, sources

MarketOf = Callable[..., Market]


@pytest.mark.parametrize(
    ("index", "minus", "window", "value"),
    [
        ("^NDX", "^RUT", sources.TEN_YEARS, 3.323),
        ("^GSPC", "^RUT", sources.TEN_YEARS, 1.030),
        ("^RUT", "", sources.SECOND_HALF, 0.0938),
        ("^GSPC", "", sources.SECOND_HALF, 0.0234),
        ("^NDX", "", sources.SECOND_HALF, 0.0059),
    ],
)
def test_the_figures_of_the_sources_are_hit_whatever_the_start(
    market_of: MarketOf, index: str, minus: str, window: tuple[str, str], value: float
) -> None:
    for start in ("2010-01-04", "2023-01-03"):
        found = sources.in_source(market_of(start=start), index, window, minus)
        assert found.value == pytest.approx(value, abs=5e-4 if value > 1 else 5e-5)
    with pytest.raises(DataError, match="before 2024"):
        sources.in_source(market_of(end="2024-05-31"), index, window, minus)


def test_days_of_doubt_are_those_on_which_the_seven_fall_alone(market: Market) -> None:
    frame = doubt.doubt_days(market, "KRE")
    assert (frame["seven"] - frame["market"]).max() <= -0.02
    assert frame.index.min() >= pd.Timestamp("2023-01-03")
    assert {pd.Timestamp("2024-07-24"), pd.Timestamp("2025-01-27")} <= set(frame.index)
    found = doubt.on_doubt_days(market, "KRE")
    by_hand = 1e4 * float((frame["symbol"] - frame["market"]).mean())
    assert (found.value, found.n) == (pytest.approx(by_hand), 47)
    assert found.value == pytest.approx(40.66, abs=0.01)


def test_too_few_days_of_doubt_say_nothing(market_of: MarketOf) -> None:
    with pytest.raises(DataError, match="needed: 20"):
        doubt.on_doubt_days(market_of(end="2023-12-29"), "KRE")


def test_the_named_days_of_doubt_are_told_as_they_were(market: Market) -> None:
    table = doubt.named_days(market).set_index("what")
    assert table.loc["DeepSeek", ["small", "kre"]].tolist() == pytest.approx(
        [-0.0102, 0.0099], abs=5e-5
    )


def test_no_single_fund_picks_the_sharp_days(market: Market) -> None:
    days = quality.sharp_together(market)
    own = quality.sharp_days(market)
    assert days["up"].sum() == pytest.approx(0.05 * len(days), abs=1)
    assert 0 < (days["up"] & own["up"]).sum() < days["up"].sum()
    found = quality.low_quality(market)
    assert found.value == pytest.approx(4.62, abs=0.01) and found.n == 99


def test_the_election_is_no_step_of_a_tax_law(market: Market) -> None:
    mean, p = tax.without_election(market)
    assert mean.value == pytest.approx(0.0140, abs=5e-5)
    assert p.value > 0.1
    left = tax.each_left_out(market, "2016").set_index("left_out")["value"]
    assert left["Election, Nov 2016"] == pytest.approx(mean.value)
    assert left.drop("Election, Nov 2016").min() > 2 * mean.value  # it alone carries the mean


def test_every_release_of_five_basis_points_is_hot(market: Market) -> None:
    days = inflation.cpi_days(market)
    assert int(days["hot"].sum()) == 26
    assert days.loc[["2010-02-19", "2015-01-16", "2026-05-12"], "two_year"].tolist() == [0.05] * 3


def test_no_shortfall_is_milder_than_its_quantile(market: Market) -> None:
    for found in (tails.tails(market, "small"), tails.tails(market, "large")):
        for var, cvar in zip(found[::2], found[1::2], strict=True):
            assert cvar.interval is not None and var.interval is not None
            assert cvar.interval.low <= var.interval.low
            assert cvar.interval.high <= var.interval.high


def test_what_beta_explains_is_no_reaction_of_its_own(market: Market) -> None:
    """In a world where small caps only amplify the market, news days are like others."""
    rng = np.random.default_rng(4)
    large = rng.standard_t(4, size=4000) * 0.01
    news = (rng.random(4000) < 0.08).astype(float)
    large *= 1 + news  # the market moves more on news days
    small = 1.3 * large + rng.normal(0, 0.004, size=4000)
    ratio = float(macrodays._own_size(np.array([small, large, news])))
    gap = float(macrodays._size(np.array([np.abs(small - large), news])))
    assert ratio == pytest.approx(1.0, abs=0.08) and gap > 1.15


def test_escalations_are_measured_beyond_beta(market: Market) -> None:
    sessions = tariffs.sessions_of(market, "escalation")
    left = tariffs.beyond_beta(market, sessions)
    assert float(left.drop(sessions, errors="ignore").mean()) == pytest.approx(0.0, abs=1e-12)
    mean, p = tariffs.escalation_own(market)
    assert mean.value == pytest.approx(float(left.reindex(sessions).dropna().mean()))
    assert mean.interval is not None and mean.interval.low < mean.value < mean.interval.high
    assert p.value > 0.5


def test_a_placebo_band_is_put_around_the_mean(market: Market) -> None:
    sessions = tariffs.sessions_of(market, "escalation")
    windows = relative_windows(market, 21)
    band = placebo_band(windows, sessions)
    mean = float(windows.reindex(sessions).dropna().mean())
    assert band.low < mean < band.high
    assert "placebo" in band.method
