"""The two locks: one includes the other, both are whole, and what the code imports is declared."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import product

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rotation_lib.project import PACKAGE, PROJECT_ROOT

LOCKS = ("requirements.txt", "requirements-test.txt")
#: What lies over them, and what stands alone.
NEXT, ALONE = "requirements-next.txt", ("tools/uv.txt", "tools/workflows.txt")
COMMAND = (
    "uv pip compile --universal --generate-hashes --no-emit-index-url --no-strip-extras"
    " --python-version 3.11.0"
)
PYPROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
#: What a package imports only where its extra was asked for, saying so in one line otherwise.
BY_EXTRA = {"distributed": "cluster"}
MACHINES = [
    {"python_full_version": full, "python_version": full.rpartition(".")[0], "extra": "", **system}
    for full, system in product(
        ("3.11.2", "3.12.1", "3.13.0"),
        (
            {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
            {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
            {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
        ),
    )
]


def entries(name: str) -> list[tuple[Requirement, frozenset[str]]]:
    """Each line of a lock, with its hashes."""
    text = (PROJECT_ROOT / name).read_text(encoding="utf-8")
    joined = [line for line in text.replace("\\\n", " ").splitlines() if not line.startswith("#")]
    found = []
    for line in filter(str.strip, joined):
        if not line.lstrip().startswith("#"):
            wish, *hashes = line.split("--hash=")
            found.append((Requirement(wish), frozenset(h.strip() for h in hashes)))
    return found


def pinned(name: str, machine: dict[str, str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Package → version and hashes, on one kind of machine."""
    return {
        canonicalize_name(wish.name): (str(wish.specifier), hashes)
        for wish, hashes in entries(name)
        if wish.marker is None or wish.marker.evaluate(machine)
    }


def declared(*groups: str) -> list[Requirement]:
    """What the project names: its dependencies, and those of extras."""
    extras = PROJECT["optional-dependencies"]
    return [
        Requirement(w) for w in PROJECT["dependencies"] + [w for g in groups for w in extras[g]]
    ]


@pytest.mark.parametrize("name", [*LOCKS, NEXT, *ALONE])
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    found = entries(name)
    assert found
    for wish, hashes in found:
        (pin,) = wish.specifier
        assert pin.operator == "==" and "*" not in pin.version, str(wish)
        assert hashes and all(len(h) == 71 and h.startswith("sha256:") for h in hashes), str(wish)


def test_each_lock_says_how_it_is_made() -> None:
    names = (*LOCKS, NEXT, *ALONE)
    heads = [(PROJECT_ROOT / n).read_text(encoding="utf-8").splitlines()[1] for n in names]
    plain = COMMAND.replace(" --no-strip-extras", "")
    assert heads == [
        f"#    {COMMAND} pyproject.toml -o requirements.txt",
        f"#    {COMMAND} --all-extras -c requirements.txt pyproject.toml -o requirements-test.txt",
        f"#    {plain} --no-deps --group next -o requirements-next.txt",
        f"#    {plain} --group installer -o tools/uv.txt",
        f"#    {plain} --group workflows -o tools/workflows.txt",
    ]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['os_name']}-{m['python_version']}")
def test_what_the_tests_need_includes_what_the_report_needs(machine: dict[str, str]) -> None:
    report, tests = (pinned(name, machine) for name in LOCKS)
    assert {name: tests.get(name) for name in report} == report
    workshop = {"pytest", "ruff", "mypy", "playwright", "nbdime", "pre-commit", "distributed"}
    assert not workshop & set(report)
    assert workshop <= set(tests)


@pytest.mark.parametrize(("name", "extras"), [(LOCKS[0], []), (LOCKS[1], ["cluster", "dev"])])
def test_the_locks_hold_what_is_declared(name: str, extras: list[str]) -> None:
    assert sorted(PROJECT["optional-dependencies"]) == ["cluster", "dev"]
    build = [Requirement(w) for w in PYPROJECT["build-system"]["requires"]]  # installed beforehand
    for machine in MACHINES:
        have = pinned(name, machine)
        for wish in declared(*extras) + build:
            version = have[canonicalize_name(wish.name)][0].removeprefix("==")
            assert wish.specifier.contains(version), f"{wish} in {name}"


@pytest.mark.parametrize("name", LOCKS)
def test_an_extra_that_a_package_asks_for_is_locked_with_it(name: str) -> None:
    """Else pip before 23.1, which Debian 12 has, refuses the whole lock as not pinned."""
    locked = {canonicalize_name(wish.name): wish.extras for wish, _ in entries(name)}
    asked = [
        (package, canonicalize_name(wish.name), wish.extras)
        for package, own in locked.items()
        for wish in wishes(package, own)
    ]
    assert len(asked) > 200
    lacking = [a for a in asked if not a[2] <= locked.get(a[1], set())]
    assert lacking == []
    if name == LOCKS[1]:
        assert ("pytest-cov", "coverage", {"toml"}) in asked


def wishes(package: str, extras: set[str]) -> Iterator[Requirement]:
    """What an installed package asks for here, with these extras of its own."""
    try:
        lines = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return  # one for another system
    for wish in map(Requirement, lines):
        if wish.marker is None or any(wish.marker.evaluate({"extra": e}) for e in ("", *extras)):
            yield wish


# -- the stack that comes next --------------------------------------------------------------


#: What Jupyter Book pins and Sphinx 9.0 has not seen yet: all that the next stack goes against.
AGAINST = {("jupyter-book", "sphinx"), ("jupyter-book", "myst-parser"), ("sphinx", "docutils")}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['os_name']}-{m['python_version']}")
def test_the_next_stack_replaces_what_it_names_and_nothing_else(machine: dict[str, str]) -> None:
    now, later = pinned(LOCKS[0], machine), pinned(NEXT, machine)
    assert [name for name in later if later[name] == now.get(name)] == []
    assert set(later) - set(now) == {"roman-numerals"}
    wanted = {
        canonicalize_name(Requirement(w).name) for w in PYPROJECT["dependency-groups"]["next"]
    }
    assert set(later) == wanted


def test_the_stack_in_use_goes_against_nothing_but_what_is_known() -> None:
    """The next one names its packages by hand, so that one too few would show here."""
    machine = MACHINES[0]
    have = {name: version(name) for name in {**pinned(LOCKS[1], machine), **pinned(NEXT, machine)}}
    against = {
        (package, canonicalize_name(wish.name))
        for package in have
        for wish in wishes(package, set())
        if not wish.specifier.contains(version(wish.name) or "0", prereleases=True)
    }
    is_next = have["sphinx"] == pinned(NEXT, machine)["sphinx"][0].removeprefix("==")
    assert against == (AGAINST if is_next else set())


@pytest.mark.parametrize(
    "name",
    [
        ".gitignore",
        ".dockerignore",
        "_config.yml",
        "benchmarks/builds.py",
        "rotation_lib/review/sides.py",
        "tests/small_project.py",
    ],
)
def test_an_environment_by_another_name_is_no_part_of_the_project(name: str) -> None:
    """Copied along, each would cost a gigabyte; read by Sphinx, minutes."""
    assert ".venv*" in (PROJECT_ROOT / name).read_text(encoding="utf-8")


def version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


# -- imports --------------------------------------------------------------------------------


def imports(source: str, held: bool = True) -> Iterator[str]:
    """Top-level modules that a piece of Python imports, by name too, or in a program that it holds."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and called(node).endswith("import_module"):
            if node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value).partition(".")[0]
        elif held and isinstance(node, ast.Constant) and "import " in str(node.value):
            yield from program(str(node.value))


def called(node: ast.Call) -> str:
    """The last name of what is called; none of what has no name."""
    last = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
    return str(last or "")


def program(text: str) -> Iterator[str]:
    try:
        yield from imports(text)
    except SyntaxError:
        return  # prose


def test_imports_are_seen_wherever_they_hide() -> None:
    source = (
        "import a.b, c\nfrom d.e import f\nfrom . import g\n"
        "def h():\n    import i\n    import_module('j.k')\n"
        "P = 'import l; from m import n'\nQ = 'to import goods'\n"
    )
    assert set(imports(source)) == {"a", "c", "d", "i", "j", "l", "m"}


@cache
def modules(package: str) -> set[str]:
    """Top-level modules that a package brings; none if it is one for another system."""
    try:
        held = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return set()
    if named := held.read_text("top_level.txt"):
        return set(named.split())
    return {path.parts[0].partition(".")[0] for path in held.files or () if path.suffix == ".py"}


@pytest.mark.parametrize(
    ("folders", "extras", "held"),
    [(["rotation_lib"], [], True), (["tests", "tools", "benchmarks"], ["cluster", "dev"], False)],
    ids=["report", "workshop"],
)
def test_every_import_is_declared(folders: list[str], extras: list[str], held: bool) -> None:
    """A package that comes only by way of another may be gone with that one's next version."""
    # What builds the package is there before anything of the workshop.
    build = [] if held else [Requirement(w) for w in PYPROJECT["build-system"]["requires"]]
    known = {module for wish in declared(*extras) + build for module in modules(wish.name)}
    own = {PACKAGE.name, *(p.stem for p in PROJECT_ROOT.glob("[bt]*/*.py"))}
    missing = set()
    for path in (p for folder in folders for p in (PROJECT_ROOT / folder).rglob("*.py")):
        if path.parent.name == "reference":
            continue  # made with other packages, elsewhere
        for module in set(imports(path.read_text(encoding="utf-8"), held)):
            if module in sys.stdlib_module_names or module in own:
                continue
            if BY_EXTRA.get(module) in PROJECT["optional-dependencies"]:
                continue
            if module not in known:
                missing.add((path.relative_to(PROJECT_ROOT).as_posix(), module))
    assert missing == set()
