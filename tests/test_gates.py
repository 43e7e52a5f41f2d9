"""Quality gates asked of a dataset, and what the methods page says of them and of old data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from rotation_lib.catalog import load_catalog
from rotation_lib.charts import gates as charts
from rotation_lib.charts.table import Table
from rotation_lib.market import Market
from rotation_lib.narrative import gates as words
from rotation_lib.params import report_params
from rotation_lib.project import DATA
from rotation_lib.prose.markdown import Prose
from rotation_lib.sources import Dataset
from rotation_lib.store.examined import examine
from rotation_lib.studies import gates

WHY = "FRED cannot be reached"


def live(dataset: Dataset, **provenance: Any) -> Market:
    """A market of the embedded numbers as a live source would hand them out."""
    told = {"source": "live", "stale": {}, "absent": {}, "gates": [], "vintages": {}}
    made = dataset.provenance | told | {"tables_through": "2026-07-31"} | provenance
    return Market.from_dataset(replace(dataset, provenance=made), report_params(source="live"))


def found(frame: pd.DataFrame, series_id: str) -> dict[str, tuple[str, str]]:
    """Result and sentence of each gate that is not clean, for one series."""
    own = frame[(frame["series_id"] == series_id) & (frame["result"] != "passed")]
    return {row.gate: (row.result, row.found) for row in own.itertuples()}


def with_return(dataset: Dataset, symbol: str, values: dict[str, float]) -> Dataset:
    total, price = dataset.total_returns.copy(), dataset.price_returns.copy()
    for day, value in values.items():
        total.loc[day, symbol] = value
        if symbol in price:
            price.loc[day, symbol] = value
    return replace(dataset, total_returns=total, price_returns=price)


def with_rows(dataset: Dataset, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Dataset:
    rows = dataset.observations
    own = rows["series_id"] == "UNRATE"
    return replace(dataset, observations=pd.concat([rows[~own], change(rows[own])]))


# -- the gates ------------------------------------------------------------------------------


def test_the_snapshot_passes_and_its_known_jumps_are_noted(dataset: Dataset) -> None:
    asked = examine(dataset, load_catalog())
    assert set(asked["series_id"]) == set(dataset.provenance["series"])
    odd = asked[asked["result"] != "passed"]
    assert odd[["series_id", "gate", "result"]].to_numpy().tolist() == [
        ["META", "jump", "noted"],
        ["NVDA", "jump", "noted"],
    ]
    assert odd["found"].tolist() == [
        "Moved +30% on 2013-07-25 (judged, listed), −26% on 2022-02-03 (judged, listed).",
        "Moved +30% on 2016-11-11 (judged, listed).",
    ]


PRICES: dict[str, tuple[dict[str, float], str, str, str]] = {
    "jump": ({"2015-03-02": 0.4}, "jump", "open", "Moved +40% on 2015-03-02."),
    "hole": (
        {"2015-03-02": math.nan},
        "days",
        "noted",
        "No bar for 2015-03-02: the return of the session after spans the hole.",
    ),
    "infinite": ({"2015-03-02": math.inf}, "shape", "open", "A return is no number."),
    "worthless": ({"2015-03-02": -1.0}, "positive", "open", "A close is not positive."),
    "stopped": (
        dict.fromkeys(("2026-07-27", "2026-07-28", "2026-07-29", "2026-07-30", "2026-07-31"), 0.0),
        "repeats",
        "open",
        "The last 5 closes are the same.",
    ),
}


@pytest.mark.parametrize("case", PRICES)
def test_a_gate_sees_a_fault_of_prices(case: str, dataset: Dataset) -> None:
    values, gate, result, says = PRICES[case]
    asked = examine(with_return(dataset, "XLE", values), load_catalog())
    assert found(asked, "XLE")[gate] == (result, says)


def test_a_second_series_explains_a_jump(dataset: Dataset) -> None:
    both = with_return(dataset, "IWM", {"2015-03-02": 0.3})
    assert found(examine(both, load_catalog()), "IWM") == {
        "jump": ("open", "Moved +30% on 2015-03-02.")
    }
    both = with_return(both, "^RUT", {"2015-03-02": 0.28})
    both = replace(both, total_returns=both.total_returns.drop(columns="^RUT", errors="ignore"))
    assert found(examine(both, load_catalog()), "IWM") == {
        "jump": ("noted", "Moved +30% on 2015-03-02 (a witness moved alike).")
    }


def test_prices_off_the_calendar(dataset: Dataset) -> None:
    off = replace(dataset, total_returns=dataset.total_returns.drop(pd.Timestamp("2015-03-02")))
    said = found(examine(off, load_catalog()), "SPY")
    assert said["days"] == ("open", "Its days are not the sessions of the exchange.")
    assert said["rows"] == ("open", "It has 4168 rows, and its record says 4169.")


@pytest.mark.parametrize(
    ("change", "gate", "says"),
    [
        (lambda r: pd.concat([r, r.tail(1)]), "twice", "A period stands twice."),
        (
            lambda r: r.assign(date=r["date"] + pd.Timedelta(days=3)),
            "days",
            "A period is not dated by its first day.",
        ),
        (lambda r: r.assign(value=math.inf), "shape", "A value is no number."),
        (lambda r: r.iloc[:-1], "rows", "It has 317 rows, and its record says 318."),
    ],
    ids=["twice", "dated", "infinite", "lost"],
)
def test_a_gate_sees_a_fault_of_observations(
    change: Callable[[pd.DataFrame], pd.DataFrame], gate: str, says: str, dataset: Dataset
) -> None:
    held = dataset.provenance["series"]["UNRATE"]["count"]
    says = says.replace("317", str(held - 1)).replace("318", str(held))
    asked = examine(with_rows(dataset, change), load_catalog())
    assert found(asked, "UNRATE")[gate] == ("open", says)


# -- states ---------------------------------------------------------------------------------


def test_what_ends_early_is_told(market: Market) -> None:
    asked = gates.examined(market)
    counts = gates.by_gate(asked).set_index("gate")
    assert list(counts.index) == list(words.ASKED)
    assert (counts["series"] == counts[["passed", "noted", "open"]].sum(axis=1)).all()
    assert counts.loc["positive", "series"] == 59  # funds, shares and indices
    state = gates.by_series(market, asked).set_index("series_id")
    assert set(state.index[state["state"] == "early"]) == {
        *("ANFCI", "BUSLOANS", "CFNAI", "DRTSCIS", "MDY", "STLFSI4")
    }
    assert state.loc["MDY", "found"] == "Ends 2026-04-01."
    assert words.title(state.reset_index()) == (
        "Of 107 series behind the quality gates, six end early"
    )


def test_worst_first_and_everything_told(dataset: Dataset) -> None:
    market = live(
        with_return(dataset, "XLE", {"2015-03-02": 0.4}),
        stale={"DGS10": {"since": "2026-07-30", "outcome": "stale", "why": WHY}},
        absent={"^VIX": "Yahoo has nothing for ^VIX"},
        gates=[
            {"series": "SPY", "found": "2 bar(s) on days without a session were left out."},
            {"series": "UNRATE@2024-09-18", "found": "1 observation(s) were withdrawn."},
        ],
    )
    state = gates.by_series(market, gates.examined(market))
    assert state["state"].drop_duplicates().tolist() == list(gates.WORST_FIRST)
    rows = words.series_rows(state).set_index("Series")
    assert rows.loc["VIX (^VIX)", "Gates"] == "not available"
    assert rows.loc["10-year yield (DGS10)", ["Gates", "What was found"]].tolist() == [
        "stale since 30 July 2026",
        WHY,
    ]
    assert rows.loc["Energy (XLE)", "Gates"] == "not explained"
    assert rows.loc["S&P 500 (SPY)", "Gates"] == "passed, with a note"
    [vintage] = state.loc[state["series_id"] == "UNRATE", "found"]
    assert vintage == "Vintage of 2024-09-18: 1 observation(s) were withdrawn."
    assert words.title(state) == (
        "Of 107 series behind the quality gates, one could not be refreshed, one shows what nobody "
        "has explained and six end early"
    )


def test_a_clean_sheet_says_so() -> None:
    state = pd.DataFrame({"state": ["passed", "noted", "absent"]})
    assert words.title(state) == "All 2 series pass the quality gates"


# -- age ------------------------------------------------------------------------------------


def test_alike_series_share_a_row(dataset: Dataset) -> None:
    entry = {"since": "2026-07-30", "outcome": "stale", "why": WHY}
    market = live(
        dataset,
        stale={"DGS10": entry, "DGS2": entry, "KRE": entry | {"since": "2026-07-01"}},
        absent={"VIXCLS": "FRED has nothing for VIXCLS", "BAA10Y": "FRED has nothing for BAA10Y"},
    )
    groups = gates.not_fresh(market)
    table = charts.fresh_table(groups, market)
    assert isinstance(table, Table)
    assert table.frame.to_numpy().tolist() == [
        ["KRE", "stale since 1 July 2026", WHY],
        ["DGS10, DGS2", "stale since 30 July 2026", WHY],
        ["BAA10Y, VIXCLS", "left out", "FRED has nothing for it"],
    ]
    assert table.note.endswith(
        "3 series could not be refreshed and 2 series could not be had at all."
    )


def test_many_names_are_cut_short(dataset: Dataset) -> None:
    entry = {"since": "2026-07-30", "outcome": "stale", "why": WHY}
    ids = sorted(dataset.provenance["series"])[:20]
    rows = words.fresh_rows(gates.not_fresh(live(dataset, stale=dict.fromkeys(ids, entry))))
    [name] = rows["Series"]
    assert name == f"{', '.join(ids[:8])} and 12 more"


def test_fresh_and_embedded_data_get_a_sentence(dataset: Dataset, market: Market) -> None:
    fresh = live(dataset)
    told = charts.fresh_table(gates.not_fresh(fresh), fresh)
    assert isinstance(told, Prose) and "Every series was confirmed" in told.text
    told = charts.fresh_table(gates.not_fresh(market), market)
    assert isinstance(told, Prose)
    assert told.text.startswith("A snapshot does not age by itself: its prices reach 31 July 2026")


def test_the_table_says_where_a_gate_cannot_look_at_prices(
    dataset: Dataset, market: Market
) -> None:
    for one, note, positive in (
        (market, "when the snapshot was made", "a snapshot holds no closes"),
        (live(dataset), "on every pull, before anything is stored", "On every pull, of closes"),
    ):
        asked = gates.examined(one)
        table = charts.gates_table(gates.by_gate(asked), gates.jump_limit(), one)
        assert note in table.note
        cells = table.frame.set_index("Gate")["What it asks"]
        assert positive in cells["Positive prices"]
        assert "beyond 25%" in cells["Jumps"]
        assert words.paragraph(one, gates.by_series(one, asked)).endswith("passed with a note.")
        every = charts.series_table(gates.by_series(one, asked), one)
        assert every.title == "107 series at the quality gates, worst first"


# -- the data sheet -------------------------------------------------------------------------


def test_the_data_sheet_lists_every_file_and_repeats_every_notice() -> None:
    sheet = (DATA / "README.md").read_text(encoding="utf-8")
    files = [p.name for p in DATA.iterdir() if p.is_file() and p.name != "README.md"]
    kept = [p.name for p in (DATA / "snapshot").iterdir() if p.suffix in (".csv", ".parquet")]
    for name in (*files, *kept):
        assert f"| `{name}` |" in sheet, name
    for notice in load_catalog().notices.values():
        assert f"> {notice}\n" in sheet
