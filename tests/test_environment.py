"""What is installed decides: made-up folders of packages, locks, and what a page says of them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rotation_lib import environment, fingerprint
from rotation_lib.environment import Environment, Package, read, requirements
from rotation_lib.errors import RotationError
from rotation_lib.project import LOCKFILE, PROJECT_ROOT, THEMES, measuring
from rotation_lib.publish import unchanged
from rotation_lib.publish.finish.footer import page_footer, unlocked

LOCK = (
    "adder==1.0 \\\n    --hash=sha256:ab\n"
    "Base_Parts==2.0.0 ; python_version >= '3' \\\n    --hash=sha256:cd\n"
    "base-parts==1.0 ; python_version < '3'\n"
    "counter[quick]==3.1\n"
    "quick==0.5\n"
    "tester==9.0\n"
)


def install(folder: Path, name: str, version: str, *needs: str, url: bool = False) -> Path:
    """A made-up package, as an installer leaves it."""
    place = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    place.mkdir(parents=True)
    wishes = "".join(f"Requires-Dist: {need}\n" for need in needs)
    text = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{wishes}\nRequires-Dist: no\n"
    (place / "METADATA").write_text(text, encoding="utf-8")
    if url:
        (place / "direct_url.json").write_text('{"url": "file:///home/adder"}', encoding="utf-8")
    return place


def site(folder: Path, **versions: str) -> Path:
    """Packages as :data:`LOCK` has them, but for some versions; ``none`` leaves one out."""
    known = {
        "adder": ("1.0", ("Base.Parts>=1", "far; python_version < '3'")),
        "Base_Parts": ("2.0", ('tester; extra == "test"', 'far; extra=="a" and os_name != ""')),
        "counter": ("3.1", ('quick; extra == "quick"', "counter[all]", 'adder; extra == "all"')),
        "quick": ("0.5", ("adder[no_such]",)),
        "tester": ("9.0", ()),
    }
    for name, (version, needs) in known.items():
        chosen = versions.get(name, version)
        if chosen != "none":
            install(folder, name, chosen, *needs)
    return folder


def found(folder: Path, lock: str | None = LOCK, *wishes: str) -> Environment:
    return read(wishes or ["adder", "counter[quick]"], lock, [str(folder)])


def test_what_the_project_asks_for_is_followed_to_its_end(tmp_path: Path) -> None:
    there = found(site(tmp_path))
    assert there.versions == {
        "adder": "1.0", "base-parts": "2.0", "counter": "3.1", "quick": "0.5",
    }  # fmt: skip
    assert there.differences == {} and there.missing == ()
    assert {n: p.needs for n, p in there.packages.items()} == {
        "adder": ("base-parts",),
        "base-parts": (),
        "counter": ("adder", "counter", "quick"),
        "quick": ("adder",),
    }


def test_an_extra_is_followed_only_where_someone_asks_for_it(tmp_path: Path) -> None:
    assert set(found(site(tmp_path), LOCK, "quick").packages) == {"adder", "base-parts", "quick"}
    assert set(found(tmp_path, LOCK, "base-parts").packages) == {"base-parts"}
    assert set(found(tmp_path, LOCK, "base-parts[test]").packages) == {"base-parts", "tester"}
    assert set(found(tmp_path, LOCK, "quick ; sys_platform == 'no-such'").packages) == set()


def test_missing_other_and_unlocked_packages_are_told_apart(tmp_path: Path) -> None:
    folder = site(tmp_path, adder="1.1", quick="none", counter="none")
    install(folder, "counter", "3.1", "newcomer", 'quick; extra == "quick"')
    install(folder, "newcomer", "0.1")
    there = found(folder)
    assert there.differences == {
        "adder": "1.1, locked 1.0",
        "newcomer": "0.1, not locked",
        "quick": "missing, locked 0.5",
    }
    assert there.missing == ("quick",)
    assert there.versions["quick"] == "not installed"


def test_a_package_from_a_folder_is_not_the_locked_one(tmp_path: Path) -> None:
    before = found(site(tmp_path / "a"))
    folder = site(tmp_path / "b", adder="none")
    install(folder, "adder", "1.0", "base-parts", url=True)
    there = found(folder)
    assert there.differences == {"adder": "1.0 from a folder or an address, locked 1.0"}
    assert there.key() != before.key()


def test_what_is_no_requirement_is_refused_in_one_line(tmp_path: Path) -> None:
    install(tmp_path, "adder", "1.0", "base parts >> 2")
    with pytest.raises(RotationError) as told:
        found(tmp_path, LOCK, "adder")
    assert str(told.value) == (
        "adder asks for 'base parts >> 2', which is no requirement; install another version of it."
    )


def test_packages_of_the_old_kind_are_read_too(tmp_path: Path) -> None:
    place = site(tmp_path, adder="none") / "adder-1.0.egg-info"
    place.mkdir()
    (place / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: adder\nVersion: 1.0\n", "utf-8")
    (place / "requires.txt").write_text("base-parts\n\n[quick]\nquick\n", "utf-8")
    there = found(tmp_path, LOCK, "adder")
    assert there.versions == {"adder": "1.0", "base-parts": "2.0"}
    assert there.differences == {}


def test_without_a_lock_nothing_is_compared(tmp_path: Path) -> None:
    there = found(site(tmp_path), None)
    assert there.differences is None and not there.compared
    assert there.key() == found(tmp_path).key()


def test_three_environments_have_three_checksums(tmp_path: Path) -> None:
    locked = found(site(tmp_path / "a"))
    other = found(site(tmp_path / "b", quick="0.6"))
    relocked = found(tmp_path / "a", LOCK.replace("quick==0.5", "quick==0.6"))
    assert len({e.sha256 for e in (locked, other, relocked)}) == 3
    # What is locked changes no result, so that it is in the checksum and in no key.
    assert locked.key() == relocked.key() != other.key()
    assert locked.sha256 == found(site(tmp_path / "c")).sha256


def test_a_key_rests_on_what_is_imported_and_on_what_that_asks_for(tmp_path: Path) -> None:
    there = found(site(tmp_path))
    assert there.reached(["json", "Base_Parts"]) == {"base-parts"}
    assert there.reached(["adder", "sys"]) == {"adder", "base-parts"}
    assert there.reached(["counter"]) == {"adder", "base-parts", "counter", "quick"}
    assert there.reached(["adder", "of_no_such_name"]) == set(there.packages)

    def key(name: str) -> str:
        packages = {**there.packages, name: replace(there.packages[name], version="7")}
        return replace(there, packages=packages).key(["adder"])

    own = there.key(["adder"])
    assert {name for name in there.packages if key(name) != own} == {"adder", "base-parts"}


def test_another_python_is_another_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = found(site(tmp_path))
    before = (there.key(), there.key(["adder"]), there.sha256)
    monkeypatch.setattr(environment.platform, "python_version", lambda: "3.14.15")
    after = (there.key(), there.key(["adder"]), there.sha256)
    assert not set(before) & set(after)


def test_an_installed_project_names_what_it_needs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "pandas<4,>=3.0" in requirements(tmp_path) or "pandas>=3.0,<4" in requirements(tmp_path)
    monkeypatch.setattr(environment, "NAME", "no-such-project")
    with pytest.raises(RotationError, match="is not installed; run 'pip install"):
        requirements(tmp_path)


def test_the_lock_names_every_package_the_report_runs_on() -> None:
    laid_over = environment.pins((PROJECT_ROOT / "requirements-next.txt").read_text("utf-8"))
    unlocked_here = {name for name, p in environment.here().packages.items() if not p.locked}
    assert unlocked_here <= set(laid_over)
    assert environment.lock_of(LOCKFILE) is not None
    assert environment.lock_of(PROJECT_ROOT / "no-such-lock.txt") is None


#: Taken where it is found, though nothing asks for it: none reaches a number.
UNASKED = {
    "bottleneck": "pandas imports it and is told to leave it alone",
    "pytz": "pandas compares time zones with its type",
    "cloudpickle": "pyarrow pickles functions with it",
    "charset-normalizer": "f2py reads sources of Fortran with it",
    "tornado": "tenacity can wait in its loops",
    "colorama": "tornado colours its log",
    "setuptools": "a hook that every Python start runs",
    "coverage": "measures the tests",
}


_LOADED = """
import sys
from contextlib import suppress
from importlib import import_module, metadata
for name in sys.argv[1:]:
    with suppress(ModuleNotFoundError):  # a name in a module
        import_module(name)
owners = metadata.packages_distributions()
print(*{owner for name in list(sys.modules) for owner in owners.get(name, ())})
"""


@pytest.mark.slow
def test_studies_load_nothing_that_their_keys_leave_out() -> None:
    files = fingerprint._closure(map(measuring, THEMES))
    asked = {
        name
        for path, package in files.items()
        for name in fingerprint._module_imports(Path(path).read_bytes(), package)
    }
    command = [sys.executable, "-c", _LOADED, *sorted(asked)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {environment._plain(name) for name in said.stdout.split()} - {environment.NAME}
    reached = environment.here().reached(fingerprint._imported_by(files))
    assert {"numpy", "pandas", "scipy", "arch", "statsmodels", "patsy"} <= loaded
    assert loaded - reached - set(UNASKED) == set()
    assert not reached & {"sphinx", "altair", "jupyter-book", "ipykernel", "papermill"}


def test_no_number_rests_on_a_package_that_only_some_have() -> None:
    import pandas as pd

    import rotation_lib.market  # noqa: F401

    assert pd.get_option("compute.use_bottleneck") is False
    assert pd.get_option("compute.use_numexpr") is False


# -- what a site is made of, and what its pages say ------------------------------------------------


def test_packages_of_every_folder_count_for_a_finished_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = unchanged._surroundings()
    monkeypatch.syspath_prepend(str(site(tmp_path)))
    more = unchanged._surroundings()
    assert more != before
    (tmp_path / "adder-1.0.dist-info" / "direct_url.json").write_text("{}", encoding="utf-8")
    assert unchanged._surroundings() != more


def record(differences: dict[str, str] | None, count: int = 4) -> dict[str, Any]:
    names = ["altair", "pandas", "adder", *(f"part-{n}" for n in range(count - 3))]
    return {"packages": dict.fromkeys(names, "1.0"), "differences": differences}


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        (None, ""),
        ({}, ""),
        (
            {"adder": "1.0, locked 0.9"},
            "1 of 4 packages differs from the lock: adder 1.0, locked 0.9.",
        ),
        (
            dict.fromkeys(["a", "b", "c", "d", "e"], "1.0, not locked"),
            (
                "5 of 4 packages differ from the lock: a 1.0, not locked; b 1.0, not locked; "
                "c 1.0, not locked; 2 more in the build record."
            ),
        ),
    ],
)
def test_a_sentence_names_the_first_that_differ(
    differences: dict[str, str] | None, expected: str
) -> None:
    assert unlocked(record(differences)) == expected


@pytest.mark.parametrize(
    ("differences", "shown", "ending"),
    [
        ({}, False, "; all as locked"),
        (None, False, "; there was no lock to compare them with"),
        ({"adder": "1.0, locked 0.9"}, True, "; 1 not as locked"),
    ],
)
def test_the_foot_says_whether_packages_are_as_locked(
    differences: dict[str, str] | None, shown: bool, ending: str
) -> None:
    foot = page_footer("risks", record(differences), "../")
    said = f"altair 1.0, pandas 1.0 and 2 more in the build record{ending}</dd>"
    assert said in foot
    warning = '<p class="page-unlocked">1 of 4 packages differs from the lock: adder 1.0, locked'
    assert (warning in foot) is shown
    if shown:  # seen without opening anything
        assert foot.index(warning) < foot.index("<details>")
    older = page_footer("risks", {"packages": {"pandas": "3.1.1"}}, "../")
    assert "<dd>pandas 3.1.1</dd>" in older


def test_a_package_says_itself() -> None:
    assert Package("a", "1.0", locked="1.0").as_locked
    assert not Package("a", "", locked="").as_locked
    assert Package("a", "").against_lock == "missing, not locked"
