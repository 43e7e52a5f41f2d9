"""Words of the reshoring chapter: true for any sign, readable when something is missing."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from rotation_lib.charts import reshoring_sectors as charts
from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.market import Market
from rotation_lib.narrative import reshoring_sectors as words
from rotation_lib.prose.markdown import Prose
from rotation_lib.studies import reshoring_sectors as study
from rotation_lib.studies.reshoring_sectors import (
    leads,
    pairs,
    sectors,
    specs,
    spending,
    tax,
    turns,
)


@pytest.fixture(scope="module")
def real(market: Market) -> dict[str, Finding]:
    return {f.id: f for f in study.findings(market)}


def changed(
    real: dict[str, Finding], **values: float | tuple[float, float, float] | None
) -> FindingSet:
    """The real findings with some values, or (value, low, high), replaced; ``None`` is missing."""
    made = dict(real)
    for name, value in values.items():
        key = f"reshoring_sectors.{name}"
        update: dict[str, object] = {"value": value}
        if value is None:
            update |= {"low": None, "high": None, "reason": "the law was signed later"}
        if isinstance(value, tuple):
            update = dict(zip(("value", "low", "high"), value, strict=True))
        made[key] = made[key].model_copy(update=update)
    return FindingSet(made.values())


def test_takeaways_are_six_with_numbers(real: dict[str, Finding]) -> None:
    lines = words.takeaways(real)
    assert len(lines) == 6
    assert all(any(c.isdigit() for c in line) for line in lines)
    assert Prose("\n".join(lines))


def test_takeaways_read_when_everything_is_missing(real: dict[str, Finding]) -> None:
    nothing = {
        k: f.model_copy(
            update={
                "value": None,
                "low": None,
                "high": None,
                "percentile": None,
                "reason": "these dates do not reach it",
            }
        )
        for k, f in real.items()
    }
    for line in words.takeaways(nothing):
        assert "these dates do not reach it" in line
        assert "None" not in line
    for title in (
        words.spending_title,
        words.economy_title,
        words.turns_title,
        words.sectors_title,
        words.pairs_title,
        words.tax_title,
        words.economy_chart_title,
    ):
        assert "None" not in title(nothing)
        assert not any(c.isdigit() for c in title(nothing).replace("2021", "").replace("2022", ""))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-0.3099, "has fallen 31% from its peak of"), (0.0, "highest on record")],
)
def test_spending_title_follows_the_distance(
    real: dict[str, Finding], value: float, expected: str
) -> None:
    assert expected in words.spending_title(changed(real, construction_from_peak=value))


def test_economy_title_follows_what_jobs_did(real: dict[str, Finding]) -> None:
    flat = {"jobs_since_iija": 0.01, "output_since_iija": 0.0, "orders_since_iija_real": -0.02}
    built = changed(real, construction_since_iija_real=0.7, **flat)
    assert "hardly followed" in words.economy_title(built)
    followed = changed(real, construction_since_iija_real=0.7, **{**flat, "jobs_since_iija": 0.4})
    assert "some of the factory economy" in words.economy_title(followed)
    assert "−10%" in words.economy_title(changed(real, construction_since_iija_real=-0.1, **flat))


def test_turns_are_hedged_unless_they_survive_the_searches(real: dict[str, Finding]) -> None:
    open_ = changed(
        real, break_iija_p_family=0.6, break_chips_p_family=0.9, break_tariffs_p_family=0.9
    )
    assert words.turns_title(open_).startswith("Building most likely turned")
    assert "too persistent" in words.timing_sentence(open_)
    sure = changed(
        real,
        break_iija_months=(-5.0, -7.0, 1.0),
        break_iija_p_family=0.01,
        break_chips_p_family=0.01,
        break_tariffs_p_family=0.02,
    )
    assert words.turns_title(sure).startswith(
        "Building turned up five months before the infrastructure act"
    )
    assert "p = 0.01" in words.timing_sentence(sure)
    assert "too persistent" not in words.timing_sentence(sure)


def test_one_turn_near_two_laws_is_told_once(real: dict[str, Finding]) -> None:
    same = changed(
        real,
        break_iija_months=-5.0,
        break_chips_months=-14.0,
        break_iija_step=0.4,
        break_chips_step=0.3,
    )
    assert words.timing_sentence(same).count("June 2021") == 1


def test_distance_at_the_law_itself(real: dict[str, Finding]) -> None:
    assert "in the month of the infrastructure act" in words.turns_title(
        changed(real, break_iija_months=0.0)
    )
    late = changed(real, break_iija_months=(2.0, 1.0, 3.0))
    assert "two months after the infrastructure act" in words.turns_title(late)
    assert "its own month not included" in words.turns_paragraph(late)


@pytest.mark.parametrize(
    ("p", "expected"), [(0.29, "none by more than chance allows"), (0.01, "more than chance")]
)
def test_sectors_title_follows_the_family(
    real: dict[str, Finding], p: float, expected: str
) -> None:
    assert expected in words.sectors_title(changed(real, sectors_p=p))


def test_a_group_is_told_with_the_sign_and_interval_of_its_card(real: dict[str, Finding]) -> None:
    text = words.sectors_sentence(changed(real, group_banks=(-0.10, -0.20, 0.01)))
    assert "−10.0 for banks (95% interval −20.0 to 1.0)" in text


@pytest.mark.parametrize(
    ("value", "p", "expected"),
    [
        (
            0.07,
            0.03,
            "beat small caps by 7.0 percentage points a year since the infrastructure act",
        ),
        (0.07, 0.30, "but that may be chance"),
        (-0.02, 0.30, "trailed small caps by 2.0 percentage points"),
    ],
)
def test_pairs_title_follows_sign_and_p(
    real: dict[str, Finding], value: float, p: float, expected: str
) -> None:
    assert expected in words.pairs_title(changed(real, neutral_psci=value, neutral_psci_p=p))


def test_a_p_value_near_the_line_keeps_a_third_digit(real: dict[str, Finding]) -> None:
    assert "p = 0.048" in words.pair_sentence(changed(real, neutral_psci_p=0.0482), "psci")


def test_leads_title_counts_the_tries() -> None:
    tried = pd.DataFrame({"p": [0.01, 0.4], "p_family": [0.12, 0.9]})
    assert "not beyond what 2 tries" in words.leads_title(tried)
    assert "follow published spending" in words.leads_title(tried.assign(p_family=0.01))
    assert "None of 2 tries" in words.leads_title(tried.assign(p=0.5))
    assert "Too few months" in words.leads_title(tried.iloc[:0])


@pytest.mark.parametrize(
    ("limit", "where"), [(0.30, "within"), (0.20, "at the edge of"), (0.10, "beyond")]
)
def test_profile_title_compares_with_the_limit(limit: float, where: str) -> None:
    profile = pd.DataFrame(
        {"Spending": [0.1, -0.2], "limit": limit}, index=pd.Index([0, 6], name="lead")
    )
    title = words.profile_title(profile)
    assert f"lies {where} the limits of chance" in title
    assert "−0.20 with spending published 6 months before the return" in title


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (0.01, 0.5, "of 2016–17, not clearly on those of 2025"),
        (0.01, 0.01, "of both tax laws"),
        (0.5, 0.01, "of 2025, not clearly on those of 2016–17"),
        (0.5, 0.5, "did not gain on tax steps by more than chance"),
    ],
)
def test_tax_title_names_the_laws_that_moved_small_caps(
    real: dict[str, Finding], old: float, new: float, expected: str
) -> None:
    both = changed(real, tax_2016_5d=0.03, tax_2025_5d=0.01, tax_2016_5d_p=old, tax_2025_5d_p=new)
    assert expected in words.tax_title(both)


def test_a_tax_law_out_of_sight_is_not_denied(real: dict[str, Finding]) -> None:
    seen = changed(real, tax_2025_5d=None, tax_2025_5d_p=None, tax_2016_5d_p=0.01)
    assert words.tax_title(seen) == "Small caps gained on the tax steps of 2016–17"
    assert "The 2025 law cannot be measured here" in words.tax_sentence(seen)


def test_titles_of_frames_follow_the_frames() -> None:
    index = pd.DatetimeIndex(["2024-09-17", "2024-12-31"], name="date")
    paths = pd.DataFrame({"Banks": [1.0, 1.1], "Home builders": [1.0, 0.6]}, index=index)
    assert (
        words.groups_title(paths, "SPY")
        == "Against SPY, home builders lost 40% and banks gained 10%"
    )
    pair = pd.DataFrame({"PSCI − IJR": [1.0, 0.9]}, index=index)
    assert words.paths_title(pair) == "PSCI made 10% less than IJR since September 2024"
    levels = pd.DataFrame({"Nominal": [250.0, 173.0]}, index=index)
    assert words.construction_title(levels).endswith("down from $250 billion in September 2024")
    curve = pd.DataFrame({"value": [0.1, -0.1], "low": [0.01, -0.2], "high": [0.2, 0.1]})
    assert (
        words.curve_title(curve)
        == "1 of 2 ways to measure show a lead; 1 clear of zero above, 0 below"
    )
    steps = pd.DataFrame(
        {
            "label": ["A", "B", "Mean of 2"],
            "value": [0.05, 0.0, 0.02],
            "low": [0.01, -0.1, 0.01],
            "high": [0.1, 0.1, 0.03],
        }
    )
    assert words.reactions_title(steps) == "One of two tax steps stands out from ordinary weeks: A"
    found = pd.DataFrame({"p_family": [0.5, 0.9]})
    assert words.searches_title(found).startswith("None of two searches finds a break")


def drawn(market: Market) -> list[Figure | Table | Prose]:
    """Every figure and table of the chapter."""
    found, tried = turns.table(market), leads.table(market)
    month, end, large, small = spending.last_month(market), market.end, market.large, market.small
    return [
        charts.construction(spending.levels(market), title="t"),
        charts.real_economy(spending.indexed(market), title="t", base=spending.index_base(market)),
        charts.regimes(spending.regimes(market), as_of=month),
        charts.turns(turns.shown(found), title="t", searched=len(found), as_of=month),
        charts.turns_table(found, as_of=month),
        charts.groups(sectors.group_paths(market), title="t", large=large),
        charts.fund_table(sectors.fund_table(market), large=large, as_of=end),
        charts.specifications(specs.sector_curve(market), title="t", large=large, as_of=end),
        charts.pairs(pairs.paths(market), title="t"),
        charts.lead_profile(leads.profile(market), title="t", as_of=end),
        charts.lead_table(tried, as_of=end),
        charts.tax_reactions(tax.reactions(market), title="t", small=small, large=large, as_of=end),
        charts.tax_table(tax.event_table(market), small=small, large=large, as_of=end),
    ]


def test_the_default_window_draws_every_figure(market: Market) -> None:
    made = drawn(market)
    assert not any(isinstance(m, Prose) for m in made)
    figures = [m for m in made if isinstance(m, Figure)]
    assert len(figures) == 8
    for figure in figures:
        assert figure.payload()["spec"]
        assert any(c.isdigit() for c in figure.alt)
        assert set(figure.series) <= set(market.catalog.series)


@pytest.mark.parametrize(
    "window",
    [
        {"start": "2010-01-04", "end": "2012-12-31"},
        {"start": "2026-01-02", "end": "2026-07-31"},
        {"as_of": "2020-06-30"},
        {"large": "XLI"},
    ],
    ids=str,
)
def test_other_windows_draw_what_they_reach(
    market_of: Callable[..., Market], window: dict[str, str]
) -> None:
    made = drawn(market_of(**window))
    assert any(isinstance(m, Figure) for m in made)
    assert all("None" not in m.text for m in made if isinstance(m, Prose))
