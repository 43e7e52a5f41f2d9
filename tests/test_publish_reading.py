"""Aids to reading as HTML: the ledger's filter, explained terms, and a chart's controls."""

from __future__ import annotations

import json

import pandas as pd
from sample_book import bar_figure, growing, growth_figure, line_figure

from rotation_lib.charts import lines
from rotation_lib.publish.draw.controls import control_bar
from rotation_lib.publish.draw.figures import page_daily, page_data
from rotation_lib.publish.finish.reading import filter_bar, glossary, with_terms

GLOSSARY = """<dl class="glossary">
<dt id="term-var">Value at risk (VaR), historical</dt>
<dd>A <em>bad</em> day &amp; worse.</dd>
<dt id="term-breakeven">Real yield and breakeven</dt>
<dd>Two parts.</dd>
<dt id="term-growth">Growth and volatility per year</dt>
<dd>By calendar time.</dd>
<dt id="term-beta" data-also="slope; Tilt">Beta</dt>
<dd>A slope.</dd>
<dt id="term-beta-pp">Beta per percentage point</dt>
<dd>Another slope.</dd></dl>"""


def test_the_glossary_gives_the_words_that_occur_in_text() -> None:
    assert glossary(GLOSSARY) == {
        "value at risk": ("term-var", "A bad day & worse."),
        "real yield": ("term-breakeven", "Two parts."),
        "breakeven": ("term-breakeven", "Two parts."),
        "beta": ("term-beta", "A slope."),
        "slope": ("term-beta", "A slope."),
        "tilt": ("term-beta", "A slope."),
        "beta per percentage point": ("term-beta-pp", "Another slope."),
    }
    assert glossary("<p>no glossary</p>") == {}


def _explained(article: str) -> str:
    page = f"<title>beta</title><article>{article}</article><p>beta</p>"
    made = with_terms(page, glossary(GLOSSARY), "m.html")
    assert made.startswith("<title>beta</title><article>") and made.endswith("<p>beta</p>")
    return made[len("<title>beta</title><article>") : -len("</article><p>beta</p>")]


def test_a_term_is_linked_at_its_first_use_in_running_text_only() -> None:
    linked = '<a class="term" href="m.html#term-beta" data-definition="A slope.">Betas</a>'
    assert _explained("<p>Betas, beta</p>") == f"<p>{linked}, beta</p>"
    for untouched in (
        "<h2>Beta</h2>",
        "<div>beta</div>",
        '<p><a href="x">beta</a></p>',
        "<p><code>beta</code></p>",
        "<table><tr><td><p>beta</p></td></tr></table>",
        "<figure><p>beta</p></figure>",
        "<p>alphabeta, beta-neutral, betamax</p>",
        '<p title="beta">x</p>',
    ):
        assert _explained(untouched) == untouched


def test_a_term_is_explained_in_a_caveat_below_a_chart_but_not_in_its_title() -> None:
    made = _explained(
        '<figure><h4><p>beta</p></h4><p class="fig-note">Beta.</p><p>beta</p></figure>'
    )
    assert made.count("<a ") == 1 and '<p class="fig-note"><a class="term"' in made


def test_the_longest_term_wins_and_definitions_are_escaped() -> None:
    assert 'href="m.html#term-beta-pp"' in _explained("<li>beta per percentage point</li>")
    assert 'data-definition="A bad day &amp; worse."' in _explained("<p>Value at risk</p>")


def test_the_filter_offers_what_the_ledger_holds() -> None:
    rows = "".join(
        f'<tr role="row" data-verdict="{v}" data-chapter="{c}"><th>x</th><td>w</td><td>{t}</td></tr>'
        for v, c, t in (
            ("holds", "risks", "Risks"),
            ("does not hold", "risks", "Risks"),
            ("holds", "a_b", "A and B"),
        )
    )
    bar = filter_bar(f"<table><tbody>{rows}</tbody></table>")
    for said in (
        '<option value="holds">holds (2)</option>',
        '<option value="does not hold">does not hold (1)</option>',
        '<option value="a_b">A and B (1)</option>',
        "3 of 3 claims",
    ):
        assert said in bar
    assert filter_bar("<table><tr><td>1</td></tr></table>") == ""


def test_controls_offer_what_the_data_can_show() -> None:
    payload = growth_figure("methods.growth").payload()
    bar = control_bar(payload)
    days = growing().index
    assert f'min="{days[0].date()}" max="{days[-6].date()}"' in bar
    assert 'data-years="3"' in bar and 'data-years="5"' not in bar  # 1,200 sessions: 4.6 years
    assert "Compare from" in bar and bar.count("data-line=") == 2
    short = lines.lines(growing()["IWM"].tail(30), unit="ratio")
    assert short.controls is not None and short.controls.payload(short.data["main"]) == {}
    for plain in (line_figure("risks.line"), bar_figure("risks.bars")):
        assert control_bar(plain.payload()) == ""


def test_every_day_is_held_apart_from_what_is_drawn() -> None:
    from rotation_lib.publish.draw.figures import Compiled

    payload = growth_figure("methods.growth").payload()
    assert len(payload["data"]["main"]["columns"]["date"]) < 300
    daily = payload["daily"]["columns"]
    assert len(daily["date"]) == 1200 and daily["date"][-1] == "2026-07-31"
    assert pd.Series(daily["IWM"]).to_numpy()[-1] == float(f"{2 ** (1199 / 500):.6g}")
    charts = [(payload, Compiled({}, "", 1))]
    page = json.loads(page_data(charts, "a-daily.js").removeprefix("window.rotationPage=")[:-2])
    assert page["daily"] == "a-daily.js" and "daily" not in page["figures"]["methods.growth"]
    assert page_daily(charts).startswith('window.rotationDaily={"methods.growth":[["date","d",[')
    assert page_daily([(line_figure("risks.line").payload(), Compiled({}, "", 1))]) == ""
