"""The catalog: what may be embedded, what near misses are told, when things were published."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from rotation_lib.catalog import Catalog, load_catalog, read_catalog
from rotation_lib.errors import DataError
from rotation_lib.project import CATALOG_FILE

PROPRIETARY = {
    "BAMLH0A0HYM2",
    "BAMLC0A0CM",
    "BAA10Y",
    "VIXCLS",
    "^VIX",
    "UMCSENT",
    "USEPUINDXD",
    "EPUTRADE",
    "PE_SP500_TTM",
    "CAPE_SP500",
    "MORTGAGE30US",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def _edited(tmp_path: Path, old: str, new: str) -> Path:
    text = CATALOG_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "catalog.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_every_price_symbol_and_macro_series_is_listed(catalog: Catalog) -> None:
    assert len(catalog.select(kind=("fund", "stock", "index"))) == 60
    assert len(catalog.select(kind="macro", embed="levels")) == 48
    assert catalog.select(role="magnificent 7") == (
        "AAPL",
        "MSFT",
        "NVDA",
        "GOOGL",
        "AMZN",
        "META",
        "TSLA",
    )


def test_proprietary_series_are_never_embedded(catalog: Catalog) -> None:
    assert {s for s in PROPRIETARY if catalog[s].embed != "no"} == set()
    for item in catalog.series.values():
        assert (item.embed == "levels") <= (item.licence == "US public domain"), item.id
        assert (item.kind != "macro") <= (item.embed in ("returns", "no")), item.id


def test_an_index_has_no_total_return(catalog: Catalog) -> None:
    without = {s for s in catalog.select(embed="returns") if not catalog[s].has_total_return}
    assert without == {"^RUT", "^NDX", "^GSPC"}


def test_fred_notice_is_the_one_fred_asks_for(catalog: Catalog) -> None:
    assert catalog.notices["fred"] == (
        "This product uses the FRED® API but is not endorsed or certified "
        "by the Federal Reserve Bank of St. Louis."
    )


@pytest.mark.parametrize(("typed", "meant"), [("iwm", "IWM"), ("DGS-2", "DGS2"), ("^RUTT", "^RUT")])
def test_a_near_miss_is_named(catalog: Catalog, typed: str, meant: str) -> None:
    with pytest.raises(DataError, match=r"is not in data/catalog\.toml") as caught:
        catalog[typed]
    assert f"try {meant!r}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_role_is_refused(catalog: Catalog) -> None:
    with pytest.raises(DataError, match="try 'small cap'"):
        catalog.select(role="smallcap")


@pytest.mark.parametrize(
    ("series_id", "observed", "published"),
    [
        # The shutdown of autumn 2025.
        ("CPIAUCSL", "2025-09-01", "2025-10-24"),
        ("CPILFESL", "2025-11-01", "2025-12-18"),
        ("PAYEMS", "2025-09-01", "2025-11-20"),
        ("UNRATE", "2025-11-01", "2025-12-16"),
        ("TLMFGCONS", "2025-08-01", "2025-11-17"),
        ("ICSA", "2025-10-04", "2025-11-20"),
        # Plain lags, from the period's last day.
        ("PAYEMS", "2024-06-01", "2024-07-08"),
        ("CPIAUCSL", "2024-06-01", "2024-07-15"),
        ("CPIAUCSL", "2024-01-01", "2024-02-15"),
        ("GDPC1", "2024-01-01", "2024-04-30"),
        ("CP", "2024-01-01", "2024-05-30"),
        ("CP", "2024-10-01", "2025-03-31"),
        # First working day of the second month after; 2 August 2026 is a Sunday.
        ("TLMFGCONS", "2026-06-01", "2026-08-03"),
        # Surveys appear inside their own period.
        ("DRTSCILM", "2024-07-01", "2024-08-06"),
        ("GACDISA066MSFRBNY", "2024-05-01", "2024-05-17"),
        ("GACDFSA066MSFRBPHI", "2024-05-01", "2024-05-21"),
        # Working days: over a weekend, over Columbus Day, and from a Saturday.
        ("DGS2", "2024-09-18", "2024-09-19"),
        ("DGS2", "2024-09-20", "2024-09-23"),
        ("DGS10", "2025-10-10", "2025-10-14"),
        ("DFF", "2024-09-21", "2024-09-23"),
        ("DFEDTARU", "2024-09-19", "2024-09-19"),
        # Weekly series are dated by their last day; Thanksgiving rolls to Friday.
        ("NFCI", "2024-08-16", "2024-08-21"),
        ("WALCL", "2024-11-27", "2024-11-29"),
        # A close is known at the close.
        ("IWM", "2024-07-16", "2024-07-16"),
    ],
)
def test_publication_dates(catalog: Catalog, series_id: str, observed: str, published: str) -> None:
    found = catalog.publication_date(series_id, date.fromisoformat(observed))
    assert found == date.fromisoformat(published)


@pytest.mark.parametrize("series_id", ["CPIAUCSL", "CPILFESL"])
def test_october_2025_prices_were_never_published(catalog: Catalog, series_id: str) -> None:
    assert catalog.publication_date(series_id, date(2025, 10, 1)) is None
    many = catalog.published(series_id, pd.DatetimeIndex(["2025-09-01", "2025-10-01"]))
    assert many[0] == pd.Timestamp("2025-10-24")
    assert many[1] is pd.NaT


def test_many_dates_agree_with_one_at_a_time(catalog: Catalog) -> None:
    days = pd.date_range("2009-01-01", "2026-06-01", freq="MS")
    for series_id in ("CPIAUCSL", "PAYEMS", "TLMFGCONS", "DGORDER"):
        many = catalog.published(series_id, days)
        one = [catalog.publication_date(series_id, d.date()) for d in days]
        assert [None if pd.isna(m) else m.date() for m in many] == one


def test_consumer_prices_are_never_shown_before_their_real_release(
    catalog: Catalog, dataset: object
) -> None:
    releases = dataset.cpi_releases  # type: ignore[attr-defined]
    assumed = catalog.published("CPIAUCSL", releases["reference_month"])
    assert (assumed.to_numpy() >= releases["release_date"].to_numpy()).all()
    late = (assumed.to_numpy() - releases["release_date"].to_numpy()).astype("timedelta64[D]")
    assert late.astype(int).max() <= 9


def test_recessions_cannot_be_shown_as_of_a_day(catalog: Catalog) -> None:
    assert not catalog["USREC"].point_in_time
    with pytest.raises(DataError, match="Leave as_of empty"):
        catalog.publication_date("USREC", date(2020, 2, 1))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('id = "IJR"', 'id = "IWM"', "lists IWM twice"),
        ('embed = "returns"', 'embed = "levels"', "may not be embedded"),
        ('kind = "fund"', 'kind = "future"', "kind"),
        ("lag_days = 0", "lag_days = 0\nlag_business_days = 1", "either lag_days or"),
        ('licence = "vendor quotes"', 'licence = "free"', "is not described"),
        ('"2010-01-01" = "2010-02-19"', '"2010-01-01" = "2009-02-19"', "cannot have been"),
        ('series = ["JTSJOL"]', 'series = ["JTSJOLS"]', "unknown series"),
        ("schema = 1", "schema = 2", "schema = 1"),
        ("[notices]", "[notices", "cannot be read"),
    ],
)
def test_a_broken_catalog_is_refused_in_one_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        read_catalog(_edited(tmp_path, old, new))
    assert "\n" not in str(caught.value)
    assert "catalog.toml" in str(caught.value)


def test_a_release_date_given_twice_is_refused(tmp_path: Path) -> None:
    path = _edited(tmp_path, 'series = ["JTSJOL"]', 'series = ["JTSJOL", "RSAFS"]')
    with pytest.raises(DataError, match="RSAFS are given twice"):
        read_catalog(path)
