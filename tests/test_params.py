"""Parameters: what is accepted, and the one line with which each bad value is refused."""

from __future__ import annotations

from datetime import date

import pytest

from rotation_lib.errors import ParameterError
from rotation_lib.params import EXTRAS, ReportParams, chapter_extras, report_params


def test_the_defaults_are_the_report() -> None:
    assert ReportParams().as_strings() == {
        "start": "2010-01-04",
        "end": "latest",
        "as_of": "",
        "source": "snapshot",
        "small": "IWM",
        "large": "SPY",
        "tech": "QQQ",
    }


def test_strings_and_dates_mean_the_same() -> None:
    assert report_params(start="2015-01-02", end="2023-12-29") == report_params(
        start=date(2015, 1, 2), end=date(2023, 12, 29)
    )


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"start": "2024-02-30"}, ["start", "2024-02-30", "YYYY-MM-DD", "2024-09-18"]),
        ({"start": "18/09/2024"}, ["start", "18/09/2024", "YYYY-MM-DD"]),
        ({"start": 20240918}, ["start", "20240918", "YYYY-MM-DD"]),
        ({"start": "2009-12-31"}, ["start", "2009-12-31", "2010-01-04"]),
        ({"start": "2024-01-02", "end": "2023-01-03"}, ["start", "2023-01-03", "swap"]),
        ({"start": "2024-01-02", "end": "2024-01-02"}, ["start", "before end"]),
        ({"end": "2021-01-04", "as_of": "2020-06-30"}, ["end", "2021-01-04", "2020-06-30"]),
        ({"source": "bloomberg"}, ["source", "bloomberg", "snapshot", "live"]),
        ({"small": "IWMM"}, ["small", "IWMM", "catalog", "IWM"]),
        ({"small": "^RUT"}, ["small", "^RUT", "fund or stock"]),
        ({"small": "DGS2"}, ["small", "DGS2", "fund or stock"]),
        ({"small": "SPY"}, ["must differ"]),
        ({"strat": "2015-01-02"}, ["strat", "start"]),
    ],
)
def test_a_bad_value_is_refused_in_one_line(values: dict[str, object], parts: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        report_params(**values)
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_an_error_carries_name_and_value() -> None:
    with pytest.raises(ParameterError) as caught:
        report_params(start="soon")
    assert (caught.value.name, caught.value.value) == ("start", "soon")


def test_parameters_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        ReportParams().small = "IJR"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("chapter", "values", "parts"),
    [
        ("rate_sensitivity", {"rolling_weeks": 12}, ["rolling_weeks", "12", "52", "520"]),
        ("rate_sensitivity", {"rolling_weeks": "many"}, ["rolling_weeks", "many", "integer"]),
        ("rate_sensitivity", {"hard_fall": -0.02}, ["hard_fall", "rolling_weeks"]),
        ("summary", {"rolling_weeks": 104}, ["rolling_weeks", "there are none"]),
        ("tech_valuations", {"hard_fall": 0.02}, ["hard_fall", "0.02", "-0.005"]),
        *(
            (chapter, {name: value}, [f"{name} = {value!r} ", "a finite number", "between "])
            for chapter, model in EXTRAS.items()
            for name, field in model.model_fields.items()
            for value in (float("nan"), float("inf"), -float("inf"))
            if field.annotation in (int, float)
        ),
    ],
)
def test_a_chapters_own_parameters(
    chapter: str, values: dict[str, object], parts: list[str]
) -> None:
    with pytest.raises(ParameterError) as caught:
        chapter_extras(chapter, values)
    for part in parts:
        assert part in str(caught.value)


def test_good_extras_pass() -> None:
    assert chapter_extras("rate_sensitivity", {"rolling_weeks": 156}).model_dump() == {
        "rolling_weeks": 156
    }
