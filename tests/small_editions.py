"""Editions of a made-up report: one small site put in place again and again, with other records."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from rotation_lib.editions.finisher import Outcome
from rotation_lib.editions.keep import finish
from rotation_lib.publish.swap import exchange, workspace

MAY, JUNE, JULY = "2026-05-29", "2026-06-30", "2026-07-31"
PARAMS = {
    "start": "2010-01-04",
    "as_of": "",
    "source": "snapshot",
    "small": "IWM",
    "large": "SPY",
    "tech": "QQQ",
}
_HEAD = '<head><title>Search</title><link rel="search" title="Search" href="#" /></head>'
_FORM = '<form class="bd-search d-flex" action="#"></form>'
_METAS = "".join(
    f'<meta {key} content="x" />'
    for key in ('name="description"', 'property="og:description"', 'property="og:title"')
)
#: The frame of a page as far as editions need it.
SEARCH = (
    f"<html>{_HEAD.replace('</head>', f'{_METAS}</head>')}<body>{_FORM}"
    "<script>DOCUMENTATION_OPTIONS.pagename = 'search';</script>"
    '<div class="bd-search-container"><h1>Search</h1></div>\n'
    '<footer class="prev-next-footer"></footer></body></html>'
)


def article(text: str) -> str:
    """A page with one paragraph."""
    return (
        "<html><head><title>x</title></head><body>"
        f'<article class="bd-article"><p>{text}</p></article></body></html>'
    )


def bare_site(folder: Path) -> Path:
    """A site of three pages and two assets, without Sphinx."""
    files = {
        "index.html": article('Front <a href="chapters/risks.html">risks</a>'),
        "chapters/risks.html": article('<span id="claim-one">Risks</span>'),
        "search.html": SEARCH,
        "_static/editions.js": "/* switcher */",
        "searchindex.js": 'Search.setIndex({"docnames": ["chapters/risks", "index"]})',
        "assets/runtime.js": "/* the same in every edition */" * 50,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def finding(value: float | None = 1.0, name: str = "beta", **more: Any) -> dict[str, Any]:
    """One finding as findings.json holds it."""
    return {
        "id": f"risks.{name}",
        "chapter": "risks",
        "label": f"The {name}",
        "value": value,
        "unit": "ratio",
        "low": None if value is None else value - 0.2,
        "high": None if value is None else value + 0.2,
        "n": 100,
        "percentile": None,
        "reason": None,
        "method": "",
        "series": ["IWM"],
        "start": "2010-01-04",
        "end": JULY,
        **more,
    }


def claim(verdict: str = "holds") -> dict[str, Any]:
    """One claim as findings.json holds it."""
    return {
        "id": "one",
        "chapter": "risks",
        "title": "More <volatile>",
        "verdict": verdict,
        "rule": "r",
        "tests": [{"finding": "risks.beta", "asked": "above 1", "outcome": "supports"}],
    }


def records(day: str, value: float = 1.0, verdict: str = "holds", **build: Any) -> dict[str, Any]:
    """Both records of a build by file name."""
    return {
        "findings.json": {
            "schema": 1,
            "data_through": day,
            "as_of": None,
            "findings": [finding(value), finding(0.5 * value, "other")],
            "claims": [claim(verdict)],
        },
        "build.json": {
            "schema": 1,
            "params": {**PARAMS, "end": day},
            "source": "snapshot",
            "data_sha256": "cd" * 32,
            "data_through": JULY,
            "code_sha256": "c0",
            "revision": "0123456789abcdef",
            "dirty": False,
            **build,
        },
    }


def publish(
    out: Path,
    plain: Path,
    day: str,
    *,
    edition: bool = True,
    keep: int | None = None,
    **more: Any,
) -> Outcome:
    """Put a site of that day in place, as a build does."""
    with workspace(out) as work:
        site = work / "html"
        shutil.copytree(plain, site)
        for name, record in records(day, **more).items():
            (site / name).write_text(json.dumps(record), encoding="utf-8")
        front = (site / "index.html").read_text(encoding="utf-8")
        told = f"<p>Data through {day}.</p></article>"
        (site / "index.html").write_text(front.replace("</article>", told), encoding="utf-8")
        outcome = finish(site, out / "html", edition=edition, results=out / "results", keep=keep)
        exchange(site, out / "html")
    return outcome


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder with the hash of its content."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }
