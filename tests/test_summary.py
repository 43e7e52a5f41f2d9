"""The summary: its frames against plain arithmetic, and its words on made-up outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from rotation_lib.charts import spark
from rotation_lib.charts import summary as charts
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.judging import Judged
from rotation_lib.market import Market
from rotation_lib.narrative import story
from rotation_lib.narrative import summary as words
from rotation_lib.studies import overview
from rotation_lib.summary import trends


def test_relative_wealth_is_a_ratio_of_compounded_returns(market: Market) -> None:
    wealth = overview.relative_wealth(market)
    grown = (1 + market.total_returns[["IWM", "SPY", "QQQ"]]).prod()
    assert wealth.iloc[0].tolist() == [1.0, 1.0]
    assert wealth.index[0] == pd.Timestamp("2009-12-31")
    assert wealth["against technology"].iloc[-1] == pytest.approx(grown["IWM"] / grown["QQQ"])
    assert wealth["against large caps"].iloc[-1] == pytest.approx(grown["IWM"] / grown["SPY"])


def test_policy_cycles_follow_the_feds_moves(market: Market) -> None:
    cycles = overview.policy_cycles(market)
    assert cycles["label"].tolist() == ["Hikes", "Cuts", "Hikes", "Cuts"]
    assert cycles["change_bp"].tolist() == [225.0, -225.0, 525.0, -175.0]
    assert cycles["start"].tolist()[-1] == pd.Timestamp("2024-09-18")


def test_a_window_without_moves_has_no_cycles(market_of: Callable[..., Market]) -> None:
    assert overview.policy_cycles(market_of(start="2010-01-04", end="2012-12-31")).empty


def test_leads_are_differences_of_total_returns(market: Market) -> None:
    frame = overview.leadership(market).set_index(["horizon", "against"])
    last = market.total_returns.tail(252)
    grown = (1 + last[["IWM", "QQQ"]]).prod() - 1
    row = frame.loc[("1 year", "technology")]
    assert row["value"] == pytest.approx(grown["IWM"] - grown["QQQ"], abs=1e-9)
    assert 0 <= row["percentile"] < 1


def test_short_windows_leave_long_horizons_out(market_of: Callable[..., Market]) -> None:
    frame = overview.leadership(market_of(start="2026-01-02", end="2026-07-31"))
    assert set(frame["horizon"]) == {"3 months", "6 months"}


def leads(**by_horizon: tuple[float, float]) -> pd.DataFrame:
    rows = [
        {
            "horizon": name.replace("_", " "),
            "against": against,
            "value": value,
            "percentile": 0.8,
            "first_close": pd.Timestamp("2025-07-30"),
            "last_close": pd.Timestamp("2026-07-31"),
        }
        for name, pair in by_horizon.items()
        for against, value in zip(("large caps", "technology"), pair, strict=True)
    ]
    columns = ["horizon", "against", "value", "percentile", "first_close", "last_close"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            leads(**{"1_year": (0.1, 0.1), "3_years": (-0.1, -0.2)}),
            "trail large caps and technology",
        ),
        (leads(**{"1_year": (0.1, 0.1), "3_years": (0.1, -0.2)}), "they still trail technology"),
        (leads(**{"1_year": (0.1, 0.1), "3_years": (0.2, 0.2)}), "and over three years"),
        (leads(**{"1_year": (0.1, -0.1), "3_years": (0.2, 0.2)}), "not both"),
        (leads(**{"1_year": (-0.1, -0.1), "3_years": (0.2, 0.2)}), "do not lead"),
        (leads(**{"3_months": (0.1, 0.1)}), "over the whole window"),
        (leads(), "too short"),
    ],
)
def test_the_answer_follows_the_numbers(frame: pd.DataFrame, expected: str) -> None:
    assert expected in words.verdict_sentence(frame)


def test_the_answer_says_how_sure_it_is() -> None:
    bounds = {"unit": "fraction", "value": 0.07, "high": 0.2, "confidence": 0.95}
    open_end, clear = (a_finding(low=low, **bounds) for low in (-0.02, 0.01))
    gone = a_finding(value=None, reason="no data yet")
    assert "−2.0% to 20.0%, which includes zero: even" in words.sure_sentence(open_end)
    assert words.sure_sentence(clear).endswith("which excludes zero.")
    assert "interval" not in words.sure_sentence(gone)


def test_claims_that_hold_are_named_while_they_are_few(
    results: tuple[FindingSet, tuple[Judged, ...]],
) -> None:
    _, ledger = results
    held = [j for j in ledger if j.verdict.value == "holds"]
    told = words.claims_sentence(ledger, most=len(held))
    for judged in held:
        claim = judged.claim
        assert f"[{claim.title}]({claim.chapter}.ipynb#claim-{claim.id})" in told
    assert "*Holds:*" not in words.claims_sentence(ledger, most=len(held) - 1)


def test_the_horizons_title_names_those_that_lead() -> None:
    mixed = leads(**{"3_months": (0.1, 0.1), "1_year": (0.1, -0.1)})
    assert words.leadership_title(mixed) == (
        "Small caps lead both large caps and technology over 3 months, and over no other horizon"
    )
    assert "every horizon" in words.leadership_title(leads(**{"1_year": (-0.1, 0.2)}))


def test_a_lead_sentence_signs_both_sides() -> None:
    said = words.lead_sentence(leads(**{"1_year": (0.031, -0.042)}), "1 year")
    assert "3.1 percentage points more than large caps" in said
    assert "4.2 percentage points less than technology" in said
    assert words.lead_sentence(leads(), "1 year") == ""


def test_wealth_words_follow_the_line() -> None:
    days = pd.to_datetime(["2019-12-31", "2020-06-30", "2021-12-31"])
    fell = pd.DataFrame({"against technology": [1.0, 0.5, 0.6]}, index=days)
    assert "40.0% less" in words.long_run_sentence(fell)
    assert "up 20.0% since" in words.long_run_sentence(fell)
    rose = pd.DataFrame({"against technology": [1.0, 1.1, 1.2]}, index=days)
    assert "20.0% more" in words.long_run_sentence(rose)
    low = pd.DataFrame({"against technology": [1.0, 0.9, 0.8]}, index=days)
    assert "at their low" in story.chart_title(low)


def a_finding(**values: object) -> Finding:
    given = {"id": "risks.x", "chapter": "risks", "label": "x", "unit": "ratio", **values}
    return Finding.model_validate(given)


def test_a_missing_number_makes_an_honest_tile() -> None:
    gone = a_finding(value=None, reason="no data yet")
    tile = words._tile(gone, "X", "", "", "Its line")
    assert (tile.value, tile.note, tile.trend) == ("–", "not available: no data yet", "")
    shown = charts.tiles([tile], {"risks.x": LINE}, {}).html
    assert "no data yet" in shown and "<svg" not in shown


@pytest.mark.parametrize(
    ("rank", "said"),
    [
        (0.742, "higher than in 74% of stretches this long since 2010"),
        (0.2, "lower than in 80% of stretches this long since 2010"),
        (0.998, "higher than in 99% of stretches this long since 2010"),
        (1.0, "the highest of all stretches this long since 2010"),
        (0.0, "the lowest of all stretches this long since 2010"),
        (None, ""),
    ],
)
def test_a_rank_reads_the_same_for_gains_and_losses(rank: float | None, said: str) -> None:
    for value in (-0.002, 0.4):
        given = {"value": value, "unit": "fraction", "percentile": rank}
        dates = {"start": "2024-01-02", "end": "2025-01-02"}
        assert words.rank_note(a_finding(**given, **dates, method="m", n=1)) == said


DAYS = pd.to_datetime(["2020-01-31", "2020-06-30", "2021-03-31"])
LINE = pd.Series([1.5, -0.5, 0.25], index=DAYS)


def test_a_tile_s_line_is_told_in_words_that_follow_the_data() -> None:
    tile = words.Tile("tech_valuations.gap", "L", "V", "N", "tech_valuations", "Gap")
    picture = charts.tiles([tile], {"tech_valuations.gap": LINE}, {}).html
    assert (
        "Gap: from 150 percentage points in January 2020 to 25.0 percentage points in March 2021; "
        "lowest −50.0 percentage points in June 2020, highest 150 percentage points in January 2020."
    ) in picture
    assert "spark-zero" in picture and "Gap, 2020 to 2021" in picture
    assert 'href="tech_valuations.html"' in picture
    above = charts.tiles([tile], {"tech_valuations.gap": LINE + 1}, {}).html
    assert "spark-zero" not in above


def test_sparks_stay_inside_their_frame() -> None:
    drawn = spark.line(LINE, 'a "quoted" line')
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn)
    assert [float(x) for x, _ in points] == pytest.approx([0, 42.6, 120], abs=0.1)
    assert [float(y) for _, y in points] == pytest.approx([2, 28, 18.2], abs=0.1)
    assert "&quot;quoted&quot;" in drawn
    assert spark.line(LINE.head(1), "x") == "" and spark.line(LINE * np.nan, "x") == ""
    many = pd.Series(range(5000), index=pd.date_range("2000-01-01", periods=5000), dtype=float)
    assert spark.line(many, "x").count("L") < 200
    parts = re.findall(
        r'x="([\d.]+)" y="9" width="([\d.]+)"', spark.shares({"a": 1, "b": 0, "c": 3}, "x")
    )
    assert parts == [("0.0", "29.0"), ("30.0", "89.0")]
    assert spark.shares({"a": 0}, "x") == ""


def test_trends_end_where_their_findings_do(market: Market) -> None:
    shown = trends.trends(market)
    wealth = (1 + market.total_returns[["IWM", "QQQ"]]).prod()
    gap = shown["tech_valuations.gap_total_return"]
    assert gap.iloc[-1] == pytest.approx(wealth["QQQ"] - wealth["IWM"])
    assert gap.index[0] == market.base and gap.iloc[0] == 0
    year = market.total_returns[["IWM", "SPY"]].tail(252).std()
    assert shown["risks.volatility_ratio"].iloc[-1] == pytest.approx(year["IWM"] / year["SPY"])
    for values in shown.values():
        assert values.notna().all() and values.index.is_monotonic_increasing


def test_trends_of_a_window_that_cannot_hold_them_are_empty(
    market_of: Callable[..., Market],
) -> None:
    shown = trends.trends(market_of(start="2012-01-03", end="2012-06-29"))
    assert shown["rate_sensitivity.since_september_2024_cut"].empty
    assert shown["rate_sensitivity.beta_2y_all_days_since_mid_2023"].empty
    assert shown["risks.volatility_ratio"].empty


def test_the_story_paragraph_holds_the_values_behind_its_heading() -> None:
    days = pd.to_datetime(["2020-01-02", "2021-05-03", "2022-06-01", "2023-07-03"])
    cycle = pd.DataFrame(
        {"start": days[2:3], "end": days[3:], "label": ["Cuts"], "change_bp": [-75.0], "moves": [3]}
    )

    def said(values: list[float], cycles: pd.DataFrame = cycle) -> str:
        return story.paragraph(pd.DataFrame({"against technology": values}, index=days), cycles)

    back = said([1.0, 1.2, 0.6, 0.75])
    assert "fell from 1.20 in May 2021 to 0.60 in June 2022, and stands at 0.75" in back
    assert "cut its target by 75 basis points, in three moves from June 2022 to July 2023" in back
    assert "Against technology" not in said([1.0, 1.2, 0.8, 0.6])
    assert said([1.0, 1.2, 0.6, 0.75], cycle.iloc[:0]).endswith("in this window.")


def test_the_story_heading_says_what_was_won_back() -> None:
    days = pd.to_datetime(["2019-12-31", "2020-06-30", "2021-12-31"])

    def heading(*values: float) -> str:
        return story.heading(pd.DataFrame({"against technology": values}, index=days))

    assert heading(1.0, 0.5, 0.6) == (
        "Small caps have won back 26% of the ground they lost to technology after December 2019"
    )
    assert heading(1.0, 0.5, 2.0).startswith("Small caps have won back 100%")
    assert "to this day" in heading(1.0, 0.9, 0.8)
    assert "no ground" in heading(1.0, 1.1, 1.2)


def test_the_horizon_heading_counts_leads_over_both() -> None:
    mixed = leads(**{"3_months": (0.1, 0.1), "1_year": (0.1, -0.1)})
    assert words.now_heading(mixed) == (
        "Small caps lead both large caps and technology over one of two horizons"
    )
    assert "so short a window" in words.now_heading(leads())
