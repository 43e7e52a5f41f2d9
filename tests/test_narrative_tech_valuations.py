"""Prose, titles and figures of the technology chapter follow sign, size and absence of a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from prose_worlds import cells

from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.claims import load_ledger
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.judging import Judged, judge
from rotation_lib.market import Market
from rotation_lib.prose import Prose, tell
from rotation_lib.prose.told import Told
from rotation_lib.themes.tech_valuations import measures, pictures

MarketOf = Callable[..., Market]
LEAK = re.compile(
    r"\bnan\b|NaT|\binf\b|\bNone\b(?! of)|−0(?:\.0)?%|(?<!\d)-\d|rose by −|fell by −|led \w+ by −"
)


def finding(name: str, value: float | None, **given: Any) -> Finding:
    fields: dict[str, Any] = {
        "id": f"tech_valuations.{name}",
        "chapter": "tech_valuations",
        "label": "A label, fiscal 2019 to 2025",
        "unit": "fraction",
        "start": "2010-01-04",
        "end": "2024-12-31",
        "series": ("QQQ", "IWM"),
        "reason": None if value is not None else "the window ends too early",
    }
    return Finding(value=value, **{**fields, **given})


def changed(base: FindingSet, **values: float | None) -> FindingSet:
    """Findings with some values replaced; a value of None takes interval and rank with it."""
    made = []
    for one in base.values():
        name = one.id.split(".")[1]
        if name not in values:
            made.append(one)
        elif values[name] is None:
            gone = {"low": None, "high": None, "percentile": None, "reason": "left out for a test"}
            made.append(one.model_copy(update={"value": None, **gone}))
        else:
            made.append(one.model_copy(update={"value": values[name]}))
    return FindingSet(made)


@pytest.fixture(scope="module")
def default(market: Market, studied: Callable[[str, Market], FindingSet]) -> FindingSet:
    return studied("tech_valuations", market)


CELLS = {cell: source for chapter, cell, source in cells() if chapter == "tech_valuations"}


def said(cell: str, held: FindingSet) -> str:
    """What a cell of the chapter says of these findings."""
    names = {"small": "IWM", "large": "SPY", "tech": "QQQ"}
    return "\n\n".join(tell(CELLS[cell], held, "tech_valuations", names))


def heading(cell: str, held: FindingSet) -> str:
    return said(cell, held).split("\n", 1)[0]


# -- prose --------------------------------------------------------------------------------


def test_takeaways_carry_numbers_and_intervals(default: FindingSet) -> None:
    lines = said("takeaways", default).split("\n\n")
    assert len(lines) == 6
    assert all(re.search(r"\d", line) for line in lines)
    assert sum("95% interval" in line for line in lines) >= 3


def test_the_lead_turns_into_a_lag(default: FindingSet) -> None:
    behind = changed(default, gap_total_return=-0.065, relative_wealth=-0.06)
    assert heading("lead-text", behind) == (
        "## Money in technology ended 6.0% below money in small caps"
    )
    assert "returned 6.5 percentage points less than small caps" in said("lead-text", behind)
    assert heading("lead-text", default).endswith("above money in small caps")


def test_the_interval_decides_about_a_tendency(default: FindingSet) -> None:
    assert "is too short to call that a tendency" in said("lead-text", default)
    sure = FindingSet(
        f.model_copy(update={"low": 0.01, "high": 0.1}) if f.id.endswith("lead_per_year") else f
        for f in default.values()
    )
    assert "is enough to call that a tendency" in said("lead-text", sure)


@pytest.mark.parametrize(
    ("quarter", "july", "title", "section"),
    [
        (0.05, 0.115, "The rally came in July 2024, not in early 2024", None),
        (
            0.12,
            0.115,
            "Both early 2024 and July 2024 saw a rise above 9%",
            "Small caps rose by more than nine percent in early 2024",
        ),
        (
            0.12,
            0.02,
            "The rally came in the first quarter of 2024, not in July",
            "Small caps rose by more than nine percent in early 2024",
        ),
        (
            -0.03,
            0.02,
            "Neither early 2024 nor July 2024 saw a rise above 9%",
            "Neither early 2024 nor July 2024 saw a rise above nine percent",
        ),
        (
            None,
            0.1,
            "Small caps in the first seven months of 2024",
            "The rally of 2024 cannot be measured here",
        ),
    ],
)
def test_chart_and_section_say_when_the_rally_was(
    default: FindingSet, quarter: float | None, july: float, title: str, section: str | None
) -> None:
    made = changed(
        default, first_quarter_2024=quarter, rally_july_2024=july, rally_second_half_2024=july
    )
    assert pictures.rally.rally_title(made) == title
    assert heading("rally-text", made) == f"## {section or title}"


@pytest.mark.parametrize(
    ("eps", "multiple", "said_of"),
    [
        (1.7, -0.1, "earnings, not multiples, carried the Magnificent 7"),
        (0.5, 0.3, "the earnings of the Magnificent 7 outgrew their multiples"),
        (-0.1, -0.2, "the earnings of the Magnificent 7 outgrew their multiples"),
        (0.2, 0.9, "the earnings of the Magnificent 7 did not outgrow their multiples"),
        (-0.2, -0.1, "the earnings of the Magnificent 7 did not outgrow their multiples"),
    ],
)
def test_the_heading_says_what_carried_the_seven(
    default: FindingSet, eps: float, multiple: float, said_of: str
) -> None:
    made = changed(default, eps_change_since_2019=eps, multiple_change_since_2019=multiple)
    assert heading("earnings-text", made) == f"## Since 2019 {said_of}"


def test_log_changes_are_told_as_factors() -> None:
    grown = finding(
        "x", np.log(5.5), low=np.log(1.8), high=np.log(16.9), confidence=0.95, unit="log change"
    )
    assert str(Told(grown).factor) == "5.50 (95% interval 1.80 to 16.90)"
    assert str(Told(finding("x", -0.07, unit="log change")).factor) == "0.93"


def test_the_halves_of_2024_are_told_with_what_followed(default: FindingSet) -> None:
    assert heading("dominance-text", default) == (
        "## Technology lagged small caps in the second half of 2024, and has led since"
    )
    unbroken = changed(default, second_half_2024_small=0.2, since_2024_small=None)
    assert heading("dominance-text", unbroken) == (
        "## Technology led small caps in the second half of 2024"
    )
    assert "Not measured: left out for a test." in said("dominance-text", unbroken)


@pytest.mark.parametrize(
    ("total", "weights", "size", "told"),
    [
        (-0.02, -0.01, -0.01, "Small caps lagged by the weight of giants and by size"),
        (-0.01, -0.02, 0.01, "Small caps lagged by the weight of giants, not by size"),
        (0.02, 0.01, 0.01, "Small caps against large caps, in two steps"),
    ],
)
def test_the_lag_is_shared_out_only_where_there_is_one(
    default: FindingSet, total: float, weights: float, size: float, told: str
) -> None:
    made = changed(
        default, small_vs_large=total, equal_weight_lead=weights, small_vs_equal_weight=size
    )
    assert heading("weighting-text", made) == f"## {told}"


def test_signs_of_short_covering_are_counted_by_their_intervals(default: FindingSet) -> None:
    assert "shows in one of three signs" in heading("quality-text", default)
    names = ("iwm_ijr", "iwc_iwm", "iwo_iwn")
    none = FindingSet(
        f.model_copy(update={"low": -20.0, "high": 20.0})
        if any(f.id.endswith(f"{n}_net_2024") for n in names)
        else f
        for f in default.values()
    )
    assert "shows in none of three signs" in heading("quality-text", none)


# -- figures ------------------------------------------------------------------------------


def shown(m: Market, f: FindingSet, fall: float = -0.02) -> list[Figure | Table | Prose]:
    """All that the chapter draws."""
    last = measures.earnings.last_common_year(m)
    splits = {y: measures.earnings.decomposition(m, y) for y in (2019, 2022)}
    hard, tried = measures.rotation.hard_days(m, fall), measures.lead.definitions(m)
    split = pictures.earnings.decomposition
    return [
        pictures.lead.growth(measures.lead.growth(m), f),
        pictures.lead.definitions(tried, f),
        pictures.lead.definition_table(tried, f),
        pictures.lead.starts(measures.lead.june_gap_by_start(m), f),
        pictures.rally.rally(measures.rally.path(m), f),
        pictures.rally.rally_table(f),
        *(split(frame, f, year, last) for year, frame in splits.items()),
        pictures.earnings.decomposition_table(splits, f, last),
        pictures.income.net_income(measures.income.net_income(m), f),
        pictures.seven.contributions(measures.seven.by_year(m), f),
        pictures.lead.relative(measures.lead.relative_wealth(m), f),
        pictures.dominance.quarters(measures.dominance.quarters(m), f),
        pictures.rotation.hard_days(hard, f, fall),
        pictures.rotation.hard_day_table(hard, f),
        pictures.rotation.correlations(measures.rotation.correlations(m), f),
        pictures.weighting.weighting(measures.weighting.weighting(m), f),
        pictures.quality.quality(measures.quality.spreads(m), f),
        pictures.quality.after(measures.quality.reversal_or_none(m), f),
        pictures.discount.discount(measures.discount.yields(m), f),
    ]


def test_every_figure_of_the_default_window_is_drawn(market: Market, default: FindingSet) -> None:
    made = shown(market, default)
    assert not [str(part) for part in made if isinstance(part, Prose)]
    known = set(market.catalog.series)
    for part in made:
        assert isinstance(part, Figure | Table)
        assert set(part.series) <= known, part.id
        assert part.as_of <= market.end.date().isoformat()
        assert not LEAK.search(part.title), part.title
    figures = [part for part in made if isinstance(part, Figure)]
    assert len({f.id for f in figures}) == len(figures) >= 5
    for figure in figures:
        assert figure.payload()["spec"]


@pytest.mark.parametrize(
    "window",
    [
        {"start": "2026-01-02"},
        {"end": "2012-12-31"},
        {"start": "2020-02-03", "end": "2020-05-01"},
        {"as_of": "2020-06-30"},
        {"small": "RSP", "end": "2014-12-31"},
    ],
)
def test_other_windows_show_a_figure_or_say_why_not(
    market_of: MarketOf, default: FindingSet, window: dict[str, str]
) -> None:
    chosen = market_of(**window)
    findings = FindingSet(measures.findings(chosen))
    assert [(f.id, f.unit) for f in findings.values()] == [(f.id, f.unit) for f in default.values()]
    for cell in CELLS:
        assert not LEAK.search(Prose(said(cell, findings)).text), cell
    for part in shown(chosen, findings, -0.03):
        if isinstance(part, Prose):
            assert " is not shown: " in str(part)
        else:
            assert not LEAK.search(part.title), part.title
            assert part.as_of <= chosen.end.date().isoformat()
            if part.id == "tech_valuations.definitions":
                assert part.series == (chosen.tech, chosen.small, "^NDX", "^RUT")


def test_without_a_common_session_no_relative_wealth_is_drawn(default: FindingSet) -> None:
    base = pd.DataFrame({"IWM / SPY": [1.0]}, index=pd.DatetimeIndex(["2009-12-31"], name="date"))
    shown = pictures.weighting.weighting(base, default)
    assert isinstance(shown, Prose) and "share no session" in shown.text


# -- verdicts -----------------------------------------------------------------------------


def verdicts(findings: FindingSet) -> dict[str, Judged]:
    own = [c for c in load_ledger() if c.chapter == "tech_valuations"]
    return {c.id: judge(c, findings) for c in own}


def test_the_seven_claims_are_judged(default: FindingSet) -> None:
    judged = verdicts(default)
    assert set(judged) == {
        "tech-lead-since-2010", "early-2024-rally", "valuation-discount-40",
        "magnificent-7-dominance", "dominance-waned-2024", "short-covering",
        "capital-reallocation",
    }  # fmt: skip
    assert judged["valuation-discount-40"].verdict == "cannot be tested"


def test_verdicts_follow_the_measured_values(default: FindingSet) -> None:
    found = verdicts(default)["tech-lead-since-2010"]
    assert (found.verdict, found.sentence) == (
        "holds in part",
        (
            "332 points is right for the source's ten years; it is wrong since 2010; a lasting yearly "
            "lead seems likely."
        ),
    )
    right = verdicts(changed(default, gap_since_2010_to_june_2024=3.3))["tech-lead-since-2010"]
    assert right.sentence.startswith(
        "332 points is right for the source's ten years and is right since 2010;"
    )
    wrong = changed(default, gap_since_2010_to_june_2024=8.0, lead_ten_years_2024=3.0)
    assert verdicts(wrong)["tech-lead-since-2010"].verdict == "does not hold"
    early = verdicts(changed(default, first_quarter_2024=0.12))["early-2024-rally"]
    assert early.verdict == "holds"
    gone = changed(
        default, second_half_2024_small=None, year_2024_small=None, since_2024_small=None
    )
    assert verdicts(gone)["dominance-waned-2024"].verdict == "cannot be tested"


def test_before_the_events_their_claims_cannot_be_tested(market_of: MarketOf) -> None:
    judged = verdicts(FindingSet(measures.findings(market_of(end="2019-12-31"))))
    for name in ("early-2024-rally", "dominance-waned-2024"):
        assert judged[name].verdict == "cannot be tested"
    told = [p.strength for p in judged["tech-lead-since-2010"].parts]
    assert told[:2] == ["cannot be tested"] * 2 and told[2] != "cannot be tested"


def test_a_page_run_with_another_fall_names_both(default: FindingSet) -> None:
    table = pd.DataFrame(
        {
            "label": ["Regional banks (KRE)", "Small caps (IWM)"],
            "symbol": ["KRE", "IWM"],
            "period": "days",
            "side": "fall",
            "value": [-5.0, -38.0],
            "low": [-25.0, -48.0],
            "high": [16.0, -28.0],
        }
    )
    made = pictures.rotation.hard_days(table, default, -0.035)
    assert isinstance(made, Figure)
    assert made.title.startswith("When the seven fall 3.5% or more in a day, none of two")
    assert "Sentences and verdicts always use a fall of 2%" in made.note
