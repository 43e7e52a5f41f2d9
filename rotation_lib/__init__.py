"""Small-Cap Rotation: one market story, put to the test.

What a chapter opens itself with is exported here; besides, it imports only themes, charts
and words. Names are loaded on first use, so that ``rotation --help`` does not pay for pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .chapter import Chapter, open_chapter
    from .market import Market
    from .params import ReportParams
    from .prose.markdown import Prose

__all__ = ["Chapter", "Market", "Prose", "ReportParams", "__version__", "open_chapter"]
__version__ = "0.1.0"

_HOMES = {
    "Chapter": "chapter",
    "Market": "market",
    "Prose": "prose.markdown",
    "ReportParams": "params",
    "open_chapter": "chapter",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
