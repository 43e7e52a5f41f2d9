"""The foot of each page: what this page was made from, and where to get it.

It only repeats what the build record says; it must never add a claim of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from .notices import NAME as NOTICES

#: Packages that are named; the record names all.
_NAMED = (
    "altair", "arch", "exchange-calendars", "jupyter-book", "numpy", "pandas", "papermill",
    "pyarrow", "scipy", "sphinx", "statsmodels", "vl-convert-python",
)  # fmt: skip
#: How many of those that differ from the lock are named.
_TOLD = 3
_PARAMETERS = ("start", "end", "as_of", "source", "small", "large", "tech")


#: Where the foot of a page goes. It tells the revision, and with it in the book's sources every
#: commit would have every page read again.
PLACE = '<div class="page-foot"></div>'


def page_footer(name: str, build: Mapping[str, Any], root: str, edition: str = "") -> str:
    """Provenance of a page as one HTML block.

    Args:
        name: the chapter; empty for any other page.
        build: the build record; what is missing in it is not mentioned.
        root: prefix from the page to the site's top folder.
        edition: file name of the PDF edition, if there is one.
    """
    notebook = f"{root}downloads/notebooks/{name}.ipynb"
    links = (
        *([f'<a href="{notebook}" download>This chapter as a notebook</a>'] if name else []),
        *([f'<a href="{root}{edition}">The report as a PDF</a>'] if edition else []),
        f'<a href="{root}findings.json">All findings (JSON)</a>',
        f'<a href="{root}build.json">Build record (JSON)</a>',
        f'<a href="{root}{NOTICES}">Third-party licences</a>',
    )
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{v}</dd>" for k, v in _facts(build))
    about = f"<details><summary>About this build</summary><dl>{rows}</dl></details>" if rows else ""
    files = f'<p class="page-files">{" · ".join(links)}</p>'
    unlike = escape(unlocked(build))
    warning = f'<p class="page-unlocked">{unlike}</p>' if unlike else ""
    return f'<div class="page-foot">{files}{warning}{about}</div>'


def unlocked(build: Mapping[str, Any]) -> str:
    """A sentence on packages other than the locked ones; empty if there are none.

    Args:
        build: the build record.
    """
    unlike, count = build.get("differences") or {}, len(build.get("packages") or {})
    if not unlike:
        return ""
    told = [f"{name} {said}" for name, said in list(unlike.items())[:_TOLD]]
    more = len(unlike) - len(told)
    rest = f"; {more} more in the build record" if more > 0 else ""
    verb = "differs" if len(unlike) == 1 else "differ"
    return f"{len(unlike)} of {count} packages {verb} from the lock: {'; '.join(told)}{rest}."


def _facts(build: Mapping[str, Any]) -> list[tuple[str, str]]:
    params, packages = build.get("params") or {}, build.get("packages") or {}
    said = [f"{k} = {params[k]}" for k in _PARAMETERS if params.get(k)]
    facts = [
        ("Data through", _text(build.get("data_through"))),
        ("Source", _text(build.get("source"))),
        ("Parameters", _text(", ".join(said))),
        ("Data checksum", _code(build.get("data_sha256"), 16)),
        ("Code revision", _code(build.get("revision"), 12) + _changed(build.get("dirty"))),
        ("Python", _text(build.get("python"))),
        ("Packages", _text(_packages(packages, build))),
    ]
    return [(k, v) for k, v in facts if v]


def _packages(versions: Mapping[str, Any], build: Mapping[str, Any]) -> str:
    if not versions:
        return ""
    shown = [name for name in _NAMED if name in versions] or list(versions)[: len(_NAMED)]
    more = len(versions) - len(shown)
    rest = f" and {more} more in the build record" if more else ""
    return f"{', '.join(f'{n} {versions[n]}' for n in shown)}{rest}{_compared(build)}"


def _compared(build: Mapping[str, Any]) -> str:
    """Whether the packages are the locked ones, where the record says."""
    if "differences" not in build:
        return ""
    unlike = build["differences"]
    if unlike is None:
        return "; there was no lock to compare them with"
    return f"; {len(unlike)} not as locked" if unlike else "; all as locked"


def _text(value: Any) -> str:
    return escape(str(value)) if value else ""


def _code(value: Any, length: int) -> str:
    return f"<code>{escape(str(value)[:length])}</code>" if value else ""


def _changed(dirty: Any) -> str:
    return ", with uncommitted changes" if dirty else ""
