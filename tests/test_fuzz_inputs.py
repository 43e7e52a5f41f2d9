"""Whatever a user or a damaged file says: it is understood, or refused in one line, never a traceback."""

from __future__ import annotations

import json
import os
import re
import string
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from rotation_lib import claims, references, strength
from rotation_lib.catalog import read_catalog
from rotation_lib.cli import _pairs, _params
from rotation_lib.errors import ParameterError, RotationError
from rotation_lib.params import EXTRAS, ReportParams, chapter_extras, report_params
from rotation_lib.project import CATALOG_FILE, CHAPTER_NAMES, CLAIMS_FILE, DATA
from rotation_lib.publish.build import chosen_chapters, split_extras

#: The same examples each time, so that a check does not fail by chance; FUZZ=1000 tries others.
TRIES = int(os.environ.get("FUZZ", "25"))
FUZZ = settings(
    max_examples=TRIES,
    derandomize="FUZZ" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
#: Signs that break readers: quotes, brackets, controls, other directions, what looks like nothing.
NASTY = st.text(
    st.sampled_from("\"'\\<>&=#[]{}|\x00\x1b\n\r\t\u202e\u2028\ufeff \u0661\u2212-")
    | st.characters(codec="utf-8"),
    max_size=30,
)
DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(str)
NUMBERS = st.integers() | st.floats()
PLAIN = st.none() | st.booleans() | NUMBERS | NASTY | DATES
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted(ReportParams.model_fields)


def one_line(error: BaseException) -> str:
    """The message of an expected refusal; it never spans lines, nor says what only a developer knows."""
    said = str(error)
    assert said and len(said.splitlines()) == 1, repr(said)
    assert "Traceback" not in said and "pydantic" not in said
    return said


def refused_or(call: Callable[[], Any]) -> Any:
    """What ``call`` gives, or ``None`` where it refuses as a user is refused."""
    try:
        return call()
    except RotationError as error:
        one_line(error)
        return None


# ---- parameters --------------------------------------------------------------------------


@pytest.mark.slow
@FUZZ
@given(st.dictionaries(st.sampled_from(FIELDS) | NASTY, PLAIN, max_size=4))
@example({"start": "2024-W01-1"})
@example({"start": "20240102"})
@example({"end": "latest\n"})
@example({"small": ["IWM"]})
@example({"small": {"a": 1}})
@example({"source": ["snapshot"]})
@example({"start": float("nan")})
def test_any_parameters_are_taken_or_refused(values: dict[str, Any]) -> None:
    try:
        params = report_params(**values)
    except ParameterError as error:
        assert "cannot be used" in one_line(error)
        assert error.name in (*values, "small, large, tech")
    else:
        again = report_params(**params.as_strings())
        assert again == params, "what was taken reads back the same"


@FUZZ
@given(
    st.sampled_from(sorted(EXTRAS)),
    st.dictionaries(NASTY | st.just("yield_shock"), JSON, max_size=3),
)
def test_any_extras_are_taken_or_refused(chapter: str, values: dict[str, Any]) -> None:
    refused_or(lambda: chapter_extras(chapter, values))


@pytest.mark.parametrize("chapter", sorted(EXTRAS))
@FUZZ
@given(value=PLAIN | JSON)
def test_any_value_of_an_extra_lies_within_its_bounds(chapter: str, value: Any) -> None:
    (name,) = EXTRAS[chapter].model_fields
    made = refused_or(lambda: chapter_extras(chapter, {name: value}))
    if made is not None:
        held = getattr(made, name)
        bounds = EXTRAS[chapter].model_fields[name].metadata
        assert all(held >= m.ge for m in bounds if hasattr(m, "ge"))
        assert all(held <= m.le for m in bounds if hasattr(m, "le"))


@FUZZ
@given(
    st.lists(NASTY | st.tuples(st.sampled_from(FIELDS), NASTY | DATES).map("=".join), max_size=4)
)
@example(["=x"])
@example(["start"])
@example(["start=2015-01-02", "start=2016-01-04"])
@example(["end=2023-12-29=x"])
@example(["rolling_weeks=1e400"])
@example(["rolling_weeks=1_0"])
@example(["rolling_weeks=" + "9" * 5000])
@example(["yield_shock=nan"])
def test_any_pairs_of_the_command_line(texts: list[str]) -> None:
    def call() -> None:
        pairs = _pairs(texts)
        _params(pairs, start=None, end=None, as_of=None, source=None)
        split_extras(pairs, CHAPTER_NAMES)

    refused_or(call)


@FUZZ
@given(st.lists(NASTY | st.sampled_from(CHAPTER_NAMES), max_size=4))
def test_any_chapters(names: list[str]) -> None:
    chosen = refused_or(lambda: chosen_chapters(names))
    assert chosen is None or (set(chosen) == set(names) if names else chosen == CHAPTER_NAMES)


@FUZZ
@given(start=DATES | NASTY, end=DATES | st.just("latest"), as_of=DATES | st.just(""))
def test_any_window_is_settled_or_refused(
    market_of: Callable[..., Any], start: str, end: str, as_of: str
) -> None:
    market = refused_or(lambda: market_of(start=start, end=end, as_of=as_of))
    if market is not None:
        assert market.base < market.start < market.end
        assert len(market.sessions) >= 63 and market.end <= market.horizon


# ---- files that say what series, claims and sources are ------------------------------------

READERS: dict[str, tuple[Path, Callable[[Path], Any]]] = {
    "catalog": (CATALOG_FILE, read_catalog),
    "claims": (CLAIMS_FILE, claims.read_ledger),
    "references": (DATA / "references.toml", references.read_references),
}


def spoilt(text: str) -> st.SearchStrategy[str]:
    """The file with a piece cut out, doubled, replaced by noise, or of another type."""
    lines = text.splitlines(keepends=True)
    pairs = [i for i, line in enumerate(lines) if re.match(r"\w+ = ", line)]

    def change(place: int, kind: str, noise: str) -> str:
        held = list(lines)
        row = pairs[place % len(pairs)]
        name = held[row].split(" = ")[0]
        match kind:
            case "cut":
                held[row : row + 1] = []
            case "double":
                held[row : row + 1] = [held[row], held[row]]
            case "noise":
                held[row] = noise + "\n"
            case "rename":
                held[row] = held[row].replace(name, f"{name}x", 1)
            case _:
                held[row] = f"{name} = {kind}\n"
        return "".join(held)

    kinds = ("cut", "double", "noise", "rename", "3", "nan", "[]", "{}", '""', "true", "1979-05-27")
    return st.builds(change, st.integers(0, len(pairs) * 3), st.sampled_from(kinds), NASTY)


@pytest.mark.parametrize("kind", sorted(READERS))
@FUZZ
@given(data=st.data())
def test_a_damaged_table_is_read_or_refused(kind: str, data: st.DataObject, tmp_path: Path) -> None:
    source, read = READERS[kind]
    path = tmp_path / source.name
    path.write_text(data.draw(spoilt(source.read_text("utf-8"))), encoding="utf-8", newline="")
    refused_or(lambda: read(path))


TABLES = (
    "", "x", "series = 3", "schema = 1\nseries = 3", "schema = 1\nseries = [3]", "claim = 3",
    "claim = [3]", "claim = [[3]]", "[claim]\nid = 3", "[[claim]]\nid = []", "work = 3", "[[work]]",
    "schema = 1\n[[series]]\nid = 3", "[[claim]]\n[[claim.part]]\nfinding = 3", "schema = 1\nextra = 3",
    "schema = 1\nlicences = 3", "schema = 1\n[[publication]]\npublished = 3", "commentary = [3]",
    "schema = true", "\ufeffschema = 1", "a = 1\n" * 3,
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(READERS))
@pytest.mark.parametrize("text", TABLES)
def test_a_table_of_another_shape_is_refused(kind: str, text: str, tmp_path: Path) -> None:
    source, read = READERS[kind]
    path = tmp_path / source.name
    path.write_text(text, encoding="utf-8")
    refused_or(lambda: read(path))


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_file_that_is_no_text_is_refused(kind: str, tmp_path: Path) -> None:
    source, read = READERS[kind]
    for content in (b"\xff\xfe\x00a", b"\x80" * 40, source.read_bytes()[:-7] + b"\xc3"):
        path = tmp_path / source.name
        path.write_bytes(content)
        with pytest.raises(RotationError) as caught:
            read(path)
        assert source.name in one_line(caught.value)
    with pytest.raises(RotationError) as caught:
        read(tmp_path / "nowhere.toml")
    assert "nowhere.toml" in one_line(caught.value)


def test_the_spoiling_spoils() -> None:
    """Most changed catalogs must be refused, else the test above tests nothing."""
    text = CATALOG_FILE.read_text("utf-8")
    assert tomllib.loads(text)
    cut = re.sub(r"^unit = .*\n", "", text, count=1, flags=re.MULTILINE)
    assert cut != text and refused_or(lambda: tomllib.loads(cut)) is not None


# ---- two findings files --------------------------------------------------------------------

WORDS = st.text(string.ascii_letters + " <>|`*_\n", min_size=1, max_size=12)
VALUES = st.none() | st.floats(-1e6, 1e6, allow_nan=False)
IDS = st.sampled_from([f"risks.{n}" for n in ("one", "two", "three", "four")])


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """A finding as a file may hold it."""
    value = draw(VALUES)
    ends = sorted(draw(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))))
    low, high = ends if draw(st.booleans()) else (None, None)
    return {
        "id": draw(IDS),
        "chapter": "risks",
        "label": draw(WORDS),
        "unit": draw(st.sampled_from(["fraction", "ratio", "p-value"])),
        "value": value,
        "low": low,
        "high": high,
        "n": draw(st.none() | st.integers(0, 10**6)),
        "percentile": draw(st.none() | st.floats(0, 1)),
        "series": draw(st.lists(st.sampled_from(["IWM", "SPY"]), max_size=2)),
        "reason": None if value is not None else draw(WORDS),
    }


@st.composite
def judged(draw: st.DrawFn) -> dict[str, Any]:
    """A claim as a file may hold it."""
    test = st.fixed_dictionaries(
        {"finding": IDS, "asked": WORDS, "outcome": st.sampled_from(["supports", "contradicts"])}
    )
    strengths = st.sampled_from([s.value for s in strength.Strength])
    part = st.fixed_dictionaries(
        {"id": WORDS, "finding": IDS, "asked": WORDS, "strength": strengths}
    )
    evidence = draw(st.sampled_from([("tests", test), ("parts", part)]))
    return {
        "id": draw(st.sampled_from(["a", "b", "c"])),
        "chapter": "risks",
        "title": draw(WORDS),
        "verdict": draw(st.sampled_from([v.value for v in strength.Verdict])),
        "rule": draw(WORDS),
        evidence[0]: draw(st.lists(evidence[1], max_size=3)),
    }


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records with unique ids."""
    return st.fixed_dictionaries(
        {
            "schema": st.just(1),
            "params": st.just(ReportParams().as_strings()),
            "source": st.just("snapshot"),
            "data_sha256": st.sampled_from(["aa", "bb"]),
            "data_through": st.sampled_from(["2026-07-31", "2025-12-31"]),
            "revision": st.sampled_from(["1", "2"]),
            "findings": st.lists(entries(), max_size=4, unique_by=lambda e: e["id"]),
            "claims": st.lists(judged(), max_size=3, unique_by=lambda e: e["id"]),
        }
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from rotation_lib.review.sides import workshop

    folder = tmp_path_factory.mktemp("shop")
    with workshop(project=folder, kept=folder / "kept") as opened:
        yield opened


def compared(shop: Any, folder: Path, base: Any, head: Any) -> tuple[Any, str]:
    """The review of two files and what it says in Markdown."""
    from rotation_lib.review.compare import compared as compare
    from rotation_lib.review.render import rendered

    sides = []
    for name, record in (("base", base), ("head", head)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(record), encoding="utf-8")
        sides.append(shop.open(str(path)))
    review = compare(sides[0], sides[1], shop)
    texts = [rendered(form, review, sides[0], sides[1]) for form in ("markdown", "json", "html")]
    assert json.loads(texts[1])["schema"] == 1
    return review, texts[0]


SWAPPED = {"appeared": "vanished", "vanished": "appeared"}


def report(value: float) -> dict[str, Any]:
    """A record of one finding without an interval."""
    finding = {"id": "risks.one", "chapter": "risks", "label": "x", "unit": "p-value"}
    settings = ReportParams().as_strings()
    return {"params": settings, "findings": [{**finding, "value": value}], "claims": []}


@FUZZ
@given(base=records(), head=records())
@example(report(2.2e-309), report(0.5))
@example(report(0.0), report(-0.0))
def test_the_diff_is_symmetric(shop: Any, tmp_path: Path, base: Any, head: Any) -> None:
    there, _ = compared(shop, tmp_path, base, head)
    back, _ = compared(shop, tmp_path, head, base)
    for kind in ("findings", "claims"):
        one = {c.id: c for c in getattr(there, kind)}
        two = {c.id: c for c in getattr(back, kind)}
        assert set(one) == set(two)
        for key, change in one.items():
            other = two[key]
            assert SWAPPED.get(change.kind, change.kind) == other.kind
            assert (change.before, change.after) == (other.after, other.before)


@FUZZ
@given(record=records())
def test_the_same_report_twice_is_one_line(shop: Any, tmp_path: Path, record: Any) -> None:
    review, said = compared(shop, tmp_path, record, record)
    assert review.unchanged and not review.findings and not review.claims
    first = said.strip().splitlines()[0]
    assert "no change" in first.lower() or "nothing" in first.lower(), first


@FUZZ
@given(
    base=records(),
    junk=JSON,
    place=st.sampled_from(["", "findings", "claims", "params"]),
    name=st.sampled_from(["", "id", "value", "low", "verdict", "tests", "label"]),
)
@example({"findings": [], "claims": []}, [3], "findings", "")
@example({"findings": [], "claims": []}, [{"id": 3}], "findings", "")
@example({"findings": [], "claims": []}, [{}], "claims", "")
@example({"findings": [], "claims": []}, 3, "params", "")
@example({"findings": [], "claims": []}, None, "findings", "")
@example({"findings": [], "claims": []}, {}, "", "")
@example({"findings": [], "claims": []}, float("nan"), "", "")
def test_a_damaged_record_is_refused_in_one_line(
    shop: Any, tmp_path: Path, base: Any, junk: Any, place: str, name: str
) -> None:
    spoilt_record: Any = json.loads(json.dumps(base))
    if not place:
        spoilt_record = junk
    elif name and spoilt_record.get(place) and isinstance(spoilt_record[place], list):
        spoilt_record[place][0][name] = junk
    else:
        spoilt_record[place] = junk
    assume(spoilt_record != base)
    refused_or(lambda: compared(shop, tmp_path, spoilt_record, base))
    refused_or(lambda: compared(shop, tmp_path, base, spoilt_record))
