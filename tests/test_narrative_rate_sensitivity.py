"""The rate chapter on made-up findings: its prose and titles follow sign, size and absence."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from prose_worlds import cells

from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.prose import Prose, tell
from rotation_lib.themes.rate_sensitivity import measures, pictures
from rotation_lib.themes.rate_sensitivity.pictures import (
    abnormal,
    betas,
    capital,
    curves,
    cycles,
    decisions,
    jackson_hole,
    september,
    stability,
    states,
)

T = "rate_sensitivity"
CELLS = {cell: source for chapter, cell, source in cells() if chapter == T}
OF_FINDINGS: list[Callable[[FindingSet], str]] = [
    say
    for module in map(vars(pictures).get, pictures.__all__)
    for name, say in vars(module).items()
    if name.endswith("_title") and list(inspect.signature(say).parameters) == ["f"]
]


@lru_cache(maxsize=1)
def short() -> tuple[Finding, ...]:
    return tuple(
        measures.findings(Market.load(report_params(start="2026-01-02", end="2026-07-31")))
    )


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
                    "facts": {"detectable": 0.05},
                }
            )
        )
    return FindingSet(made)


def changed(held: FindingSet, **values: float | None) -> FindingSet:
    """The same findings with some values replaced; ``None`` is missing."""
    made = dict(held)
    for name, value in values.items():
        gone = {"low": None, "high": None, "percentile": None, "reason": "not yet"}
        key = f"{T}.{name}"
        made[key] = made[key].model_copy(update={"value": value} | (gone if value is None else {}))
    return FindingSet(made.values())


WORLDS = {
    "missing": nothing,
    "clearly up": lambda: world(1),
    "clearly down": lambda: world(-1),
    "up, open": lambda: world(1, 2.0),
    "down, open": lambda: world(-1, 2.0),
}


def said(cell: str, held: FindingSet) -> str:
    """What a cell of the chapter says of these findings."""
    return "\n\n".join(tell(CELLS[cell], held, T, {"small": "IWM", "large": "SPY"}))


def heading(cell: str, held: FindingSet) -> str:
    return said(cell, held).split("\n", 1)[0]


@pytest.mark.parametrize("name", WORLDS)
def test_every_title_reads_in_every_world(name: str) -> None:
    findings = WORLDS[name]()
    assert len(OF_FINDINGS) >= 10
    for say in OF_FINDINGS:
        title = say(findings)
        assert title
        assert not re.search(r"None(?! of)|nan\b|\{|\}|  |\.\.|−−|\+−", title), (
            say.__name__,
            title,
        )


def test_takeaways_carry_number_and_interval() -> None:
    lines = said("takeaways", world(-1)).split("\n\n")
    assert len(lines) == 6
    assert "−2.0 percentage points (95% interval −3.0 to −1.0)" in lines[0]
    gone = said("takeaways", nothing()).split("\n\n")
    assert len(gone) == 6 and all("made up to be missing" in line for line in gone)


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
    assert stability.eras_title(findings) == title


@pytest.mark.parametrize(
    ("sign", "width", "verb"),
    [(1, 0.5, "gained on"), (-1, 0.5, "lost to"), (-1, 2.0, "did not clearly beat")],
)
def test_cut_days(sign: float, width: float, verb: str) -> None:
    assert verb in decisions.cuts_title(world(sign, width))


def test_jackson_hole_readings() -> None:
    near, far = (0.0413, 0.0, 0.0), (0.0846, 0.0, 0.0)
    findings = world(
        1, jackson_hole_2025_day=near, jackson_hole_2025_21d=far, jackson_hole_2025_after21=near
    )
    told = jackson_hole.of_2025_title(findings)
    assert told == "About 4% is true of the day itself and the month after it"
    assert jackson_hole.of_2025_title(world(-1)) == "No reading of Jackson Hole 2025 gives 4%"
    assert "cannot be measured" in jackson_hole.of_2025_title(nothing())


@pytest.mark.parametrize(
    ("ten", "title", "section"),
    [
        (110.0, "but the 10-year yield rose", "but the 10-year yield rose by 110 basis points"),
        (-60.0, "and the 10-year yield fell", "and the 10-year yield fell by 60 basis points"),
        (3.0, "but the 10-year yield hardly moved", "but the 10-year yield rose by 3 basis points"),
    ],
)
def test_capital_says_but_only_when_the_two_part(ten: float, title: str, section: str) -> None:
    held = world(1, policy_change=(-175.0, 0.0, 0.0), yield_10y_change=(ten, 0.0, 0.0))
    assert capital.rates_title(held, pd.DataFrame()) == f"The policy rate fell, {title}"
    assert heading("capital", held) == f"## The policy rate fell by 175 basis points, {section}"


def test_rates_title_without_the_cut_tells_what_is_drawn() -> None:
    index = pd.to_datetime(["2011-01-03", "2012-12-31"])
    frame = pd.DataFrame({"Fed target": [0.25, 0.25], "10-year": [3.36, 1.78]}, index=index)
    assert capital.rates_title(nothing(), frame) == (
        "The 10-year yield fell: 3.36% at first, 1.78% at last"
    )


def test_easing_counts() -> None:
    assert cycles.easing_title(world(1)) == "Small caps led in one of four easing legs after a year"
    one = FindingSet(
        f.model_copy(update={"n": 1, "value": 0.0}) if "easing_legs" in f.id else f
        for f in world(1).values()
    )
    assert cycles.easing_title(one) == "Small caps lagged a year into the one easing leg"


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
    assert stability.rolling_title(rolling_frame(values, half), "2-year", 104) == title


def test_curve_and_rank_titles_count() -> None:
    table = pd.DataFrame({"era": ["whole", "whole", "late"], "value": [0.1, -0.1, -0.2]})
    assert curves.curve_title(table, "whole", "late") == (
        "The beta is negative in 1 of 2 specifications over the whole window and in 1 of 1 since mid-2023"
    )
    ranks = pd.DataFrame({"percentile": [0.2, 0.6, 0.97]})
    assert september.ranks_title(ranks) == (
        "2 of 3 windows after the cut beat the median date; 1 is among the best 5%"
    )
    none = september.ranks_title(ranks.assign(percentile=0.3))
    assert none == "0 of 3 windows after the cut beat the median date; none is among the best 5%"


# -- charts -------------------------------------------------------------------------------


def test_charts_of_findings_give_a_sentence_when_nothing_is_known() -> None:
    for chart in (stability.eras, states.states, betas.split, states.moves):
        assert isinstance(chart(nothing()), Prose)
        figure = chart(world(-1))
        assert isinstance(figure, Figure) and figure.title
    assert isinstance(jackson_hole.of_2025(nothing()), Prose)


def test_curve_moves_are_drawn_in_the_unit_of_their_sentence() -> None:
    figure = states.moves(world(1))
    assert isinstance(figure, Figure)
    assert figure.unit == "percentage points"
    assert figure.data["main"]["value"].tolist() == pytest.approx([0.02] * 8)
    assert set(figure.data["main"]["shown"].str.split(" (", regex=False).str[0]) == {"+2.00 pp"}


def test_an_empty_frame_gives_a_sentence() -> None:
    empty = pd.DataFrame({"date": [], "value": [], "low": [], "high": []})
    shown = stability.rolling(empty, nothing(), "2-year", 104)
    assert isinstance(shown, Prose) and "fewer than 104 weeks" in shown.text


def test_a_rolling_chart_holds_every_window_and_its_band() -> None:
    frame = rolling_frame([0.02, 0.01, 0.02, -0.01], 0.05)
    shown = stability.rolling(frame, world(1), "10-year", 104)
    assert isinstance(shown, Figure)
    assert shown.id == f"{T}.rolling_10y"
    assert shown.as_of == "2020-01-24"
    assert len(shown.data["main"]) == 4


@pytest.mark.parametrize(
    ("early", "late", "told"),
    [
        (
            1,
            1,
            "Before 2022 small caps led when yields rose; since mid-2023 they lead when yields rise",
        ),
        (
            1,
            -1,
            "Before 2022 small caps led when yields rose; since mid-2023 they lead when yields fall",
        ),
        (
            0,
            -1,
            "Before 2022 small caps had no clear link to yields; since mid-2023 they lead when",
        ),
        (
            -1,
            0,
            "Before 2022 small caps led when yields fell; since mid-2023 they have no clear link",
        ),
    ],
)
def test_the_first_heading_follows_both_intervals(early: int, late: int, told: str) -> None:
    def around(sign: int) -> tuple[float, float, float]:
        value = 0.03 * (sign or 1)
        return (value, value - 0.01, value + 0.01) if sign else (value, -0.02, 0.05)

    held = world(1, beta_2y_before_2022=around(early), beta_2y_since_mid_2023=around(late))
    assert heading("beta", held).startswith(f"## {told}")


def test_a_break_is_dated_only_where_the_test_rejects() -> None:
    held = world(-1.0)
    assert "rejects a constant beta" in said("stability", held)
    assert "the week to 7 July 2023" in said("stability", held)
    assert "another" not in said("stability", held)
    assert "finds another" in said("stability", changed(held, beta_2y_breaks=2.0))
    held = changed(held, beta_2y_break_p=0.3)
    assert "does not reject a constant beta (p = 0.30)" in said("stability", held)
    assert "likeliest" not in said("stability", held)


def test_ranks_and_yardsticks_stand_beside_their_facts() -> None:
    held = world(1.0)
    ranked = FindingSet(f.model_copy(update={"percentile": 0.8}) for f in held.values())
    assert "80% were lower for the policy rate" in said("capital", ranked)
    assert "since 2010 they were ahead in 2.0%" in said("easing", held)
    assert "own move taken out (the abnormal return) it is +2.0 percentage points" in said(
        "decisions", held
    )


@pytest.mark.parametrize(
    ("rank", "told"), [(0.95, "a surge"), (0.72, "no surge"), (0.1, "a weak month")]
)
def test_a_month_is_called_by_its_rank(rank: float, told: str) -> None:
    held = FindingSet(f.model_copy(update={"percentile": rank}) for f in world(1.0).values())
    assert f"since 2010: {told}." in said("jackson", held)


def test_a_year_after_the_cut_or_as_far_as_the_window_goes() -> None:
    held = world(-1.0)
    assert "A year after the half-point cut small caps trailed" in heading("september", held)
    short = changed(held, september_2024_large_252=None)
    assert "Since the half-point cut small caps trailed" in heading("september", short)
    assert "Not measured: not yet." in said("september", short)


def test_the_table_of_abnormal_returns_counts_its_events() -> None:
    row = ("cut", "market", 21, 0.0043, -0.013, 0.022, 0.59, 2 / 3, 0.51, 9, 0)
    columns = ["kind", "model", "sessions", "value", "low", "high", "p", "ahead", "sign_p", "n"]
    frame = pd.DataFrame([row], columns=[*columns, "dropped"])
    table = abnormal.abnormal(frame, world(1))
    assert isinstance(table, Table)
    (shown,) = table.frame.to_dict("records")
    assert shown["Decisions"] == "Cuts (9)"
    assert (shown["Sessions"], shown["Mean"], shown["Above 0"]) == (21, 0.43, 2 / 3)
    assert isinstance(abnormal.abnormal(frame.iloc[:0], nothing()), Prose)
