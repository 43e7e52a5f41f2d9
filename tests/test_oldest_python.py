"""Nothing is called that the oldest supported Python lacks.

Debian 12 has Python 3.11.2. What came later by a minor version, mypy knows of the package, but of
nothing else; what came by a patch (as `tarfile`'s filters did with 3.11.4), no tool knows. So it is
written down here: a name is enough, and where the name alone says too little, its keyword.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotation_lib.project import PROJECT_ROOT

OLDEST = (3, 11, 2)
#: What is called, in its module → the keyword that came later, and when.
KEYWORDS: dict[str, tuple[str, tuple[int, ...]]] = {
    "tarfile:TarFile.extract": ("filter", (3, 11, 4)),
    "tarfile:TarFile.extractall": ("filter", (3, 11, 4)),
    "shutil:unpack_archive": ("filter", (3, 11, 4)),
    "email.utils:getaddresses": ("strict", (3, 11, 10)),
    "email.utils:parseaddr": ("strict", (3, 11, 10)),
    "shutil:rmtree": ("onexc", (3, 12)),
    "shutil:make_archive": ("follow_symlinks", (3, 14)),
    "tempfile:NamedTemporaryFile": ("delete_on_close", (3, 12)),
    "tempfile:TemporaryDirectory": ("delete", (3, 12)),
    "asyncio:create_task": ("eager_start", (3, 14)),
    "pathlib:Path.relative_to": ("walk_up", (3, 12)),
    "pathlib:Path.exists": ("follow_symlinks", (3, 12)),
    "pathlib:Path.glob": ("case_sensitive", (3, 12)),
    "pathlib:Path.rglob": ("recurse_symlinks", (3, 13)),
    "pathlib:Path.match": ("case_sensitive", (3, 12)),
    "pathlib:Path.read_text": ("newline", (3, 13)),
    "glob:translate": ("seps", (3, 13)),
}
#: Names that came later, none of which means anything else in this project.
NAMES: dict[str, tuple[int, ...]] = {
    "tarfile:data_filter": (3, 11, 4),
    "tarfile:tar_filter": (3, 11, 4),
    "tarfile:fully_trusted_filter": (3, 11, 4),
    "tarfile:FilterError": (3, 11, 4),
    "os.path:ALLOW_MISSING": (3, 11, 13),
    "itertools:batched": (3, 12),
    "math:sumprod": (3, 12),
    "calendar:Month": (3, 12),
    "calendar:JANUARY": (3, 12),
    "typing:override": (3, 12),
    "typing:TypeAliasType": (3, 12),
    "typing:ReadOnly": (3, 13),
    "typing:TypeIs": (3, 13),
    "warnings:deprecated": (3, 13),
    "collections.abc:Buffer": (3, 12),
    "inspect:markcoroutinefunction": (3, 12),
    "os:process_cpu_count": (3, 13),
    "os.path:isjunction": (3, 12),
    "os.path:splitroot": (3, 12),
    "pathlib:UnsupportedOperation": (3, 13),
    "pathlib:Path.full_match": (3, 13),
    "pathlib:Path.from_uri": (3, 13),
    "pathlib:Path.is_junction": (3, 12),
    "pathlib:Path.with_segments": (3, 12),
    "queue:ShutDown": (3, 13),
    "sys:monitoring": (3, 12),
    "sys:activate_stack_trampoline": (3, 12),
    "statistics:kde": (3, 13),
    "uuid:uuid7": (3, 14),
}
FILES = sorted(
    path
    for folder in ("rotation_lib", "tests", "tools", "benchmarks")
    for path in (PROJECT_ROOT / folder).rglob("*.py")
    if path.name != Path(__file__).name
)


def last(name: str) -> str:
    return name.replace(":", ".").rpartition(".")[2]


def too_new(source: str) -> Iterator[str]:
    """What a piece of Python uses that is on the lists."""
    keywords = {(last(name), keyword) for name, (keyword, _) in KEYWORDS.items()}
    keywords = {(n, k) for n, k in keywords if f"{n}(" in source and f"{k}=" in source}
    names = {last(name) for name in NAMES if last(name) in source}
    if not keywords and not names:
        return  # parsing is what takes its time
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = str(getattr(node.func, "attr", getattr(node.func, "id", "")))
            for keyword in node.keywords:
                if (called, keyword.arg) in keywords:
                    yield f"line {node.lineno}: {called}({keyword.arg}=…)"
        elif isinstance(node, ast.Attribute) and node.attr in names:
            yield f"line {node.lineno}: {node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"line {node.lineno}: {a.name}" for a in node.names if a.name in names)


def test_nothing_is_newer_than_the_oldest_python() -> None:
    found = {
        path.relative_to(PROJECT_ROOT).as_posix(): list(too_new(path.read_text(encoding="utf-8")))
        for path in FILES
    }
    assert len(found) > 300
    assert {name: used for name, used in found.items() if used} == {}


def test_what_is_too_new_is_found_however_it_is_written() -> None:
    source = (
        "import tarfile\nfrom itertools import batched\n"
        "with tarfile.open(x) as a:\n    a.extractall(folder, filter='data')\n"
        "Path(x).full_match('a')\nsorted(x, key=len)\n"
    )
    assert sorted(too_new(source)) == [
        "line 2: batched",
        "line 4: extractall(filter=…)",
        "line 5: full_match",
    ]


def test_every_entry_came_after_the_oldest_python() -> None:
    later = [*NAMES.values(), *(since for _, since in KEYWORDS.values())]
    assert all(since > OLDEST for since in later)


@pytest.mark.parametrize("name", [*NAMES, *KEYWORDS])
def test_the_lists_are_true_of_this_python(name: str) -> None:
    """A misspelt entry would find nothing, so each is looked up where it must or must not be."""
    module, _, path = name.partition(":")
    thing: object = importlib.import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part, None)
    if name in NAMES:
        there, since = thing is not None, NAMES[name]
    else:
        keyword, since = KEYWORDS[name]
        there = thing is not None and keyword in inspect.signature(thing).parameters  # type: ignore[arg-type]
    here = sys.version_info[:3]
    if len(since) == 2 or (here[:2] == since[:2] and here >= since):
        assert there == (here >= since)
    # Else nothing is certain: other branches got it with patches of theirs, Debian patched its own.
