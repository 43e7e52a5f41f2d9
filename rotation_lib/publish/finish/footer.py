"""The foot of each page: what this page was made from, and where to get it.

It only repeats what the build record says; it must never add a claim of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

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
    )
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{v}</dd>" for k, v in _facts(build))
    about = f"<details><summary>About this build</summary><dl>{rows}</dl></details>" if rows else ""
    return f'<div class="page-foot"><p class="page-files">{" · ".join(links)}</p>{about}</div>'


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
        ("Packages", _text(", ".join(f"{k} {v}" for k, v in packages.items()))),
    ]
    return [(k, v) for k, v in facts if v]


def _text(value: Any) -> str:
    return escape(str(value)) if value else ""


def _code(value: Any, length: int) -> str:
    return f"<code>{escape(str(value)[:length])}</code>" if value else ""


def _changed(dirty: Any) -> str:
    return ", with uncommitted changes" if dirty else ""
