"""The risk chapter on made-up findings: its prose and titles follow sign, size and absence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from prose_worlds import cells

from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.claims import Verdict, judge, load_ledger
from rotation_lib.findings import Finding, FindingSet, missing
from rotation_lib.market import Market
from rotation_lib.prose import Prose, tell
from rotation_lib.themes.risks import measures, pictures

KEYS: dict[str, tuple[float, float | None, float | None, str]] = {
    "volatility_ratio": (1.3, 1.2, 1.4, "ratio"),
    "max_drawdown_small": (-0.41, -0.6, -0.3, "fraction"),
    "max_drawdown_large": (-0.34, -0.45, -0.2, "fraction"),
    "beta": (1.15, 1.1, 1.2, "ratio"),
    "downside_beta": (1.12, 1.05, 1.2, "ratio"),
    "var_99_small": (-0.037, -0.05, -0.03, "fraction"),
    "cvar_99_small": (-0.052, -0.08, -0.03, "fraction"),
    "cvar_99_large": (-0.044, -0.1, -0.02, "fraction"),
    "august_2025": (0.07, None, None, "fraction"),
    "tariff_week_2025": (-0.017, None, None, "fraction"),
    "tariff_week_small": (-0.137, None, None, "fraction"),
    "tariff_rebound_2025": (-0.017, None, None, "fraction"),
    "tariff_truce_2025": (-0.007, None, None, "fraction"),
    "sharpe_difference": (-0.25, -0.47, -0.04, "ratio"),
    "sharpe_difference_p": (0.022, None, None, "p-value"),
    "volatility_small": (0.22, 0.19, 0.26, "fraction"),
    "volatility_large": (0.17, 0.14, 0.2, "fraction"),
    "beta_latest": (1.2, 1.1, 1.3, "ratio"),
    "var_breaches_historical": (0.0125, 0.008, 0.02, "fraction"),
    "var_breaches_historical_p": (0.0004, None, None, "p-value"),
    "var_breaches_filtered": (0.012, 0.008, 0.02, "fraction"),
    "var_breaches_filtered_p": (0.14, None, None, "p-value"),
    "news_volatility_ratio": (1.36, 1.2, 1.5, "ratio"),
    "news_move_ratio": (1.1, 0.97, 1.24, "ratio"),
    "cpi_slope": (-0.04, -0.07, -0.01, "pp per pp"),
    "cpi_slope_latest": (-0.055, -0.09, -0.02, "pp per pp"),
    "cpi_slope_trimmed": (-0.02, -0.03, -0.01, "pp per pp"),
    "cpi_hot": (-0.0034, -0.007, 0.0004, "fraction"),
    "cpi_hot_p": (0.02, None, None, "p-value"),
    "cpi_hot_month": (-0.006, -0.02, 0.008, "fraction"),
    "cpi_hot_month_p": (0.38, None, None, "p-value"),
    "breakeven_alone": (0.058, 0.04, 0.08, "pp per pp"),
    "breakeven_given": (0.039, 0.02, 0.06, "pp per pp"),
    "real_given": (-0.004, -0.02, 0.01, "pp per pp"),
    "tariff_escalation": (-0.001, -0.004, 0.002, "fraction"),
    "tariff_escalation_p": (0.54, None, None, "p-value"),
    "tariff_escalation_month": (-0.014, -0.03, -0.001, "fraction"),
    "tariff_escalation_month_p": (0.15, None, None, "p-value"),
    "tariff_easing": (-0.003, -0.01, 0.005, "fraction"),
    "tariff_easing_p": (0.2, None, None, "p-value"),
    "tariff_easing_month": (-0.004, -0.02, 0.01, "fraction"),
    "tariff_easing_month_p": (0.8, None, None, "p-value"),
    "storm_share": (0.23, None, None, "fraction"),
    "storm_now": (0.03, None, None, "fraction"),
    "storm_relative": (-0.005, -0.13, 0.12, "fraction"),
    "what_if_yield": (-0.021, -0.11, 0.08, "fraction"),
    "what_if_yield_company": (-0.002, -0.1, 0.1, "fraction"),
    "what_if_yield_latest": (-0.08, -0.18, 0.03, "fraction"),
    "scenario_r2": (0.1, 0.02, 0.16, "fraction"),
    "scenario_coverage": (0.91, 0.87, 0.94, "fraction"),
    "replays_inside": (5.0, None, None, "count"),
    "barometer_best": (0.013, None, None, "fraction"),
    "barometer_p": (0.55, None, None, "p-value"),
    "barometer_tries": (24.0, None, None, "count"),
    "barometer_wins": (2.0, None, None, "count"),
    "barometer_coincident": (-0.38, -0.52, -0.19, "correlation"),
    "august_2025_relative": (0.05, None, None, "fraction"),
    "august_2025_rank": (1.0, None, None, "count"),
    "august_effect": (-0.024, -0.05, 0.003, "fraction"),
    "since_august_2025": (0.08, None, None, "fraction"),
    "breadth_correlation": (0.63, 0.37, 0.81, "correlation"),
    "profits_correlation": (-0.01, -0.2, 0.25, "correlation"),
    "profits_lead_correlation": (0.1, -0.13, 0.36, "correlation"),
    "profitable_gap": (0.008, -0.02, 0.04, "fraction"),
}
CELLS = {cell: source for chapter, cell, source in cells() if chapter == "risks"}
TITLES = (
    pictures.tails.drawdowns_title, pictures.tails.tails_title, pictures.tails.beta_title,
    pictures.sliders.set_scenario_title, pictures.barometer.barometer_title,
)  # fmt: skip
Value = tuple[float, float | None, float | None]


def findings(**changed: Value | None) -> FindingSet:
    """Made-up findings; a key set to None is missing, a triple replaces value and bounds."""
    made = []
    for key, (value, low, high, unit) in KEYS.items():
        if key in changed:
            new = changed[key]
            if new is None:
                made.append(
                    missing(
                        f"risks.{key}", key, unit=unit, series=("IWM", "SPY"), reason="too short"
                    )
                )
                continue
            value, low, high = new
        made.append(
            Finding(
                id=f"risks.{key}", chapter="risks", label=key, value=value, low=low, high=high,
                unit=unit, confidence=None if low is None else 0.95, n=20, start="2010-01-04",
                end="2026-07-31", series=("IWM", "SPY"), percentile=0.9 if "2025" in key else None,
            )
        )  # fmt: skip
    return FindingSet(made)


NOTHING = findings(**dict.fromkeys(KEYS))


def said(cell: str, held: FindingSet) -> str:
    """What a cell of the chapter says of these findings."""
    names = {"small": "IWM", "large": "SPY"}
    return "\n\n".join(tell(CELLS[cell], held, "risks", names))


def heading(cell: str, held: FindingSet) -> str:
    return said(cell, held).split("\n", 1)[0]


def test_takeaways_carry_number_and_interval() -> None:
    lines = said("takeaways", findings()).split("\n\n")
    assert len(lines) == 6
    assert "1.30 times" in lines[0] and "95% interval 1.20 to 1.40" in lines[0]
    assert "−0.40 percentage points" in lines[1] and "95% interval −0.70 to −0.10" in lines[1]
    assert "not established" in lines[1]
    assert "−13.7%" in lines[2] and "no more than chance" in lines[2]
    assert "too wide for a forecast" in lines[3]
    assert "24 attempts" in lines[4] and "p = 0.55" in lines[4]
    assert "+7.0%" in lines[5] and "the best of 20" in lines[5]


def test_takeaways_are_readable_without_values() -> None:
    lines = said("takeaways", NOTHING).split("\n\n")
    assert len(lines) == 6
    assert all("too short" in line and line.endswith(".") for line in lines)


@pytest.mark.parametrize("titled", TITLES)
def test_titles_never_show_a_number_that_is_missing(titled: Callable[[FindingSet], str]) -> None:
    title = titled(NOTHING)
    assert title and "not available" not in title
    assert not any(character.isdigit() for character in title)


@pytest.mark.parametrize(
    ("ratio", "part"),
    [
        ((1.3, 1.2, 1.4), "1.30 times as volatile"),
        ((1.05, 0.9, 1.2), "not clearly more volatile"),
        ((0.8, 0.7, 0.9), "less volatile"),
    ],
)
def test_the_volatility_title_follows_the_interval(ratio: Value, part: str) -> None:
    assert part in heading("volatility-text", findings(volatility_ratio=ratio))


@pytest.mark.parametrize(
    ("slope", "part"),
    [
        ((-0.04, -0.07, -0.01), "lags SPY"),
        ((0.04, 0.01, 0.07), "beats SPY"),
        ((-0.01, -0.04, 0.02), "no clear reaction"),
    ],
)
def test_the_inflation_title_follows_the_interval(slope: Value, part: str) -> None:
    assert part in heading("inflation-text", findings(cpi_slope=slope))


def test_hot_releases_are_told_by_their_p_values() -> None:
    shown = "The day is {} what random dates show, the month {}."
    lasting = findings(cpi_hot_month_p=(0.01, None, None))
    assert shown.format("beyond", "beyond") in said("inflation-text", lasting)
    nothing = findings(cpi_hot_p=(0.5, None, None))
    assert shown.format("within", "within") in said("inflation-text", nothing)
    assert shown.format("beyond", "within") in said("inflation-text", findings())
    clear = findings(cpi_hot=(-0.0034, -0.006, -0.001))
    assert "(95% interval −0.6% to −0.1%; placebo" in said("inflation-text", clear)


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        ((-0.25, -0.47, -0.04), "IWM paid less for its risk: its Sharpe ratio"),
        ((0.25, 0.04, 0.47), "IWM paid more for its risk: its Sharpe ratio"),
        ((-0.25, -0.6, 0.1), "Whether IWM paid better or worse for its risk cannot be told"),
    ],
)
def test_the_reward_for_risk_follows_the_interval(gap: Value, told: str) -> None:
    text = said("volatility-text", findings(sharpe_difference=gap))
    assert told in text
    assert "p = 0.022" in text


@pytest.mark.parametrize(
    ("value", "p", "part"),
    [
        (-0.004, 0.01, "set IWM back"),
        (0.004, 0.01, "lifted IWM"),
        (-0.004, 0.4, "did not reliably"),
    ],
)
def test_the_tariff_title_follows_sign_and_p_value(value: float, p: float, part: str) -> None:
    held = findings(
        tariff_escalation=(value, value - 0.002, value + 0.002), tariff_escalation_p=(p, None, None)
    )
    title = heading("tariffs-text", held).replace("set back IWM", "set IWM back")
    assert part in title


def test_shares_have_one_form_and_their_bounds_too() -> None:
    told = said("scenarios-text", findings(scenario_r2=(0.096, -0.021, 0.16)))
    assert "explain 9.6% of" in told and "(95% interval −2.1% to 16.0%)" in told
    assert "held 91.0% of the weeks (95% interval 87.0% to 94.0%)" in told
    tails = said("tails-text", findings())
    assert "lost 3.7% (95% interval 3.0% to 5.0%) or more" in tails
    unknown = said("scenarios-text", findings(scenario_r2=(0.096, None, None)))
    assert "out of sample (no interval)" in unknown


def test_the_barometer_title_needs_a_family_wise_p_value() -> None:
    assert "no barometer" in heading("barometer-text", findings())
    assert "did foretell" in heading("barometer-text", findings(barometer_p=(0.01, None, None)))
    worse = findings(barometer_p=(0.01, None, None), barometer_best=(-0.02, None, None))
    assert "no barometer" in heading("barometer-text", worse)


def test_august_is_called_strong_only_when_it_was() -> None:
    assert "strong" in heading("august-text", findings())
    assert "poor" in heading("august-text", findings(august_2025=(-0.03, None, None)).__class__(
        [f.model_copy(update={"percentile": 0.1}) if f.id == "risks.august_2025" else f
         for f in findings(august_2025=(-0.03, None, None)).values()]
    ))  # fmt: skip


def test_breakevens_are_never_read_as_a_test_of_the_claim() -> None:
    assert "rise with growth" in said("breakevens-text", findings())
    flat = findings(breakeven_alone=(0.01, -0.02, 0.04))
    assert "no test of the claim" in said("breakevens-text", flat)


def test_replays_name_what_the_model_missed() -> None:
    table = pd.DataFrame(
        {
            "episode": ["A", "B"],
            "actual": [0.1, -0.02],
            "value": [0.0, -0.01],
            "inside": [False, True],
        }
    )
    said = str(pictures.scenario.text_replays(table))
    assert "A (+10.0%, model 0.0%)" in said and "B" not in said.replace("Outside the interval", "")
    assert "All replayed" in str(pictures.scenario.text_replays(table.assign(inside=True)))
    assert "No past episode" in str(pictures.scenario.text_replays(table.iloc[:0]))


def test_chart_titles_count_clear_intervals() -> None:
    assert pictures.scenario.scenarios_title([(-0.1, 0.1), (0.01, 0.2)]).startswith("1 of 2")
    assert pictures.scenario.scenarios_title([(-0.1, 0.1)]).startswith("None of 1")
    assert pictures.inflation.specifications_title([(-2.0, -1.0), (-1.0, 1.0)]) == (
        "1 of 2 ways to measure it gives a clear loss"
    )


def test_titles_of_charts_follow_their_frames() -> None:
    assert pictures.inflation.specifications_title([(-1.0, 1.0)]).startswith("None of 1")
    assert pictures.inflation.specifications_title([(1.0, 2.0)]).endswith("gives a clear gain")
    assert "inside" in pictures.tariffs.tariffs_title("easing", -0.015, -0.017, 0.012, 20)
    assert "outside" in pictures.tariffs.tariffs_title("escalation", -0.02, -0.017, 0.012, 20)
    assert "lost ground to SPY" in pictures.regimes.regimes_title(findings(), 0.64)
    assert "gained on SPY" in pictures.regimes.regimes_title(findings(), 1.2)
    assert pictures.inflation.cpi_title(NOTHING, 7) == "7 releases: too few to tell a slope"
    assert pictures.august.august_title(findings(), 8, 16).endswith("2025's was the best")
    assert pictures.august.august_title(NOTHING, 1, 3) == "IWM rose in 1 of 3 Augusts since 2010"
    assert pictures.barometer.barometer_title(
        findings(barometer_wins=(0.0, None, None))
    ).startswith("None")


# -- figures and tables ---------------------------------------------------------------


def test_without_data_every_drawing_becomes_a_sentence() -> None:
    empty = pd.DataFrame()
    drawn = [
        pictures.tails.rolling_beta(empty, NOTHING), pictures.backtest.backtest(empty, NOTHING),
        pictures.regimes.states(empty, NOTHING),
        pictures.inflation.cpi_days(empty, NOTHING), pictures.inflation.specifications([], NOTHING),
        pictures.inflation.breakevens(empty, NOTHING), pictures.tariffs.tariff_paths(empty, NOTHING),
        pictures.tariffs.april_2025(None, NOTHING), pictures.tariffs.reactions(empty, NOTHING),
        pictures.regimes.regimes(None, None, NOTHING), pictures.scenario.scenarios(empty, NOTHING),
        pictures.scenario.scenario_moves(empty, NOTHING), pictures.scenario.replays(empty, NOTHING),
        pictures.barometer.barometer(None, NOTHING), pictures.august.august(empty, NOTHING),
    ]  # fmt: skip
    for one in drawn:
        assert isinstance(one, Prose)
        assert "not shown: too short" in str(one)


def test_the_months_are_drawn_in_order_even_when_the_first_year_is_short() -> None:
    frame = pd.DataFrame(
        {
            "month": ["Nov", "Dec", "Jan"],
            "year": ["2010", "2010", "2011"],
            "value": [0.1, 0.2, -0.1],
        }
    )
    drawn = pictures.august.august(frame, findings())
    assert isinstance(drawn, Figure)
    main = drawn.data["main"]
    months = list(dict.fromkeys(main["column"]))
    assert months[0] == "Jan" and months[-1] == "Dec" and len(months) == 12


def test_the_barometer_has_a_cell_for_every_try() -> None:
    tries = [(o, k, h) for h in (3, 6) for o in measures.barometer.OUTCOMES for k in (1, 3, 12)]
    frame = pd.DataFrame(tries, columns=["outcome", "lookback", "horizon"])
    frame["oos_r2"] = np.linspace(-0.1, 0.02, len(frame))
    drawn = pictures.barometer.barometer(frame, findings())
    assert isinstance(drawn, Figure)
    assert len(drawn.data["main"]) == 24
    assert drawn.data["main"]["row"].iloc[0] == "CFNAI, 3 mo."


def test_small_frames_of_a_real_window_are_drawn(market_of: Callable[..., Market]) -> None:
    market = market_of(start="2025-01-02")
    held = findings()
    assert isinstance(pictures.tails.drawdowns(measures.tails.drawdown_frame(market), held), Figure)
    assert isinstance(pictures.tariffs.april_2025(measures.tariffs.april_2025(market), held), Table)
    assert isinstance(
        pictures.inflation.cpi_days(measures.inflation.cpi_days(market), held), Figure
    )
    assert isinstance(
        pictures.tariffs.reactions(measures.tariffs.reaction_table(market), held), Table
    )


# -- the ledger -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "changed", "verdict"),
    [
        ("more-volatile", {}, Verdict.HOLDS),
        ("more-volatile", {"volatility_ratio": (1.05, 0.95, 1.15)}, Verdict.PART),
        ("inflation-reversal", {}, Verdict.PART),
        ("inflation-reversal", {"cpi_hot_month_p": (0.01, None, None)}, Verdict.HOLDS),
        ("inflation-reversal", {"cpi_slope": (-0.04, -0.09, 0.01)}, Verdict.FAILS),
        ("trade-policy-reversal", {"tariff_week_2025": None}, Verdict.UNTESTABLE),
        ("strong-august-2025", {}, Verdict.HOLDS),
        ("strong-august-2025", {"august_2025": None}, Verdict.UNTESTABLE),
        ("needs-broader-earnings", {}, Verdict.UNTESTABLE),
        ("barometer", {}, Verdict.FAILS),
        ("barometer", {"barometer_p": (0.01, None, None)}, Verdict.HOLDS),
    ],
)
def test_verdicts_follow_the_findings(
    claim: str, changed: dict[str, Value | None], verdict: Verdict
) -> None:
    entry = next(c for c in load_ledger() if c.id == claim)
    assert judge(entry, findings(**changed)).verdict is verdict
