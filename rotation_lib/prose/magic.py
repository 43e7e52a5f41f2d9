"""The cell magic ``%%prose``, in any IPython: JupyterLab, papermill, nbconvert, VS Code.

It hands the cell to whoever speaks for the open chapter; it knows no finding itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from .markdown import Prose


def listen(tell: Callable[[str], Prose]) -> bool:
    """Let ``%%prose`` cells of this kernel be told by ``tell``; says whether there is a kernel.

    Args:
        tell: a cell with its first line → Markdown.
    """
    shell = _shell()
    if shell is None:
        return False

    def prose(line: str, cell: str) -> Prose:
        """Markdown whose numbers are findings."""
        return tell(f"%%prose {line}".rstrip() + f"\n{cell}")

    shell.register_magic_function(prose, "cell", "prose")
    return True


def _shell() -> Any:
    if "IPython" not in sys.modules:  # importing it would cost a script half a second
        return None
    return sys.modules["IPython"].get_ipython()
