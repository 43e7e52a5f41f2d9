"""Content keys: what a result depends on, and nothing else.

Used to decide whether something computed before is still right. It must never
look at dates of files, only at what is in them.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import environment
from .project import DATA, PACKAGE

if TYPE_CHECKING:
    import pandas as pd

    from .market import Market


_WORD = re.compile(rb"\bimport\b")
#: An import at the beginning of a line; names in brackets may go on over several.
_STATEMENT = re.compile(
    rb"^[ \t]*(?:import[ \t][^\n(]*|from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^()]*\)|[^\n(]*))",
    re.MULTILINE,
)


def digest(*parts: bytes | str) -> str:
    """SHA-256 over parts, each preceded by its length so that they cannot run together."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def data_key(market: Market) -> str:
    """Hash of every value the market's window lets a study see, and of the age pages tell."""
    frames = [
        market.history,
        market.price_history,
        market.observations,
        market.events,
        market.decisions,
        market.cpi_releases,
        market.fundamentals,
        market.splits,
    ]
    return digest(*(_frame_bytes(frame) for frame in frames), *_age(market))


def _age(market: Market) -> tuple[str, ...]:
    """What a live source says of its age; nothing for embedded data, which have none."""
    held = market.dataset.provenance
    if held.get("source") != "live":
        return ()
    told = ("taken_on", "stale", "absent", "gates", "vintages")
    return (canonical({name: held[name] for name in told}),)


def _frame_bytes(frame: pd.DataFrame) -> bytes:
    import numpy as np
    import pandas as pd

    head = canonical({"columns": [str(c) for c in frame.columns], "rows": len(frame)})
    index = pd.util.hash_pandas_object(frame.index, index=False).to_numpy()
    parts = [index.tobytes()]
    if frame.columns.size and all(kind.kind == "f" for kind in frame.dtypes):
        parts.append(np.ascontiguousarray(frame.to_numpy()).tobytes())  # quicker at once
    else:
        parts += [_column_bytes(frame[name]) for name in frame.columns]
    return digest(head, *parts).encode()


def _column_bytes(column: pd.Series) -> bytes:
    import pandas as pd

    values = column if column.dtype.kind == "f" else pd.util.hash_pandas_object(column, index=False)
    return bytes(values.to_numpy().tobytes())


def code_key(modules: Iterable[str]) -> str:
    """Hash of the project's modules named and of all those they import in turn.

    Tables (``.toml``) that lie beside a module count as part of it.
    """
    files = _closure(modules)
    folders = {path.rpartition("/")[0] for path in files}
    tables = {str(table) for folder in folders for table in Path(folder).glob("*.toml")}
    return digest(*(_file_part(Path(path)) for path in sorted({*files, *tables})))


def settings_key(*names: str) -> str:
    """Hash of files of the data folder, such as ``"catalog.toml"``."""
    return digest(*(digest(name, (DATA / name).read_bytes()) for name in sorted(names)))


def packages_key(modules: Iterable[str] | None = None) -> str:
    """Hash of Python and of the packages installed.

    Args:
        modules: only what these modules of the project can reach: the packages that they and all
            they import in turn import, and those that these ask for; without it all packages.
    """
    installed = environment.here()
    if modules is None:
        return installed.key()
    return installed.key(_imported_by(_closure(modules)))


def imported_modules(source: str) -> tuple[str, ...]:
    """Modules of ``rotation_lib`` that a piece of Python imports, anywhere in it."""
    return tuple(sorted(filter(_ours, _imports(ast.parse(source), package=""))))


def _file_part(path: Path) -> str:
    name = path.relative_to(PACKAGE.parent).as_posix()
    return digest(name, path.read_bytes())


def _path_of(module: str) -> str | None:
    base = f"{PACKAGE.parent}/{module.replace('.', '/')}"
    return next((p for p in (f"{base}.py", f"{base}/__init__.py") if Path(p).is_file()), None)


def _ours(module: str) -> bool:
    return module.partition(".")[0] == PACKAGE.name


def _closure(modules: Iterable[str]) -> dict[str, str]:
    """Files of the modules and of all they import, each with its package."""
    files: dict[str, str | None] = {}
    packages: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        path = files[name] = _path_of(name)
        if path is None:
            continue
        # A package's own __init__ runs before any of its modules.
        parent = name.rpartition(".")[0]
        if parent:
            waiting.append(parent)
        package = name if path.endswith("/__init__.py") else parent
        packages[path] = package
        waiting.extend(filter(_ours, _module_imports(Path(path).read_bytes(), package)))
    return packages


def _imported_by(files: Mapping[str, str]) -> frozenset[str]:
    """Modules at the top, of others than the project, that files import."""
    found = (_module_imports(Path(path).read_bytes(), package) for path, package in files.items())
    return frozenset(name.partition(".")[0] for names in found for name in names if not _ours(name))


@cache
def _module_imports(source: bytes, package: str) -> frozenset[str]:
    """What a module imports.

    Reading the statements that begin a line takes a tenth of the time of reading the whole module,
    and is enough where every "import" stands in one of them. A line of prose that could be such a
    statement makes a key depend on more than it must, never on less.
    """
    found = _STATEMENT.findall(source)
    whole = len(_WORD.findall(source)) != sum(len(_WORD.findall(text)) for text in found)
    if not whole:
        try:
            return _imports(ast.parse(b"\n".join(text.strip() for text in found)), package)
        except SyntaxError:
            pass
    return _imports(ast.parse(source), package)


def _imports(tree: ast.AST, package: str) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            # ``from x import y``: y may be a module or a name in x.
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return frozenset(found)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)
