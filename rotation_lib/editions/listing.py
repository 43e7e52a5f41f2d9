"""The list of editions: a page for people, JSON for machines, a script for the switcher.

It only repeats the editions' own records.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from .. import words
from .layout import CHANGES_PAGE, FEED, Edition, as_json
from .shell import table

TITLE = "All editions"
DESCRIPTION = "Every edition of the report that was kept, and what changed from each to the next."


def record(editions: Sequence[Edition]) -> dict[str, Any]:
    """What the switcher and machines read, newest first."""
    return {
        "schema": 1,
        "newest": editions[0].date,
        "editions": [
            {
                "date": e.date,
                "label": words.date(e.date),
                "href": e.address,
                "pages": list(e.pages),
                "verdicts": dict(e.verdicts),
                "since": e.since,
                "summary": e.summary,
            }
            for e in editions
        ],
    }


def list_json(editions: Sequence[Edition]) -> str:
    """``editions.json``."""
    return as_json(record(editions))


def list_script(editions: Sequence[Edition]) -> str:
    """``editions.js``: an ordinary script, which also loads where a page is opened as a file."""
    held = record(editions)
    wanted = ("date", "label", "href", "pages")
    short = {**held, "editions": [{k: e[k] for k in wanted} for e in held["editions"]]}
    text = json.dumps(short, ensure_ascii=True, separators=(",", ":")).replace("</", "<\\/")
    return f"window.rotationEditions = {text};\n"


def list_body(editions: Sequence[Edition]) -> str:
    """What the page of all editions shows below its heading."""
    rows = [
        (
            f'<a href="{e.address}index.html">{words.date(e.date)}</a>',
            _verdicts(e),
            f"{escape(e.summary)} {_account(e)}",
        )
        for e in editions
    ]
    heads = ("Edition", "Verdicts", "Since the edition before")
    return (
        "<p>Each edition is the whole report as it stood with the data of its day. An edition is "
        "never changed by a later one.</p>\n"
        f'{table("Editions, newest first", heads, rows)}\n<p><a href="{FEED}">Feed of editions '
        "(Atom)</a></p>"
    )


def _account(edition: Edition) -> str:
    if not edition.since:
        return ""
    said = f"What changed by {words.date(edition.date)}"
    return f'<a href="{edition.address}{CHANGES_PAGE}">{said}</a>'


def _verdicts(edition: Edition) -> str:
    return escape(" · ".join(f"{verdict}: {n}" for verdict, n in edition.verdicts.items()))
