"""Sweeps: editions that look no further than their day, kept, resumed, and the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_sweeps import plan_of, rows_of

from rotation_lib.catalog import load_catalog
from rotation_lib.errors import DataError, ParameterError
from rotation_lib.params import report_params
from rotation_lib.sources import Dataset
from rotation_lib.sweep import local
from rotation_lib.sweep.edition import draws_of, edition_key, evaluate, market_of
from rotation_lib.sweep.kept import Kept
from rotation_lib.sweep.panel import COLUMNS, read_panel
from rotation_lib.sweep.plan import DRAWS, Plan, make_plan
from rotation_lib.sweep.run import sweep

FEW = 40
NARROW = ("reshoring_sectors",)


# -- days ---------------------------------------------------------------------------------


def test_months_from_2010_on_make_at_least_190_editions(dataset: Dataset) -> None:
    plan = plan_of(dataset)
    assert len(plan.days) >= 190
    assert plan.days[0] == date(2010, 4, 30)
    assert plan.days[-1] == dataset.total_returns.index[-1].date()
    assert plan.days[100] == date(2018, 8, 31)
    assert plan.draws == DRAWS


def test_spacings_end_on_the_last_session_of_their_period(dataset: Dataset) -> None:
    quarters = plan_of(dataset, every="quarter", first="2024-01-01", last="2024-12-31").days
    assert quarters == (
        date(2024, 3, 28),  # Good Friday was the 29th
        date(2024, 6, 28),
        date(2024, 9, 30),
        date(2024, 12, 31),
    )
    weeks = plan_of(dataset, every="week", first="2024-03-18", last="2024-04-06").days
    assert weeks == (date(2024, 3, 22), date(2024, 3, 28), date(2024, 4, 5))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"every": "day"}, "every = 'day' cannot be used"),
        ({"first": "2030-01-01"}, "nearest valid value is"),
        ({"last": "2009-01-01"}, "to = '2009-01-01' cannot be used"),
        ({"first": "2015-13-01"}, "must exist"),
        ({"first": "2020-02-01", "last": "2019-01-01"}, "swap the two dates"),
        ({"first": "2020-02-03", "last": "2020-02-05"}, "widen the range"),
        ({"chapters": ("risk",)}, "try 'risks'"),
        ({"draws": 3}, "draws = 3 cannot be used"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    dataset: Dataset, options: Mapping[str, Any], part: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        plan_of(dataset, **options)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["end", "as_of"])
def test_the_day_of_an_edition_is_not_a_parameter(dataset: Dataset, name: str) -> None:
    params = report_params(**{name: "2020-01-31"})
    with pytest.raises(ParameterError, match="use --from and --to"):
        make_plan(params, dataset.total_returns.index)


# -- no look-ahead ------------------------------------------------------------------------


def other_future(dataset: Dataset, day: date) -> Dataset:
    """The same data up to ``day``, and different ones after it or unknown on it.

    Splits stay: filings are restated for them years later, so that they say on which basis the
    older rows of this data set stand, and nothing about the market.
    """
    stamp, random = pd.Timestamp(day), np.random.default_rng(7)

    def returns(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.copy()
        later = changed.index > stamp
        noise = random.normal(0.001, 0.03, size=(later.sum(), len(changed.columns)))
        changed.loc[later] = np.where(changed.loc[later].isna(), np.nan, noise)
        return changed

    seen = dataset.observations.copy()
    catalog = load_catalog()
    for series_id, part in seen.groupby("series_id"):
        known = part["date"] <= stamp
        if catalog[str(series_id)].point_in_time:
            known &= catalog.published(str(series_id), part["date"]).to_numpy() <= stamp
        hidden = part.index[~known.to_numpy(dtype=bool)]
        seen.loc[hidden, "value"] = seen.loc[hidden, "value"] * 1.7 + 3.0

    def rows(frame: pd.DataFrame, column: str) -> pd.DataFrame:
        return frame[frame[column] <= stamp]

    facts = dataset.fundamentals.copy()
    unfiled = facts["end"] > stamp - pd.Timedelta(days=75)
    facts.loc[unfiled, "value"] = facts.loc[unfiled, "value"] * -2.0
    return replace(
        dataset,
        total_returns=returns(dataset.total_returns),
        price_returns=returns(dataset.price_returns),
        observations=seen,
        events=rows(dataset.events, "reaction_session"),
        decisions=rows(dataset.decisions, "reaction_session"),
        cpi_releases=rows(dataset.cpi_releases, "reaction_session"),
        fundamentals=facts,
        provenance=dataset.provenance | {"data_sha256": "other", "data_through": "2031-01-01"},
    )


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2013, 6, 28), date(2025, 1, 31)])
def test_an_edition_is_the_same_whatever_came_after_it(dataset: Dataset, day: date) -> None:
    plan = plan_of(dataset, draws=FEW)
    other = other_future(dataset, day)
    assert not other.total_returns.equals(dataset.total_returns)
    assert rows_of(dataset, plan, day) == rows_of(other, plan, day)


def test_an_edition_notices_what_was_known_on_its_day(dataset: Dataset) -> None:
    day = date(2013, 6, 28)
    plan = plan_of(dataset, draws=FEW, chapters=NARROW)
    changed = dataset.total_returns.copy()
    changed.loc["2013-06-28", "IWM"] += 0.001
    other = replace(dataset, total_returns=changed)
    keys = {edition_key(market_of(d, plan, day), plan) for d in (dataset, other)}
    assert len(keys) == 2


def test_an_early_edition_says_why_it_lacks_a_value(dataset: Dataset) -> None:
    rows = rows_of(dataset, plan_of(dataset, draws=FEW), date(2010, 6, 30))
    findings = [r for r in rows if r["kind"] == "finding"]
    claims = {r["id"]: r["verdict"] for r in rows if r["kind"] == "claim"}
    assert len(claims) == 20
    assert all((r["value"] is None) == bool(r["reason"]) for r in findings)
    assert sum(r["value"] is None for r in findings) > 200
    assert claims["strong-august-2025"] == "cannot be tested"


# -- draws --------------------------------------------------------------------------------


@pytest.mark.slow
def test_fewer_draws_leave_every_estimate_and_no_gap(dataset: Dataset) -> None:
    day = date(2018, 3, 29)
    few, full = plan_of(dataset, draws=FEW), plan_of(dataset, draws=None)
    pairs = list(zip(rows_of(dataset, few, day), rows_of(dataset, full, day), strict=True))
    for swept, report in pairs:
        if swept["kind"] != "finding":
            continue
        assert swept["id"] == report["id"]
        assert (swept["low"] is None) == (report["low"] is None), swept["id"]
        assert (swept["value"] is None) == (report["value"] is None), swept["id"]
        if swept["value"] is not None and not (swept["unit"] == "p-value" and swept["draws"]):
            assert swept["value"] == pytest.approx(report["value"], rel=1e-12, abs=1e-14)
        if not report["draws"]:
            assert swept["low"] == report["low"], swept["id"]
        else:
            assert swept["draws"] == FEW, swept["method"]
            assert report["draws"] in (999, 2000), report["method"]
    drawn = [r for _, r in pairs if r["draws"]]
    assert len(drawn) > 40


def test_the_full_number_of_draws_gives_the_reports_own_intervals(dataset: Dataset) -> None:
    from rotation_lib.market import Market
    from rotation_lib.results import theme_result

    day = date(2019, 12, 31)
    rows = {
        r["id"]: r for r in rows_of(dataset, plan_of(dataset, draws=None, chapters=NARROW), day)
    }
    market = Market.load(report_params(end=day.isoformat(), as_of=day.isoformat()))
    for finding in theme_result(NARROW[0], market).findings:
        row = rows[finding.id]
        assert (row["value"], row["low"], row["high"], row["method"]) == (
            finding.value,
            finding.low,
            finding.high,
            finding.method or None,
        )


@pytest.mark.parametrize(
    ("method", "draws"),
    [
        ("stationary block bootstrap, 2,000 draws, mean block 12 rows", 2000),
        ("AR(1)-GARCH(1,1)-t model, 200 simulated histories, seed 1", 200),
        ("two-sided, against 999 sets of 9 random dates", 999),
        ("Romano–Wolf step-down over 105 tries, 400 stationary block resamples of the", 400),
        ("Romano-Wolf step-down over 4 tests, 200 shared resamples", 200),
        ("OLS, Newey-West standard errors, Bartlett kernel, 4 lags", 0),
    ],
)
def test_a_method_names_its_draws(method: str, draws: int) -> None:
    assert draws_of(method) == draws


# -- kept, resumed, written ---------------------------------------------------------------


def narrow(dataset: Dataset, first: str = "2013-01-01", last: str = "2013-12-31") -> Plan:
    return plan_of(dataset, every="quarter", first=first, last=last, chapters=NARROW, draws=FEW)


@pytest.mark.slow
def test_what_is_kept_is_not_computed_again(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, kept = narrow(dataset), Kept(tmp_path / "editions")
    computed: list[date] = []

    def counted(market: Any, plan: Plan, key: str) -> Any:
        computed.append(market.end.date())
        return evaluate(market, plan, key)

    monkeypatch.setattr(local, "evaluate", counted)
    first, second, third = (tmp_path / f"{name}.parquet" for name in "abc")
    sweep(plan, dataset, first, kept=kept, jobs=0)
    assert sorted(computed) == list(plan.days)
    sweep(plan, dataset, second, kept=kept, jobs=0)
    assert len(computed) == 4
    assert first.read_bytes() == second.read_bytes()

    damaged = min((tmp_path / "editions").iterdir())
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-100] + bytes(100))
    sweep(plan, dataset, third, kept=kept, jobs=0)
    assert len(computed) == 5
    assert third.read_bytes() == first.read_bytes()
    assert damaged.read_bytes() == whole

    sweep(plan, dataset, third, kept=replace(kept, fresh=True), jobs=0)
    assert len(computed) == 9
    sweep(replace(plan, draws=FEW + 1), dataset, third, kept=kept, jobs=0)
    assert len(computed) == 13


def test_the_panel_does_not_depend_on_the_order_of_work(dataset: Dataset, tmp_path: Path) -> None:
    plan = narrow(dataset, first="2013-06-01")
    kept = Kept(tmp_path / "editions")
    backwards = local.editions(local.Work(dataset, plan, kept), plan.days[::-1], 0)
    assert [e.day for e in backwards] == list(plan.days[::-1])
    sweep(plan, dataset, tmp_path / "after.parquet", kept=kept, jobs=0)
    sweep(plan, dataset, tmp_path / "anew.parquet", kept=Kept(None), jobs=0)
    assert (tmp_path / "after.parquet").read_bytes() == (tmp_path / "anew.parquet").read_bytes()


def test_a_panel_says_what_it_holds(dataset: Dataset, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    plan, path = narrow(dataset, first="2013-10-01"), tmp_path / "panel.parquet"
    rows = sweep(plan, dataset, path, kept=Kept(None), jobs=0)
    frame, held = read_panel(path)
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == len(rows)
    assert held["draws"] == FEW
    assert held["data_key"] == dataset.provenance["data_sha256"]
    assert held["chapters"] == list(NARROW)
    fields = pq.read_schema(path)
    assert all(fields.field(name).metadata[b"description"] for name in COLUMNS)
    assert set(frame["kind"]) == {"finding", "part", "claim"}
    claims = frame[frame["kind"] == "claim"]
    assert claims["fragile"].notna().all()
    assert claims["reason"].str.endswith(".").all()  # the sentence of that day


def test_what_is_no_panel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a readable panel"):
        read_panel(tmp_path / "none.parquet")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="rotation sweep"):
        read_panel(broken)
    pd.DataFrame({"a": [1]}).to_parquet(broken)
    with pytest.raises(DataError, match="not a readable panel"):
        read_panel(broken)
