"""Content keys move when what they stand for moves, and at no other time."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rotation_lib import fingerprint
from rotation_lib.fingerprint import code_key, data_key, digest, imported_modules
from rotation_lib.market import Market
from rotation_lib.params import ReportParams
from rotation_lib.project import PACKAGE
from rotation_lib.sources import Dataset


def test_parts_cannot_run_together() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("a") == digest(b"a")


def test_one_value_in_the_window_changes_the_data_key(dataset: Dataset) -> None:
    params = ReportParams(end="2020-06-30")
    before = data_key(Market.from_dataset(dataset, params))
    returns = dataset.total_returns.copy()
    returns.loc["2020-06-30", "XLE"] += 1e-6
    assert data_key(Market.from_dataset(replace(dataset, total_returns=returns), params)) != before


def test_values_after_the_window_do_not(dataset: Dataset) -> None:
    params = ReportParams(end="2020-06-30")
    before = data_key(Market.from_dataset(dataset, params))
    returns = dataset.total_returns.copy()
    returns.loc["2020-07-01":, "XLE"] = 0.5
    assert data_key(Market.from_dataset(replace(dataset, total_returns=returns), params)) == before


def test_a_revised_macro_value_changes_the_data_key(dataset: Dataset) -> None:
    params = ReportParams(end="2020-06-30")
    before = data_key(Market.from_dataset(dataset, params))
    rows = dataset.observations.copy()
    spot = rows.index[(rows["series_id"] == "MANEMP") & (rows["date"] == "2019-05-01")]
    rows.loc[spot, "value"] += 1
    assert data_key(Market.from_dataset(replace(dataset, observations=rows), params)) != before


def test_the_key_does_not_depend_on_the_process(market: Market) -> None:
    assert data_key(market) == data_key(Market.load(ReportParams()))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import rotation_lib.market", ("rotation_lib.market",)),
        (
            "from rotation_lib.charts import risks",
            ("rotation_lib.charts", "rotation_lib.charts.risks"),
        ),
        (
            "def f():\n    from rotation_lib import market\n",
            ("rotation_lib", "rotation_lib.market"),
        ),
        ("import pandas", ()),
    ],
)
def test_imports_are_seen_wherever_they_stand(source: str, expected: tuple[str, ...]) -> None:
    assert imported_modules(source) == expected


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """A small package of its own, under the project's name."""
    root = tmp_path / "rotation_lib"
    root.mkdir()
    monkeypatch.setattr(fingerprint, "PACKAGE", root)

    def write(name: str, text: str) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write("__init__.py", "")
    write("top.py", "from .middle import f\n")
    write("middle.py", "def f():\n    from . import low\n    return low\n")
    write("low.py", "VALUE = 1\n")
    write("other.py", "VALUE = 1\n")
    return write


def test_a_helper_two_imports_away_counts(package: Callable[[str, str], Path]) -> None:
    before = code_key(["rotation_lib.top"])
    package("low.py", "VALUE = 2\n")
    assert code_key(["rotation_lib.top"]) != before


def test_a_module_nobody_imports_does_not(package: Callable[[str, str], Path]) -> None:
    before = code_key(["rotation_lib.top"])
    package("other.py", "VALUE = 2\n")
    assert code_key(["rotation_lib.top"]) == before


def test_a_files_date_does_not(package: Callable[[str, str], Path]) -> None:
    before = code_key(["rotation_lib.top"])
    path = package("low.py", "VALUE = 1\n")
    os.utime(path, (1, 1))
    assert code_key(["rotation_lib.top"]) == before


def test_circles_of_imports_end(package: Callable[[str, str], Path]) -> None:
    package("low.py", "from . import top\n")
    assert len(code_key(["rotation_lib.top"])) == 64


def test_a_table_beside_a_module_counts(package: Callable[[str, str], Path]) -> None:
    before = code_key(["rotation_lib.top"])
    package("measured.toml", "value = 1\n")
    assert code_key(["rotation_lib.top"]) != before


def test_reading_imports_quickly_finds_what_reading_the_whole_module_finds() -> None:
    for path in PACKAGE.rglob("*.py"):
        source = path.read_bytes()
        whole = fingerprint._imports(ast.parse(source), "rotation_lib.publish")
        assert fingerprint._module_imports(source, "rotation_lib.publish") == whole, path.name


@pytest.mark.parametrize(
    "source",
    [
        "from .a import (\n    b,  # (c)\n    d,\n)\n",
        "from .a import b, \\\n    d\n",
        "if True: from .a import b, d\n",
        "x = 1; from .a import b, d\n",
        "def f():\n\tfrom .a import b; from .a import d\n",
        "try:\n    import rotation_lib.publish.a.b\nfinally:\n    from .a import d\n",
        '"""To import is\nfrom here on easy."""\nfrom .a import b\nfrom .a import d\n',
        "from . a import b as c, d\n",
    ],
)
def test_no_import_is_missed_however_it_is_written(source: str) -> None:
    found = fingerprint._module_imports(source.encode(), "rotation_lib.publish")
    assert found >= {"rotation_lib.publish.a.b", "rotation_lib.publish.a.d"}
