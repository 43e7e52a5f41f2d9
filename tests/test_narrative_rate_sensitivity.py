"""The words of the rate chapter on made-up findings: every sign, and nothing measured at all."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from rotation_lib.charts import rate_sensitivity as charts
from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.market import Market
from rotation_lib.narrative import rate_sensitivity as text
from rotation_lib.params import report_params
from rotation_lib.prose.markdown import Prose
from rotation_lib.studies import rate_sensitivity as study

T = "rate_sensitivity"
OF_FINDINGS: list[Callable[[FindingSet], str]] = [
    getattr(text, name)
    for name in text.__all__
    if list(inspect.signature(getattr(text, name)).parameters) == ["findings"]
    and name != "takeaways"
]


@lru_cache(maxsize=1)
def short() -> tuple[Finding, ...]:
    return tuple(study.findings(Market.load(report_params(start="2026-01-02", end="2026-07-31"))))


def nothing() -> FindingSet:
    """Every finding missing."""
    return FindingSet(
        f.model_copy(
            update={
                "value": None,
                "low": None,
                "high": None,
                "percentile": None,
                "reason": "made up to be missing",
            }
        )
        for f in short()
    )


def world(sign: float, width: float = 0.5, **own: tuple[float, float, float]) -> FindingSet:
    """Every finding present: value ``sign`` × 0.02, interval ± ``width`` times its size.

    Args:
        own: value, low, high of single findings.
    """
    made = []
    for f in short():
        value, half = sign * 0.02, abs(width * 0.02)
        if f.unit in ("p-value", "count"):
            made.append(
                f.model_copy(
                    update={"value": 0.04 if f.unit == "p-value" else 1.0, "n": 4, "reason": None}
                )
            )
            continue
        scale = 5000.0 if f.unit == "basis points" else 1.0
        low, high = (value - half) * scale, (value + half) * scale
        value *= scale
        if f.id.removeprefix(f"{T}.") in own:
            value, low, high = own[f.id.removeprefix(f"{T}.")]
        made.append(
            f.model_copy(
                update={
                    "value": value,
                    "low": low,
                    "high": high,
                    "confidence": 0.95,
                    "reason": None,
                    "n": 40,
                    "start": "2023-07-07",
                    "end": "2026-07-31",
                    "percentile": 0.96 if sign > 0 else 0.03,
                    "series": f.series,
                }
            )
        )
    return FindingSet(made)


WORLDS = {
    "missing": nothing,
    "clearly up": lambda: world(1),
    "clearly down": lambda: world(-1),
    "up, open": lambda: world(1, 2.0),
    "down, open": lambda: world(-1, 2.0),
}


@pytest.mark.parametrize("name", WORLDS)
def test_every_text_reads_in_every_world(name: str) -> None:
    findings = WORLDS[name]()
    for say in OF_FINDINGS:
        said = say(findings)
        Prose(said or "the text may be empty where nothing is known")
        assert said.strip() or say.__name__.endswith("paragraph")
        assert not re.search(r"None(?! of)|nan\b|\{|\}|  |\.\.|−−|\+−", said), (say.__name__, said)


@pytest.mark.parametrize("name", WORLDS)
def test_takeaways_are_four_to_six_lines(name: str) -> None:
    lines = text.takeaways(WORLDS[name]())
    assert 4 <= len(lines) <= 6
    assert all(line.startswith("**") and line.endswith(".") for line in lines)


def test_takeaways_carry_number_and_interval() -> None:
    lines = text.takeaways(world(-1))
    assert "−2.0 percentage points (95% interval −3.0 to −1.0)" in lines[0]
    assert "made up to be missing" in text.takeaways(nothing())[0]


@pytest.mark.parametrize(
    ("early", "late", "title"),
    [
        (
            (0.03, 0.01, 0.05),
            (-0.03, -0.05, -0.01),
            "The rate beta changed its sign: positive before 2022, negative since mid-2023",
        ),
        (
            (-0.03, -0.05, -0.01),
            (0.03, 0.01, 0.05),
            "The rate beta changed its sign: negative before 2022, positive since mid-2023",
        ),
        (
            (0.03, 0.01, 0.05),
            (-0.03, -0.08, 0.02),
            (
                "The rate beta changed its sign: positive before 2022, negative since mid-2023, "
                "though not both are clear of zero"
            ),
        ),
        (
            (0.03, 0.01, 0.05),
            (0.02, 0.01, 0.03),
            "The rate beta has been positive both before 2022 and since mid-2023",
        ),
    ],
)
def test_the_sign_is_told_as_measured(
    early: tuple[float, float, float], late: tuple[float, float, float], title: str
) -> None:
    findings = world(1, beta_2y_before_2022=early, beta_2y_since_mid_2023=late)
    assert text.sign_verdict(findings) == title


@pytest.mark.parametrize(
    ("sign", "width", "said"),
    [(1, 0.5, "gained on"), (-1, 0.5, "lost to"), (-1, 2.0, "did not clearly beat")],
)
def test_cut_days(sign: float, width: float, said: str) -> None:
    assert said in text.cuts_title(world(sign, width))


def test_jackson_hole_readings() -> None:
    near, far = (0.0413, 0.0, 0.0), (0.0846, 0.0, 0.0)
    findings = world(
        1, jackson_hole_2025_day=near, jackson_hole_2025_21d=far, jackson_hole_2025_after21=near
    )
    assert (
        text.jackson_title(findings) == "About 4% is true of the day itself and the month after it"
    )
    assert text.jackson_title(world(-1)) == "No reading of Jackson Hole 2025 gives 4%"
    assert "cannot be measured" in text.jackson_title(nothing())


def test_capital_says_but_only_when_the_two_part() -> None:
    apart = world(1, policy_change=(-175.0, 0.0, 0.0), yield_10y_change=(110.0, 0.0, 0.0))
    assert text.capital_title(apart) == "The policy rate fell, but the 10-year yield rose"
    joint = world(1, policy_change=(-175.0, 0.0, 0.0), yield_10y_change=(-60.0, 0.0, 0.0))
    assert text.capital_title(joint) == "The policy rate fell, and the 10-year yield fell"
    still = world(1, policy_change=(-175.0, 0.0, 0.0), yield_10y_change=(3.0, 0.0, 0.0))
    assert text.capital_title(still) == "The policy rate fell, but the 10-year yield hardly moved"


def test_rates_title_without_the_cut_tells_what_is_drawn() -> None:
    index = pd.to_datetime(["2011-01-03", "2012-12-31"])
    frame = pd.DataFrame({"Fed target": [0.25, 0.25], "10-year": [3.36, 1.78]}, index=index)
    assert text.rates_title(nothing(), frame) == (
        "The 10-year yield fell: 3.36% at first, 1.78% at last"
    )


def test_easing_counts() -> None:
    assert text.easing_title(world(1)) == "Small caps led in one of four easing legs after a year"
    one = FindingSet(
        f.model_copy(update={"n": 1, "value": 0.0}) if "easing_legs" in f.id else f
        for f in world(1).values()
    )
    assert text.easing_title(one) == "Small caps lagged a year into the one easing leg"


def test_small_firm_note_follows_the_data() -> None:
    end = pd.Timestamp("2026-07-31")
    assert "stops in Q1 2021" in text.small_firm_note(pd.Timestamp("2021-01-01"), end)
    assert "reaches Q3 2026" in text.small_firm_note(pd.Timestamp("2026-07-01"), end)
    assert "not in these data" in text.small_firm_note(None, end)


def rolling_frame(values: list[float], half: float) -> pd.DataFrame:
    dates = pd.date_range("2020-01-03", periods=len(values), freq="W-FRI")
    level = np.array(values)
    return pd.DataFrame({"date": dates, "value": level, "low": level - half, "high": level + half})


@pytest.mark.parametrize(
    ("values", "half", "title"),
    [
        (
            [0.02, 0.03],
            0.01,
            "The 2-year beta is negative in no window, and clearly above zero at the end",
        ),
        (
            [-0.02, -0.03],
            0.01,
            "The 2-year beta is negative in every window, and clearly below zero at the end",
        ),
        (
            [0.02, 0.01, 0.02, -0.01],
            0.05,
            "The 2-year beta is negative in 25% of 104-week windows, and not clear of zero at the end",
        ),
    ],
)
def test_rolling_title(values: list[float], half: float, title: str) -> None:
    assert text.rolling_title(rolling_frame(values, half), "2-year", 104) == title


def test_curve_and_rank_titles_count() -> None:
    table = pd.DataFrame({"era": ["whole", "whole", "late"], "value": [0.1, -0.1, -0.2]})
    assert text.curve_title(table, "whole", "late") == (
        "The beta is negative in 1 of 2 specifications over the whole window and in 1 of 1 since mid-2023"
    )
    ranks = pd.DataFrame({"percentile": [0.2, 0.6, 0.97]})
    assert text.ranks_title(ranks) == (
        "2 of 3 windows after the cut beat the median date; 1 is among the best 5%"
    )
    none = text.ranks_title(ranks.assign(percentile=0.3))
    assert none == "0 of 3 windows after the cut beat the median date; none is among the best 5%"


# -- charts -------------------------------------------------------------------------------


def test_charts_of_findings_give_a_sentence_when_nothing_is_known() -> None:
    for draw in (charts.eras, charts.states, charts.split, charts.moves):
        assert isinstance(draw(nothing()), Prose)
        figure = draw(world(-1))
        assert isinstance(figure, Figure) and figure.title
    assert isinstance(charts.jackson_2025(nothing(), "IWM"), Prose)


def test_curve_moves_are_drawn_in_the_unit_of_their_sentence() -> None:
    figure = charts.moves(world(1))
    assert isinstance(figure, Figure)
    assert figure.unit == "percentage points"
    assert figure.data["main"]["value"].tolist() == pytest.approx([0.02] * 8)
    assert set(figure.data["main"]["shown"].str.split(" (", regex=False).str[0]) == {"+2.00 pp"}


def test_an_empty_frame_gives_a_sentence() -> None:
    empty = pd.DataFrame({"date": [], "value": [], "low": [], "high": []})
    shown = charts.rolling(empty, "2-year", 104, ("IWM",), empty)
    assert isinstance(shown, Prose) and "do not suffice" in shown.text


def test_a_rolling_chart_holds_every_window_and_its_band() -> None:
    frame = rolling_frame([0.02, 0.01, 0.02, -0.01], 0.05)
    shown = charts.rolling(frame, "10-year", 104, ("IWM", "SPY", "DGS10"), frame.iloc[:0])
    assert isinstance(shown, Figure)
    assert shown.id == f"{T}.rolling_10y"
    assert shown.as_of == "2020-01-24"
    assert len(shown.data["main"]) == 4


def test_a_second_break_is_told_only_where_it_was_found() -> None:
    held = world(-1.0)
    assert "finds no other" in text.stability_paragraph(held)
    two = FindingSet(
        f.model_copy(update={"value": 2.0}) if f.id == f"{T}.beta_2y_breaks" else f
        for f in held.values()
    )
    assert "it finds another" in text.stability_paragraph(two)


def test_ranks_and_yardsticks_stand_beside_their_facts() -> None:
    held = world(1.0)
    ranked = FindingSet(f.model_copy(update={"percentile": 0.8}) for f in held.values())
    said = text.capital_section(ranked)
    assert "that of the target rate is larger than 80% and that of the 10-year yield" in said
    assert "since 2010 they led in 2% over 126 sessions" in text.easing_section(held)
    assert "market model), cut days stand at +2.0 percentage points" in text.decisions_section(held)


def test_the_table_of_abnormal_returns_counts_its_events() -> None:
    row = ("cut", "market", 21, 0.0043, -0.013, 0.022, 0.59, 2 / 3, 0.51, 9, 0)
    columns = ["kind", "model", "sessions", "value", "low", "high", "p", "ahead", "sign_p", "n"]
    frame = pd.DataFrame([row], columns=[*columns, "dropped"])
    table = charts.abnormal(frame, ("IWM", "SPY"), pd.Timestamp("2026-07-31"))
    assert isinstance(table, Table)
    (shown,) = table.frame.to_dict("records")
    assert shown["Decisions"] == "Cuts (9)"
    assert (shown["Sessions"], shown["Mean"], shown["Above 0"]) == (21, 0.43, 2 / 3)
    assert isinstance(charts.abnormal(frame.iloc[:0], ("IWM", "SPY"), pd.Timestamp.min), Prose)
