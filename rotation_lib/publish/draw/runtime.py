"""The browser's Vega runtime, bundled without a network from vl-convert's own copy.

It must never fetch anything: a version that vl-convert does not carry is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import files
from importlib.metadata import version as packaged
from pathlib import Path
from tempfile import NamedTemporaryFile

from ...errors import BuildError
from ...fingerprint import digest

#: What rotation.js uses; the bundler drops the rest of vega's interface.
_EXPORTS = "View, parse"
#: How vl-convert's copy of a script begins, and how it imports another.
_MODULE = re.compile(rb"Original file: /npm/((?:@[\w-]+/)?[\w.-]+@[\w.+-]+)/")
_IMPORTED = re.compile(rb'(?:from|import)"/npm/([^"]+?)/\+esm"')


def vega_runtime(cache: Path) -> Path:
    """The bundled runtime as a file, made on first use.

    It is an ordinary script (no module, so it works from ``file://``) that sets
    ``window.rotationVega`` and leaves no other global name behind.

    Args:
        cache: folder that keeps it between builds.
    """
    import vl_convert

    version = vl_convert.get_vega_version()
    target = cache / f"vega-{version}-{packaged('vl-convert-python')}.js"
    if whole(target):
        return target
    bundle = vl_convert.javascript_bundle(
        f'import {{ {_EXPORTS} }} from "https://cdn.jsdelivr.net/npm/vega@{version}/+esm";'
        f"globalThis.rotationVega = {{ {_EXPORTS} }};"
    )
    write_sealed(target, f"(function () {{\n{bundle}\n}})();\n".encode())
    return target


def bundle_parts(cache: Path) -> list[tuple[str, str]]:
    """Name and version of each package that the runtime is cut from, in their order.

    Args:
        cache: folder that keeps the list between builds.

    Raises:
        BuildError: if vl-convert no longer names them as it did.
    """
    import vl_convert

    version = vl_convert.get_vega_version()
    target = cache / f"vega-{version}-{packaged('vl-convert-python')}.json"
    if not whole(target):
        found = sorted(_needed(f"vega@{version}", _modules(_library().read_bytes())))
        write_sealed(target, json.dumps(found).encode())
    names = json.loads(target.read_text(encoding="utf-8"))
    return [(name, number) for name, _, number in (held.rpartition("@") for held in names)]


def _library() -> Path:
    """The file of vl-convert that holds the scripts which it bundles."""
    held = [f for f in files("vl-convert-python") or () if f.suffix in (".so", ".pyd")]
    if len(held) != 1:
        raise BuildError("vl-convert has not one library; has it changed?")
    return Path(str(held[0].locate()))


def _modules(library: bytes) -> dict[str, set[str]]:
    """Package → packages that its script imports."""
    heads = list(_MODULE.finditer(library))
    ends = [head.start() for head in heads[1:]] + [len(library)]
    found = {}
    for head, end in zip(heads, ends, strict=True):
        last = library.find(b"sourceMappingURL", head.end(), end)
        body = library[head.end() : last if last >= 0 else end]
        found[head[1].decode()] = {name.decode() for name in _IMPORTED.findall(body)}
    return found


def _needed(first: str, modules: Mapping[str, set[str]]) -> set[str]:
    """A package with all that it imports, and what those import."""
    needed: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name not in modules:
            raise BuildError(f"vl-convert does not name its copy of {name}; has it changed?")
        needed.add(name)
        waiting += modules[name] - needed
    return needed


def whole(path: Path) -> bool:
    """Whether a kept file is there, and is what :func:`write_sealed` wrote.

    Args:
        path: of the file; its seal lies beside it.
    """
    try:
        return _seal(path).read_text(encoding="ascii") == digest(path.read_bytes())
    except (OSError, ValueError):
        return False


def write_sealed(path: Path, content: bytes) -> None:
    """Write a file that is kept between builds, and its hash beside it.

    Args:
        path: of the file.
        content: all of it.
    """
    _seal(path).unlink(missing_ok=True)
    _write(path, content)
    _write(_seal(path), digest(content).encode())


def _seal(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def write_atomic(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that no reader sees half of it."""
    _write(path, text.encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    part = Path(file.name)
    part.chmod(0o644)
    part.replace(path)
