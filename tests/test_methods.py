"""The methods chapter: frames about data, their words and charts, and what is cited."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from rotation_lib.charts import measured as measured_charts
from rotation_lib.charts import methods as charts
from rotation_lib.claims import Claim, Part
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.judging import Judged
from rotation_lib.market import Market
from rotation_lib.narrative import appendix
from rotation_lib.narrative import measured as told
from rotation_lib.narrative import methods as words
from rotation_lib.project import PACKAGE
from rotation_lib.prose import ProseError, tell
from rotation_lib.prose.judged import Ledger
from rotation_lib.prose.markdown import Prose
from rotation_lib.publish.pages.fold import stands_in
from rotation_lib.strength import Verdict
from rotation_lib.studies import holdings, records


def _all(market: Market) -> tuple[str, ...]:
    """Every series that the snapshot holds."""
    return tuple(s for s, e in market.catalog.series.items() if e.embed != "no")


def finding(
    name: str, value: float | None = 0.1, chapter: str = "risks", **more: object
) -> Finding:
    return Finding(
        id=f"{chapter}.{name}",
        chapter=chapter,
        label=f"Label of {name}",
        value=value,
        unit=str(more.pop("unit", "fraction")),
        reason=None if value is not None else "the window ends too early.",
        series=tuple(more.pop("series", ("IWM", "SPY"))),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


FINDINGS = {
    f.id: f
    for f in (
        finding(
            "ratio",
            1.3,
            unit="ratio",
            low=1.2,
            high=1.4,
            confidence=0.95,
            n=4169,
            start="2010-01-04",
            end="2026-07-31",
            method="eight blocks",
        ),
        finding("slope", -0.03, unit="pp per pp", low=-0.05, high=-0.01, confidence=0.95),
        finding("july", 0.11, percentile=0.9987, n=5, series=("IWM",)),
        finding("p", 0.03, unit="p-value"),
        finding("count", 9.0, unit="count", series=("CPIAUCSL",)),
        finding("late", None),
    )
}


def judged(name: str, verdict: Verdict, tested: int = 1, other: int = 0) -> Judged:
    said = {"subject": "small caps", "yes": "led", "no": "did not lead", "open": "a lead"}
    parts = [
        Part(id=f"t{i}", finding="risks.ratio", size=1.0, why="because it must", **said)  # type: ignore[arg-type]
        for i in range(tested)
    ]
    parts += [Part(id=f"o{i}", untestable="no data tell", **said) for i in range(other)]  # type: ignore[arg-type]
    claim = Claim(
        id=name,
        chapter="risks",
        title=name,
        says=name,
        would_change="something else",
        part=tuple(parts),
    )
    # Only claim and verdict are read here; how a verdict is reached is tested with the ledger.
    return Judged.model_construct(claim=claim, verdict=verdict, parts=(), specifications=())


LEDGER = [
    judged("a", Verdict.HOLDS, tested=2, other=1),
    judged("b", Verdict.FAILS),
    judged("c", Verdict.UNTESTABLE, tested=0, other=1),
]


# -- terms --------------------------------------------------------------------------------


def test_publishers_count_every_series_once(market: Market) -> None:
    used = _all(market)
    table = records.publishers(market, used)
    assert table["count"].sum() == len(used)
    assert table["count"].is_monotonic_decreasing
    assert not records.not_embedded(market)["series_id"].isin(used).any()
    assert "BAMLH0A0HYM2" in set(records.not_embedded(market)["series_id"])


def test_the_notice_stands_word_for_word(market: Market) -> None:
    notice = (
        "This product uses the FRED® API but is not endorsed or certified by the Federal Reserve "
        "Bank of St. Louis."
    )
    assert f"> {notice}" in appendix.notices(market)


# -- measured intervals -------------------------------------------------------------------


def _wilson(share: float, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def test_interval_coverage_repeats_the_record() -> None:
    record = tomllib.loads((PACKAGE / "stats" / "measured_coverage.toml").read_text("utf-8"))
    frame = records.interval_coverage()
    assert len(frame) == sum(len(d) for d in record["designs"].values())
    assert set(frame["statistic"]) == set(records.STATISTICS)
    for row in frame.itertuples():
        assert row.value == record["designs"][row.design][row.statistic]
        assert (row.low, row.high) == pytest.approx(_wilson(row.value, record["reps"]), abs=1e-3)


def _measured(moderate: float, heavy: float) -> pd.DataFrame:
    rows = [("moderate", moderate), ("heavy", heavy)]
    return pd.DataFrame(
        [
            {
                "design": d,
                "tails": records.TAILS[d],
                "statistic": "beta",
                "label": "Beta",
                "value": v,
                "low": v - 0.02,
                "high": min(1.0, v + 0.02),
                "reps": 500,
                "sessions": 4169,
                "target": 0.95,
            }
            for d, v in rows
        ]
    )


@pytest.mark.parametrize(
    ("moderate", "heavy", "said"),
    [
        (0.94, 0.93, "come close to their promise, in wild worlds too"),
        (0.94, 0.45, "unless tails are extreme; then that of the beta holds the truth in only 45%"),
        (0.70, 0.45, "of beta hold the truth too rarely, even in calm worlds"),
    ],
)
def test_the_title_follows_the_coverage(moderate: float, heavy: float, said: str) -> None:
    assert said in told.coverage_title(_measured(moderate, heavy))
    assert "500 simulated histories" in told.coverage_sentence(_measured(moderate, heavy))


def test_power_repeats_the_record_and_is_told_with_its_range() -> None:
    record = tomllib.loads((PACKAGE / "stats" / "measured_coverage.toml").read_text("utf-8"))[
        "size"
    ]
    frame = records.event_test_power()
    assert len(frame) == 2 * len(record["power"]["moderate"]) * 4
    for row in frame.itertuples():
        (kept,) = (k for k in record["power"][row.design] if k["effect"] == row.effect)
        assert row.value == kept[row.test]
        assert row.low < row.value < row.high
    shown = pd.DataFrame(
        {"design": ["moderate"] * 3 + ["heavy"], "effect": [0.005, 0.005, 0.01, 0.01],
         "value": [0.4, 0.6, 0.99, 0.1], "events": [9] * 4}
    )  # fmt: skip
    assert told.power_sentence(shown) == (
        "What would they find? With nine dates and moderate tails, the one-day tests saw a true lead "
        "of 0.50 percentage points in 40% to 60% and 1.00 percentage points in 99% of "
        "histories: no effect found does not mean that there is none."
    )


def test_false_alarms_repeat_the_record() -> None:
    record = tomllib.loads((PACKAGE / "stats" / "measured_coverage.toml").read_text("utf-8"))
    frame = records.event_test_size()
    assert len(frame) == 24
    for row in frame.itertuples():
        kept = record["size"]["designs"][row.design][row.pattern]
        assert set(kept) == set(records.EVENT_TESTS)
        assert row.value == kept[row.test]
        assert (row.low, row.high) == pytest.approx(_wilson(row.value, 2000), abs=1e-3)


def test_the_words_follow_the_false_alarms() -> None:
    fair = records.event_test_size().assign(value=0.05, low=0.04, high=0.06)
    assert (
        told.size_title(fair) == "Event tests raise about the 5% of false alarms that they promise"
    )
    loud = fair.copy()
    loud.loc[3, ["value", "low", "high"]] = [0.2, 0.18, 0.22]
    assert told.size_title(loud).endswith("these raise more: random dates, one day")
    sentence = told.size_sentence(loud)
    assert "nine dates" in sentence
    assert "5.0% to 20.0%" in sentence
    assert "random dates, one day, bunched, and extreme tails" in sentence
    assert told.size_range(fair) == "with moderate tails the shares lie between 5.0% and 5.0%."


# -- findings and verdicts ----------------------------------------------------------------


def test_kinds_of_findings() -> None:
    kinds = [appendix.finding_kind(f) for f in FINDINGS.values()]
    assert kinds == ["interval", "interval", "rank", "p-value", "plain", "missing"]
    assert words.kinds_sentence(FINDINGS) == (
        "Of 6 findings, 2 carry an interval, 1 is a realised return with its rank, 1 is a p-value, "
        "1 is a plain count or date and 1 could not be had."
    )


def test_used_series_are_in_the_order_of_the_catalog(market: Market) -> None:
    assert holdings.used_series(market, FINDINGS) == ("IWM", "SPY", "CPIAUCSL")


def test_rows_of_findings() -> None:
    frame = appendix.finding_rows(FINDINGS, "risks")
    value = dict(zip(FINDINGS, frame["Value"], strict=True))
    how = dict(zip(FINDINGS, frame["How, and id"], strict=True))
    assert value["risks.ratio"] == "1.30; 95% interval 1.20 to 1.40"
    said = "eight blocks; n = 4,169; 2010-01-04 to 2026-07-31; ratio"
    assert how["risks.ratio"] == said
    assert value["risks.slope"] == (
        "−3.0 percentage points per point of yield; 95% interval −5.0 to −1.0"
    )
    assert value["risks.july"].startswith("11.0%; rank ")
    assert value["risks.late"] == "not available"
    assert how["risks.late"] == "the window ends too early; late"
    assert appendix.finding_rows(FINDINGS, "tech_valuations").empty


def test_verdicts_are_counted() -> None:
    rows = words.verdict_rows(LEDGER).set_index("Verdict")
    assert rows.loc["holds", ["Claims", "Parts", "Tested"]].tolist() == [1, 3, 2]
    assert rows.loc["cannot be tested", ["Parts", "Tested"]].tolist() == [1, 0]
    assert rows.loc["holds in part", "Claims"] == 0


def test_prose_sees_how_many_claims_have_which_verdict() -> None:
    told = "{{ ledger.claims.n | spelled }}, {{ ledger.parts }}, {{ ledger.kinds }}; {{ ledger.hold }} "
    told += "{{ ledger.hold.verb('holds', 'hold') }}, {{ ledger.in_part }}, {{ ledger.fail }}"
    cell = f"%%prose\n{told}, {{{{ ledger.untested }}}}"
    said = tell(cell, FindingSet(FINDINGS.values()), "methods", {"ledger": Ledger(LEDGER)})
    assert said == ["three, 5, 3; 1 holds, 0, 1, 1"]
    with pytest.raises(ProseError, match="try 'untested'"):
        tell("%%prose\n{{ ledger.untestd }}", FindingSet([]), "methods", {"ledger": Ledger(LEDGER)})


def test_the_headline_is_a_table_of_counts(market: Market) -> None:
    lines = words.headline(market, FINDINGS, LEDGER, 46).splitlines()
    assert lines[0].split() == ["sessions", "4,169"]
    assert "findings, interval             2" in lines
    assert len({len(line) for line in lines}) == 1


def test_events_without_any_page(market: Market) -> None:
    memory = market.events[market.events["evidence"] == "date from general knowledge"]
    title = words.events_title(memory)
    assert title == f"{len(memory)} dated events, none of them with a page as evidence"
    assert words.events_title(market.events.head(0)).startswith("No dated event")


def test_what_a_window_leaves_without_a_row_stands_in_sight(market: Market) -> None:
    faults = records.faults(market)
    for left in (
        charts.events_table(market.events.head(0)),
        charts.gaps(records.gaps_to_witness(faults).head(0), market),
        charts.faults_table(records.fault_groups(faults).head(0), market),
    ):
        assert isinstance(left, Prose)
        said = left._repr_mimebundle_()["text/markdown"]
        assert stands_in([nbformat.v4.new_markdown_cell(said)])


# -- charts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dates",
    [
        {},
        {"start": "2015-01-02", "end": "2023-12-29"},
        {"start": "2026-01-02"},
        {"as_of": "2020-06-30"},
    ],
)
def test_figures_can_be_drawn(dates: dict[str, str], market_of: Callable[..., Market]) -> None:
    market = market_of(**dates)
    used = _all(market)
    macro = holdings.macro_stretches(market, used)
    lags = holdings.publication_lags(market, used)
    figures = [
        charts.funds(holdings.fund_stretches(market, used), market),
        charts.common_sample(holdings.common_sample(market, used), used, market),
        charts.macro(macro, "A title", market),
        charts.lags(lags, market),
        measured_charts.coverage(records.interval_coverage(), market),
        measured_charts.size(records.event_test_size(), market),
        charts.gaps(records.gaps_to_witness(records.faults(market)), market),
    ]
    for figure in figures:
        payload = figure.payload()  # type: ignore[union-attr]
        assert len(payload["alt"]) > 60
        assert "nan" not in payload["alt"].lower().split()
        assert set(payload["series"]) <= set(market.catalog.series)
    for label in figures[2].data["main"]["label"]:  # type: ignore[union-attr]
        assert len(label) <= 70


def test_a_long_table_keeps_its_file(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTATION_FIGURES", str(tmp_path))
    shown = charts.findings_table(FINDINGS, "risks", market)._repr_mimebundle_()
    assert "Risks: 6 findings" in shown["text/html"]
    assert 'data-rotation-table="methods.findings_risks"' in shown["text/html"]
    assert (tmp_path / "methods.findings_risks.table.json").is_file()
