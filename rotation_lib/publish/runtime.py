"""The browser's Vega runtime, bundled without a network from vl-convert's own copy.

It must never fetch anything: a version that vl-convert does not carry is an error.
"""

from __future__ import annotations

from importlib.metadata import version as packaged
from pathlib import Path
from tempfile import NamedTemporaryFile

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
    if target.exists():
        return target
    bundle = vl_convert.javascript_bundle(
        f'import {{ {_EXPORTS} }} from "https://cdn.jsdelivr.net/npm/vega@{version}/+esm";'
        f"globalThis.rotationVega = {{ {_EXPORTS} }};"
    )
    write_atomic(target, f"(function () {{\n{bundle}\n}})();\n")
    return target


def write_atomic(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", dir=path.parent, delete=False, encoding="utf-8", newline="\n"
    ) as file:
        file.write(text)
    part = Path(file.name)
    part.chmod(0o644)
    part.replace(path)
