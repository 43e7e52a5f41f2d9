"""Keeping a finished site as an edition, before it is put in place.

It works on a folder that no reader sees yet and never touches the one they see: whoever calls it
exchanges the two in one step. Without a new edition it carries the kept ones over.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import BuildError
from ..market import Market
from ..params import report_params
from ..publish.draw.runtime import write_atomic
from ..publish.finish.check import check_site
from ..publish.owned import names
from ..publish.swap import carried
from ..strength import Verdict
from . import listing, page
from .address import site_address
from .changes import Changes, compare_editions, read_side
from .feed import feed
from .lab import Lab
from .layout import (
    CHANGES,
    CHANGES_PAGE,
    FEED,
    FOLDER,
    LIST,
    LIST_PAGE,
    RECORD,
    SCRIPT,
    SHARED,
    Edition,
    as_json,
    edition_date,
    folder_of,
    kept_dates,
    kept_editions,
    pages_of,
    read_edition,
    read_json,
)
from .outcome import Outcome
from .rows import row_digests
from .shell import shell
from .switcher import Place, dress_site
from .tree import clear_folder, copy_folder

_EXPLAINED = "Verdicts that flipped and findings that moved, and what made them change."


def finish(
    site: Path, place: Path, *, edition: bool, results: Path, keep: int | None = None
) -> Outcome:
    """Complete a new site with the editions kept at its place.

    Args:
        site: the new site, not yet in place; it becomes the whole of what readers will see.
        place: where it will go; the editions there are carried over.
        edition: keep the new site as an edition too.
        results: folder that keeps findings by content key.
        keep: the most editions to keep, the new one among them; ``None`` for all.

    Raises:
        BuildError: if an edition cannot be read, or a link would lead nowhere. ``site`` is then
            of no use, and ``place`` is as it was.
    """
    carried(site, place)
    if not edition and not kept_editions(site):
        return Outcome("", False, (), "")
    address = site_address()
    day, replaced, touched = "", False, []
    removed: tuple[str, ...] = ()
    if edition:
        day, replaced = _keep(site, address)
        touched = _compare_around(site, day, results, address)
        removed = _remove_oldest(site, day, keep)
        touched = [date for date in touched if date not in removed]
    editions = kept_editions(site)
    shown = _top(site, editions, edition, address)
    _write_shared(site, editions, shown, address)
    _check(site, [day, *touched])
    return Outcome(day, replaced, tuple(e.date for e in editions), shown, removed)


# ---- one edition ---------------------------------------------------------------------------


def _keep(site: Path, address: str) -> tuple[str, bool]:
    """Copy the new site to its edition's folder; its date, and whether one was there."""
    findings, build = (read_json(site / name) for name in ("findings.json", "build.json"))
    day = edition_date(findings)
    folder = folder_of(site, day)
    others = [e for e in kept_editions(site) if e.date != day]
    replaced = folder.is_dir()
    former = folder_of(site, others[0].date) if others else None
    if replaced:
        _remove(folder)
    copy_folder(site, folder, without=(FOLDER, *SHARED), like=former)
    said = Counter(str(c["verdict"]) for c in findings.get("claims", ()))
    kept = Edition(
        date=day,
        data_through=str(findings["data_through"]),
        pages=pages_of(folder),
        verdicts={v: said[v] for v in (v.value for v in Verdict) if said[v]},
        rows=_rows(build),
        files=tuple(sorted({*names(folder), CHANGES, CHANGES_PAGE})),
    )
    _record(folder, kept)
    dress_site(folder, kept.pages, _place(kept, address))
    return day, replaced


def _remove(folder: Path) -> None:
    """Remove an edition.

    Raises:
        BuildError: it holds a file that no build put there.
    """
    listed = read_edition(folder).files
    strange = sorted({*names(folder)} - {*listed, RECORD}) if listed else ()
    if strange:
        raise BuildError(
            f"{FOLDER}/{folder.name}/ holds {strange[0]}, which no build made, and was left as it "
            "was; move what is yours out of it and build again."
        )
    shutil.rmtree(folder)


def _rows(build: dict[str, Any]) -> dict[str, dict[str, tuple[int, str]]]:
    """Digests of what the build could see; none if its data are not those of today."""
    market = Market.load(report_params(**build["params"]))
    same = market.dataset.provenance["data_sha256"] == build.get("data_sha256")
    return row_digests(market) if same else {}


def _record(folder: Path, edition: Edition) -> None:
    text = json.dumps(edition.record(), ensure_ascii=False, separators=(",", ":"))
    write_atomic(folder / RECORD, text + "\n")


def _place(edition: Edition, address: str) -> Place:
    return Place(edition.date, edition.address, edition.data_through, address)


# ---- what changed --------------------------------------------------------------------------


def _compare_around(site: Path, day: str, results: Path, address: str) -> list[str]:
    """Compare an edition with the one before it, and the one after it with this one.

    Returns:
        Dates of the editions whose account was written.
    """
    dates = [e.date for e in reversed(kept_editions(site))]
    at = dates.index(day)
    written = dates[at : at + 2]
    for number, date in enumerate(written, at):
        _compare(site, date, dates[number - 1] if number else "", results, address)
    return written


def _compare(site: Path, day: str, since: str, results: Path, address: str) -> None:
    folder = folder_of(site, day)
    if since:
        head = read_side(folder)
        base = read_side(folder_of(site, since))
        changes = compare_editions(base, head, Lab(head.build, results))
    else:
        changes = Changes(day, "")
    held = read_edition(folder)
    edition = replace(
        held,
        since=since,
        summary=page.summary(changes),
        pages=tuple(sorted({*held.pages, CHANGES_PAGE})),
    )
    _record(folder, edition)
    write_atomic(folder / CHANGES, as_json(changes.record()))
    body = page.body(changes, edition.pages, "../" * edition.address.count("/"))
    _write_page(folder, CHANGES_PAGE, page.title(changes), _EXPLAINED, body)
    dress_site(folder, (CHANGES_PAGE,), _place(edition, address))


def _write_page(site: Path, name: str, title: str, description: str, body: str) -> None:
    text = shell(site, Path(name).stem, title, description, body)
    write_atomic(site / name, text)


def _remove_oldest(site: Path, day: str, keep: int | None) -> tuple[str, ...]:
    """Remove the oldest editions above the number to keep, never the one just made.

    The account of what changed since a removed edition stays; only its link to it goes.

    Returns:
        Dates of those removed, oldest first.
    """
    dates = [date for date in kept_dates(site) if date != day]
    if keep is None or len(dates) < keep:
        return ()
    removed = tuple(reversed(dates[keep - 1 :]))
    for date in removed:
        _remove(folder_of(site, date))
    for edition in kept_editions(site):
        if edition.since in removed:
            account = folder_of(site, edition.date) / CHANGES_PAGE
            text = account.read_text(encoding="utf-8")
            link = rf'<a href="[./]*{FOLDER}/{edition.since}/[^"]*">(.*?)</a>'
            write_atomic(account, re.sub(link, r"\1", text, flags=re.DOTALL))
    return removed


# ---- the top folder ------------------------------------------------------------------------


def _top(site: Path, editions: list[Edition], edition: bool, address: str) -> str:
    """Show the newest edition at the top, or the ordinary build just made; the date shown."""
    newest = editions[0]
    folder = folder_of(site, newest.date)
    same = _same_build(site, folder)
    if edition and not same:
        clear_folder(site, but=(FOLDER,))
        for path in folder.iterdir():
            _copy(path, site)
    shown = newest if edition or same else None
    if shown:
        _copy_changes(folder, site, shown)
        dress_site(site, pages_of(site), Place(shown.date, "", shown.data_through, address))
        return shown.date
    through = str(read_json(site / "findings.json").get("data_through") or "")
    dress_site(site, pages_of(site), Place("", "", through, address))
    return ""


def _copy(path: Path, target: Path) -> None:
    """A copy at the top that shares no file with the edition."""
    if path.is_dir():
        copy_folder(path, target / path.name)
    elif path.name != RECORD:
        shutil.copy2(path, target / path.name)


def _same_build(site: Path, folder: Path) -> bool:
    """Whether a site says what an edition says, seconds and runs aside."""
    pairs = [
        [read_json(f / name) for f in (site, folder)] for name in ("findings.json", "build.json")
    ]
    for build in pairs[1]:
        build.pop("chapters", None)
    return all(a == b for a, b in pairs)


def _copy_changes(folder: Path, site: Path, edition: Edition) -> None:
    """The account of the newest edition, with its links as they are at the top."""
    text = (folder / CHANGES_PAGE).read_text(encoding="utf-8")
    own = "../" * edition.address.count("/")
    write_atomic(site / CHANGES_PAGE, text.replace(f'href="{own}{FOLDER}/', f'href="{FOLDER}/'))
    write_atomic(site / CHANGES, (folder / CHANGES).read_text(encoding="utf-8"))


def _write_shared(site: Path, editions: list[Edition], shown: str, address: str) -> None:
    write_atomic(site / LIST, listing.list_json(editions))
    write_atomic(site / SCRIPT, listing.list_script(editions))
    write_atomic(site / FEED, feed(editions, address))
    body = listing.list_body(editions)
    _write_page(site, LIST_PAGE, listing.TITLE, listing.DESCRIPTION, body)
    through = str(read_json(site / "findings.json").get("data_through") or "")
    dress_site(site, (LIST_PAGE,), Place(shown, "", through, address))


def _check(site: Path, days: Iterable[str]) -> None:
    """Check the pages at the top and those of the editions that were written."""
    pages = [site / p for p in (*pages_of(site), LIST_PAGE)]
    for day in filter(None, days):
        folder = folder_of(site, day)
        pages += [folder / p for p in pages_of(folder)]
    try:
        check_site(site, pages=dict.fromkeys(pages))
    except BuildError as error:
        raise BuildError(f"the editions do not fit together: {error}") from None
