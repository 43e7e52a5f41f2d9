"""What every page loads, made quick: one style sheet, and no script in the way of the first paint.

Rules of the theme that no page of the site can use are left out; the report's own rules never are.
Every change names the markup it expects and fails if a new theme no longer has it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path

from ...errors import BuildError
from ..draw.runtime import write_atomic
from .polish import SEARCH_PAGE

#: The sheets that are kept whole.
OWN = ("rotation.css", "print.css")
_SHEET = re.compile(r'[ \t]*<link (?=[^>]*rel="stylesheet")[^>]*href="([^"]+)"[^>]*>\n?')
_IMPORT = re.compile(r'@import (?:url\()?"([^"]+)"\)?;')
_ADDRESS = re.compile(r"url\(([\"']?)(?!data:|[\"'#])([^\"')]+)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\w-]+")
_NAMED = re.compile(r"[.#](-?[A-Za-z_](?:[\w-]|\\.)*)")
#: What these hold need not be on the page for the rule to hold.
_INSIDE = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]")
#: At-rules whose block holds rules of its own.
_NESTING = ("@media", "@supports", "@layer")
_OPTIONS = re.compile(
    r'[ \t]*<script src="[^"]*_static/documentation_options\.js[^"]*"></script>\n?'
)
_SETTING = re.compile(r"[ \t]*<script>(DOCUMENTATION_OPTIONS\.[^<]*)</script>\n?")
_PRELOADS = re.compile(r'\s*<!-- Pre-loaded scripts[^>]*-->(?:\s*<link rel="preload"[^>]*>)+')
_WAITING = ("_static/doctools", "_static/sphinx_highlight", "_static/scripts/sphinx-book-theme")
_FIRST_SHEET = "<!-- Loaded before other Sphinx assets -->"
_THEME = "_static/scripts/pydata-sphinx-theme.js"
#: The theme asks of every block of code and output whether it scrolls. Each question lays out a
#: closed fold: on a slow phone a third of a second before the first chart, and again after each.
_ASKS = "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1"
_ASKS_SEEN = f"(!e.checkVisibility||e.checkVisibility())&&({_ASKS})"


def slimmed(html: Path, pages: Iterable[Path]) -> None:
    """Mend the heads of a site's pages, and write the sheet that they share.

    Args:
        html: the site's folder.
        pages: its pages, all with the same sheets.

    Raises:
        BuildError: if the theme's markup is not what this was made for.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    if not texts:
        return
    _ask_what_is_seen(html / _THEME)
    known = _words(html, texts.values())
    options = (html / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    made: dict[tuple[Path, ...], str] = {}
    for page, text in texts.items():
        sheets = tuple((page.parent / s.split("?")[0]).resolve() for s in _SHEET.findall(text))
        if not any(s.name in OWN for s in sheets):
            raise BuildError(
                f"{page.name}: the page does not load {OWN[0]}; has the theme changed?"
            )
        if sheets not in made:
            made[sheets] = _written(html, "".join(_usable(s, known) for s in sheets))
        root = "../" * len(page.relative_to(html).parts[1:])
        text = _with_sheet(text, f"{root}{made[sheets]}")
        if page.stem != SEARCH_PAGE:  # whose scripts need one another at once
            text = _unblocked(text, options, page.stem)
        page.write_text(text, encoding="utf-8")


def _ask_what_is_seen(script: Path) -> None:
    """Blocks in closed folds are asked when they open; folds.js tells the theme."""
    text = script.read_text(encoding="utf-8")
    if _ASKS_SEEN in text:
        return  # mended when another page was made
    if text.count(_ASKS) != 1:
        raise BuildError(f"{script.name}: expected one question for tab stops; has it changed?")
    write_atomic(script, text.replace(_ASKS, _ASKS_SEEN))


def _written(html: Path, styles: str) -> str:
    address = f"assets/styles-{hashlib.sha256(styles.encode()).hexdigest()[:12]}.css"
    write_atomic(html / address, styles)
    return address


def _with_sheet(text: str, address: str) -> str:
    """The one sheet in place of the first, and none of the others."""
    first = _SHEET.search(text)
    assert first  # the caller has found some
    link = f'<link href="{address}" rel="stylesheet" />\n'
    return text[: first.start()] + link + _SHEET.sub("", text[first.end() :])


def _unblocked(text: str, options: str, page: str) -> str:
    """Scripts wait for the page instead of the page for them.

    A script in a page's head waits for the sheets before it, and the page for the script: the few
    settings move above the sheets, the others run when all is read.
    """
    settings = "".join(f"{s}\n" for s in _SETTING.findall(text))
    text, count = _OPTIONS.subn("", _SETTING.sub("", text))
    if not settings or count != 1 or text.count(_FIRST_SHEET) != 1:
        raise BuildError(f"{page}: the theme's settings are not where they were; has it changed?")
    script = f"<script>\n{options.strip()}\n{settings}</script>\n"
    text = text.replace(_FIRST_SHEET, f"{script}  {_FIRST_SHEET}")
    text, count = _PRELOADS.subn("", text)
    if count != 1:
        raise BuildError(f"{page}: expected scripts to be preloaded once; has the theme changed?")
    for name in _WAITING:
        text, count = re.subn(rf'<script (src="[^"]*{name}\.js)', r"<script defer \1", text)
        if count != 1:
            raise BuildError(f"{page}: expected {name}.js once; has the theme changed?")
    return text


# ---- rules that can be used ---------------------------------------------------------------


def _words(html: Path, pages: Iterable[str]) -> frozenset[str]:
    """All words of the site's pages and scripts: a class or id that is none of them is on no page."""
    scripts = (
        p.read_text(encoding="utf-8")
        for folder in ("_static", "assets")
        for p in sorted((html / folder).rglob("*.js"))
    )
    return frozenset(word for text in (*pages, *scripts) for word in _WORD.findall(text))


def _usable(sheet: Path, known: frozenset[str]) -> str:
    """A sheet with those it imports, without what cannot be used."""
    text = _COMMENT.sub("", _read(sheet)).replace('@charset "UTF-8";', "")
    return f"{text.strip()}\n" if sheet.name in OWN else kept_rules(text, known)


def _read(sheet: Path) -> str:
    """A sheet with those it imports; addresses in it as seen from the folder ``assets``."""
    site = next(p.parent for p in sheet.parents if p.name == "_static")

    def moved(hit: re.Match[str]) -> str:
        target = sheet.parent / hit[2]
        return f"url({hit[1]}{os.path.relpath(target, site / 'assets').replace(os.sep, '/')}"

    text = sheet.read_text(encoding="utf-8")
    parts = [_read(sheet.parent / name) for name in _IMPORT.findall(text)]
    return "".join([*parts, _ADDRESS.sub(moved, _IMPORT.sub("", text))])


def kept_rules(text: str, known: frozenset[str]) -> str:
    """The rules of a sheet that could hold somewhere.

    Args:
        text: the sheet, without comments.
        known: every word that may be a class or an id.
    """
    fits = partial(_fits, known=known, begun=_begun(known))
    return "".join(_kept(head, body, known, fits) for head, body in _blocks(text))


@lru_cache(maxsize=1)
def _begun(known: frozenset[str]) -> tuple[str, ...]:
    """Names that scripts put together, such as "bs-tooltip-" and a side."""
    return tuple(word for word in known if word.endswith("-") and len(word) > 3)


def _kept(head: str, body: str | None, known: frozenset[str], fits: partial[bool]) -> str:
    if body is None:
        return f"{head};"
    if head.startswith(_NESTING):
        inner = kept_rules(body, known)
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@font-face"):
        return ""  # only the theme's icons have a face, and they are drawn otherwise
    if head.startswith("@"):
        return f"{head}{{{body}}}"
    selectors = [s for s in _separated(head) if fits(s)]
    return f"{','.join(selectors)}{{{body.strip()}}}\n" if selectors and body.strip() else ""


def _fits(selector: str, known: frozenset[str], begun: tuple[str, ...]) -> bool:
    names = (re.sub(r"\\(.)", r"\1", n) for n in _NAMED.findall(_INSIDE.sub("", selector)))
    return all(set(_WORD.findall(n)) <= known or n.startswith(begun) for n in names)


def _blocks(text: str) -> Iterator[tuple[str, str | None]]:
    """Top-level rules as ``(head, body)``; a statement without a block has no body."""
    start = at = 0
    while at < len(text):
        sign = text[at]
        if sign in "\"'":
            at = _closing_quote(text, at)
        elif sign == ";":
            yield text[start:at].strip(), None
            start = at + 1
        elif sign == "{":
            end = _closing_brace(text, at)
            yield " ".join(text[start:at].split()), text[at + 1 : end]
            start = at = end + 1
            continue
        at += 1


def _closing_brace(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        sign = text[at]
        if sign in "\"'":
            at = _closing_quote(text, at)
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
            if not depth:
                return at
        at += 1
    raise BuildError("a style sheet of the theme ends inside a block.")


def _closing_quote(text: str, at: int) -> int:
    end = at + 1
    while end < len(text) and text[end] != text[at]:
        end += 2 if text[end] == "\\" else 1
    return end


def _separated(head: str) -> list[str]:
    """The selectors of a list; commas in brackets are part of one."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(head):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and not depth:
            parts.append(head[start:at].strip())
            start = at + 1
    return [*parts, head[start:].strip()]
