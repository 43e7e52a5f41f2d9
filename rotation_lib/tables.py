"""Tables of the project (TOML), read with one kind of refusal.

It knows nothing of what a table means and never mends one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from .errors import DataError, RotationError


def read_table(path: Path, refusal: type[RotationError] = DataError) -> dict[str, Any]:
    """The contents of a TOML file.

    Args:
        path: of the file.
        refusal: error raised where it is missing, no text or no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise refusal(f"{path.name} cannot be read ({error}): restore it from git.") from None


def rows_of(
    table: dict[str, Any], name: str, path: Path, refusal: type[RotationError] = DataError
) -> list[dict[str, Any]]:
    """The blocks ``[[name]]`` of a table; none if there is no such block.

    Args:
        table: as :func:`read_table` gives it.
        name: of the blocks.
        path: for the message.
        refusal: error raised where ``name`` holds something else.
    """
    held = table.get(name, [])
    if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
        raise refusal(f"{path.name}: {name!r} must be blocks [[{name}]]; restore it from git.")
    return held
