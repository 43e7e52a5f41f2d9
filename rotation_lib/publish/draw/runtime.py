"""The browser's Vega runtime, bundled without a network from vl-convert's own copy.

It must never fetch anything: a version that vl-convert does not carry is an error.
"""

from __future__ import annotations

from importlib.metadata import version as packaged
from pathlib import Path
from tempfile import NamedTemporaryFile

from ...fingerprint import digest

#: What rotation.js uses; the bundler drops the rest of vega's interface.
_EXPORTS = "View, parse"


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
