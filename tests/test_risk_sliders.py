"""The what-if with sliders: the chart's own arithmetic against the model's, drawn and in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import vl_convert
from browser import PATIENCE, drawn, expect

from rotation_lib.charts.figure import Figure, inline
from rotation_lib.findings import FindingSet
from rotation_lib.market import Market
from rotation_lib.prose.markdown import Prose
from rotation_lib.studies.declared import measured
from rotation_lib.themes.risks import measures
from rotation_lib.themes.risks.measures import scenario
from rotation_lib.themes.risks.pictures.sliders import SLIDERS, set_scenario

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTINGS = [
    {},
    {"two_year": 100},
    {"two_year": -75, "curve": 50, "breakeven": -40, "credit": -8, "market": -20},
    {"two_year": 170, "curve": -120, "breakeven": 70, "credit": 19.5, "market": 35},
]


@pytest.fixture(scope="module")
def findings(market: Market) -> FindingSet:
    return FindingSet(measured(market, [measures.tails, scenario]))


@pytest.fixture(scope="module")
def figure(market: Market, findings: FindingSet) -> Figure:
    made = set_scenario(measures.sliders.slider_model(market), 1.0, findings)
    assert isinstance(made, Figure)
    return made


def predicted(market: Market, setting: dict[str, float]) -> dict[str, float]:
    """The model's own answer to a setting in basis points and per cent."""
    moves = {
        name: float(np.log1p(v / 100)) if SLIDERS[name].unit == "%" else v / 100
        for name, v in setting.items()
    }
    return scenario.fit(scenario.factor_frame(market)).predict(moves, scenario.QUARTER)


def percent(value: float) -> str:
    return f"{'+' if value > 0 else '−'}{abs(value) * 100:.1f}%"


def drawn_texts(figure: Figure, setting: dict[str, float]) -> list[str]:
    payload: dict[str, Any] = figure.payload()
    for param in payload["spec"]["params"]:
        if param["name"] in SLIDERS:
            param["value"] = setting.get(param["name"], 0)
    svg = vl_convert.vegalite_to_svg(inline(payload, width=720))
    return [unescape(t) for t in re.findall(r"<text[^>]*>([^<]+)</text>", svg)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_chart_computes_what_the_model_predicts(
    market: Market, figure: Figure, setting: dict[str, float]
) -> None:
    answer = predicted(market, setting)
    value, low, high = (percent(answer[k]) for k in ("value", "low", "high"))
    assert f"{value} ({low} to {high})" in drawn_texts(figure, setting)


def test_each_slider_has_a_name_a_unit_and_the_reach_of_the_window(
    market: Market, figure: Figure
) -> None:
    params = {p["name"]: p for p in figure.spec()["params"] if p["name"] in SLIDERS}
    assert set(params) == set(scenario.TERMS) == set(SLIDERS)
    frame = scenario.factor_frame(market)
    moved = frame[list(SLIDERS)].rolling(scenario.QUARTER).sum()
    for name, slider in SLIDERS.items():
        bind = params[name]["bind"]
        assert bind["input"] == "range"
        assert bind["name"] == f"{slider.label}, {slider.unit}"
        ends = (
            scenario.told({name: moved[name].min()})[name],
            scenario.told({name: moved[name].max()})[name],
        )
        assert bind["min"] <= ends[0] * 100 < ends[1] * 100 <= bind["max"]
        assert bind["min"] > ends[0] * 100 - slider.whole
        assert bind["max"] < ends[1] * 100 + slider.whole
        assert bind["min"] < 0 < bind["max"]
        assert bind["max"] % bind["step"] == bind["min"] % bind["step"] == 0


def test_the_first_slider_starts_at_the_shock_and_stays_in_reach(
    market: Market, findings: FindingSet
) -> None:
    model = measures.sliders.slider_model(market)
    for shock, start in ((0.5, 50), (-0.5, -50), (9.0, 175)):
        made = set_scenario(model, shock, findings)
        assert isinstance(made, Figure)
        params = {p["name"]: p.get("value") for p in made.spec()["params"]}
        assert params["two_year"] == start
        assert params["market"] == 0
        assert percent(predicted(market, {"two_year": start})["value"]) in made.alt


def test_a_window_too_short_for_the_model_gets_a_sentence(
    market: Market, findings: FindingSet
) -> None:
    empty = measures.sliders.slider_model(market).iloc[:0]
    made = set_scenario(empty, 1.0, findings)
    assert isinstance(made, Prose)
    assert "is not shown" in made.text


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_a_moved_slider_moves_the_interval(
    report_url: str, reader: Callable[..., Page], market: Market, width: int
) -> None:
    page = reader(width, color_scheme="light")
    # The address opens the fold that the chart may be in.
    page.goto(f"{report_url}/chapters/risks.html#fig-risks-set-scenario")
    chart = page.locator('figure[data-figure="risks.set_scenario"]')
    page.wait_for_selector(drawn("risks.set_scenario"), timeout=PATIENCE)
    picture = "document.querySelector('[data-figure=\"risks.set_scenario\"] canvas').toDataURL()"
    before = page.evaluate(picture)
    for slider in SLIDERS.values():
        expect(chart.get_by_label(f"{slider.label}, {slider.unit}")).to_have_count(1)
    credit = chart.get_by_label("Credit excess return, %")
    credit.fill("-10")
    answer = predicted(market, {"two_year": 100, "credit": -10})
    said = f"{percent(answer['value'])}, 95% interval {percent(answer['low'])} to"
    expect(chart.locator(".fig-status")).to_contain_text(said)
    page.wait_for_function(f"(before) => {picture} !== before", arg=before, timeout=PATIENCE)
    # The setting survives a change of theme; nothing is wider than the screen.
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(chart).to_have_attribute("data-drawn", "dark")
    expect(credit).to_have_value("-10")
    box = credit.bounding_box()
    assert box is not None and box["width"] >= 100
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
