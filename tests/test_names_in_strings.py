"""A module named in a string is one that is there: no tool follows such a name when it moves."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from rotation_lib.project import PACKAGE, PROJECT_ROOT
from rotation_lib.publish.execute import warm

_NAME = re.compile(r"rotation_lib(?:\.[A-Za-z_]\w*)+")
_PATH = re.compile(r"rotation_lib/[\w/]+(?:\.py|/)")


def strings(path: Path) -> list[str]:
    """String constants of a module; what a formatted string leaves open ends it."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]


def there(name: str) -> bool:
    """Whether a dotted name is a module, or something that its module holds."""
    try:
        if find_spec(name) is not None:
            return True
    except ModuleNotFoundError:
        pass
    home, _, held = name.rpartition(".")
    spec = find_spec(home) if home else None
    return bool(spec and spec.origin and re.search(rf"\b{held}\b", Path(spec.origin).read_text()))


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("rotation_lib.publish.execute.run", True),
        ("rotation_lib.cli.main", True),
        ("rotation_lib.publish.run", False),
        ("rotation_lib.nowhere.run", False),
    ],
)
def test_a_name_is_looked_up(name: str, held: bool) -> None:
    try:
        assert there(name) is held
    except ModuleNotFoundError:
        assert not held


def test_every_module_and_path_named_in_a_string_exists() -> None:
    names, paths = set(), set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for text in strings(path):
            names |= {n for n in _NAME.findall(text) if not text.startswith(f"{n}.{{")}
            paths |= set(_PATH.findall(text))
    assert len(names) > 10 and len(paths) > 4
    assert [n for n in sorted(names) if not there(n)] == []
    assert [p for p in sorted(paths) if not (PROJECT_ROOT / p).exists()] == []


def test_what_chapters_share_is_imported_before_they_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(warm, "iter_modules", lambda path: ())
    monkeypatch.setattr(
        warm, "import_module", lambda name: asked.append(name) or type("M", (), {"__path__": []})
    )
    warm._import_all()
    assert "rotation_lib.publish.execute.run" in asked
    assert [n for n in asked if n.startswith("rotation_lib") and not there(n)] == []
