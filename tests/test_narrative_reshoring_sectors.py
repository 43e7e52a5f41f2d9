"""Words of the reshoring chapter: true for any sign, readable when something is missing."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from prose_worlds import cells

from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.market import Market
from rotation_lib.prose import Prose, tell
from rotation_lib.themes.reshoring_sectors import pictures
from rotation_lib.themes.reshoring_sectors.measures import (
    leads,
    pairs,
    sectors,
    specs,
    spending,
    tax,
    turns,
)

Studied = Callable[[str, Market], FindingSet]


@pytest.fixture(scope="module")
def real(market: Market, studied: Studied) -> dict[str, Finding]:
    return dict(studied("reshoring_sectors", market))


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


CELLS = {cell: source for chapter, cell, source in cells() if chapter == "reshoring_sectors"}


def said(cell: str, held: FindingSet) -> str:
    """What a cell of the chapter says of these findings."""
    return "\n\n".join(
        tell(CELLS[cell], held, "reshoring_sectors", {"small": "IWM", "large": "SPY"})
    )


def test_takeaways_carry_numbers(real: dict[str, Finding]) -> None:
    lines = said("takeaways", changed(real)).split("\n\n")
    assert len(lines) == 7
    assert all(any(c.isdigit() for c in line) for line in lines)


@pytest.mark.parametrize(
    ("cell", "values", "expected"),
    [
        ("spending-title", {"construction_from_peak": -0.3099}, "has fallen 31.0% from its peak"),
        ("spending-title", {"construction_from_peak": 0.0}, "at its highest on record"),
        ("turns-title", {"break_iija_p_family": 0.2}, "most likely turned up"),
        (
            "turns-title",
            {"break_iija_months": (0.0, -1.0, 2.0)},
            "by its likeliest date in the month of it",
        ),
        (
            "turns-title",
            {"break_iija_months": (2.0, 1.0, 3.0)},
            "runs from one month after to three months after the act",
        ),
        ("sectors-title", {"sectors_p": 0.29}, "no distance is more than chance allows"),
        ("sectors-title", {"sectors_p": 0.01}, "at least one distance is more than chance"),
        (
            "sectors-title",
            {"group_banks": (-0.10, -0.20, 0.01)},
            "banks −10.0 percentage points a year (95% interval −20.0 to 1.0)",
        ),
        (
            "pairs-title",
            {"neutral_psci": 0.07, "neutral_psci_p": 0.03},
            "beat small caps by 7.0 percentage points a year since",
        ),
        ("pairs-title", {"neutral_psci": 0.07, "neutral_psci_p": 0.3}, "but that may be chance"),
        ("pairs-title", {"neutral_psci": -0.02}, "trailed small caps by 2.0 percentage points"),
        ("leads-title", {"lead_best_p": 0.12}, "do not follow spending or orders beyond what"),
        ("leads-title", {"lead_best_p": 0.01}, "Returns follow published spending"),
        (
            "tax-title",
            {"tax_2016_5d_without_election_p": 0.01, "tax_2025_5d_p": 0.5},
            "gained on the tax steps of 2017 and did not clearly move on those of 2025",
        ),
        (
            "tax-title",
            {
                "tax_2016_5d_without_election_p": 0.01,
                "tax_2025_5d": None,
                "tax_2025_5d_p": None,
            },
            "gained on the tax steps of 2017\n",
        ),
        ("tax-title", {"tax_2025_5d": None}, "Not measured: the law was signed later."),
    ],
)
def test_prose_follows_sign_and_p_value(
    real: dict[str, Finding],
    cell: str,
    values: dict[str, float | tuple[float, float, float] | None],
    expected: str,
) -> None:
    assert expected in said(cell, changed(real, **values))


@pytest.mark.parametrize(
    ("limit", "where"), [(0.30, "within"), (0.20, "at the edge of"), (0.10, "beyond")]
)
def test_profile_title_compares_with_the_limit(limit: float, where: str) -> None:
    profile = pd.DataFrame(
        {"Spending": [0.1, -0.2], "limit": limit}, index=pd.Index([0, 6], name="lead")
    )
    title = pictures.leads.profile_title(profile)
    assert f"lies {where} the limits of chance" in title
    assert "−0.20 with spending published 6 months before the return" in title


def test_titles_of_frames_follow_the_frames() -> None:
    index = pd.DatetimeIndex(["2024-09-17", "2024-12-31"], name="date")
    paths = pd.DataFrame({"Banks": [1.0, 1.1], "Home builders": [1.0, 0.6]}, index=index)
    assert (
        pictures.sectors.groups_title(paths, "SPY")
        == "Against SPY, home builders lost 40% and banks gained 10%"
    )
    pair = pd.DataFrame({"PSCI − IJR": [1.0, 0.9]}, index=index)
    assert pictures.pairs.paths_title(pair) == "PSCI made 10% less than IJR since September 2024"
    levels = pd.DataFrame({"Nominal": [250.0, 173.0]}, index=index)
    assert pictures.spending.construction_title(levels).endswith(
        "down from $250 billion in September 2024"
    )
    curve = pd.DataFrame({"value": [0.1, -0.1], "low": [0.01, -0.2], "high": [0.2, 0.1]})
    assert (
        pictures.specs.curve_title(curve)
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
    assert (
        pictures.tax.reactions_title(steps)
        == "One of two tax steps stands out from ordinary weeks: A"
    )
    found = pd.DataFrame({"p_family": [0.5, 0.9]})
    assert pictures.turns.searches_title(found).startswith("None of two searches finds a break")


def drawn(market: Market, f: FindingSet) -> list[Figure | Table | Prose]:
    """Every figure and table of the chapter."""
    found, base = turns.table(market), spending.index_base(market)
    return [
        pictures.spending.construction(spending.levels(market), f),
        pictures.spending.real_economy(spending.indexed(market), f, base),
        pictures.spending.regimes(spending.regimes(market), f),
        pictures.turns.turns(turns.shown(found), found, f),
        pictures.turns.turns_table(found, f),
        pictures.sectors.groups(sectors.group_paths(market), f),
        pictures.sectors.fund_table(sectors.fund_table(market), f),
        pictures.specs.specifications(specs.sector_curve(market), f),
        pictures.pairs.pairs(pairs.paths(market), f),
        pictures.leads.lead_profile(leads.profile(market), f),
        pictures.leads.lead_table(leads.table(market), f),
        pictures.tax.tax_reactions(tax.reactions(market), f),
        pictures.tax.tax_table(tax.event_table(market), f),
    ]


def test_the_default_window_draws_every_figure(market: Market, real: dict[str, Finding]) -> None:
    made = drawn(market, FindingSet(real.values()))
    assert not any(isinstance(m, Prose) for m in made)
    figures = [m for m in made if isinstance(m, Figure)]
    assert len(figures) == 8
    for figure in figures:
        assert figure.payload()["spec"]
        assert any(c.isdigit() for c in figure.alt)
        assert set(figure.series) <= set(market.catalog.series)
    shown = {m.id: m.as_of for m in made if not isinstance(m, Prose)}
    assert shown["reshoring_sectors.turns"] == max(
        str(real[f"reshoring_sectors.{name}"].end)
        for name in ("jobs_since_iija", "output_since_iija", "orders_since_iija_real")
    )


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
    market_of: Callable[..., Market], studied: Studied, window: dict[str, str]
) -> None:
    market = market_of(**window)
    made = drawn(market, studied("reshoring_sectors", market))
    assert any(isinstance(m, Figure) for m in made)
    assert all("None" not in m.text for m in made if isinstance(m, Prose))
