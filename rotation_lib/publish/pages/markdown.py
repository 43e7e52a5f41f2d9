"""Markdown that is safe and well-formed: what prose may contain, headings, links.

Computed prose can carry text from data files, so it may format but never embed:
scripts, directives, roles, images and unknown tags come out as the characters they
are. It must never change what a reader reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from ...errors import BuildError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TAGS = re.compile(
    r"a|abbr|b|br|caption|code|dd|details|div|dl|dt|em|hr|i|li|ol|p|pre|s|small|span|strong|sub"
    r"|summary|sup|table|tbody|td|th|thead|time|tr|ul"
)
_ATTRIBUTES = re.compile(
    r"(?:class|id|title|lang|role|scope|tabindex|colspan|rowspan|datetime|open"
    r"|aria-[a-z]+|data-(?!rotation-)[a-z-]+)"
)
_HREF = re.compile(r"(?:https?://|mailto:|site:|#|[\w./-]+(?:[#?]|$))[^\s\"'<>]*", re.ASCII)
_LINK = re.compile(
    r"(?:https?://|mailto:|site:|#).*|(?:chapters/)?[\w-]+(?:\.(?:ipynb|md|html))?(?:#.*)?"
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[a-zA-Z-]+(?:=\"[^\"<>]*\")?)*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:=\"([^\"<>]*)\")?")
#: Each pass disarms one kind of thing; a text that needs more of them is hostile.
_PASSES = 200


@cache
def _parser() -> MarkdownIt:
    """The book's own parser, so that what is judged here is what will be rendered there."""
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    config = MdParserConfig(enable_extensions={"colon_fence", "deflist"})
    return create_md_parser(config, RendererHTML)


def tame(text: str) -> str:
    """Prose with everything that is not formatting turned into plain characters.

    Args:
        text: Markdown. Allowed are CommonMark, pipe tables, footnotes and a fixed list
            of HTML tags and attributes.

    Raises:
        BuildError: if the text does not become harmless (never seen; a safeguard).
    """
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text.replace("\r\n", "\n"))
    for _ in range(_PASSES):
        changed = _tame_once(text)
        if changed == text:
            return text
        text = changed
    raise BuildError(f"a text could not be made safe for the page: {text[:80]!r}; shorten it.")


def _tame_once(text: str) -> str:
    lines = text.split("\n")
    for token in _parser().parse(text):
        if token.type == "inline":
            for child in token.children or []:
                changed = _tame_inline(text, child)
                if changed != text:
                    return changed
        elif token.map:
            before = lines[token.map[0] : token.map[1]]
            after = _tame_block(token, before)
            if after != before:
                return "\n".join([*lines[: token.map[0]], *after, *lines[token.map[1] :]])
    return text


def _tame_block(token: Token, lines: list[str]) -> list[str]:
    if token.type == "html_block":
        return [safe_html(line) for line in lines]
    if token.type == "colon_fence":
        return [re.sub(r"^(\s*):::", r"\1\\:::", line) for line in lines]
    if token.type == "fence" and token.info.strip().startswith("{"):
        return [re.sub(r"(`{3,}|~{3,}).*", r"\1text", lines[0]), *lines[1:]]
    if token.type in ("myst_line_comment", "myst_block_break", "myst_target"):
        return [re.sub(r"^(\s*)(%|\+\+\+|\()", r"\1\\\2", line) for line in lines]
    if token.type == "front_matter":
        return ["\\" + lines[0], *lines[1:]]
    return lines


def _tame_inline(text: str, token: Token) -> str:
    if token.type == "html_inline" and safe_html(token.content) != token.content:
        return text.replace(token.content, safe_html(token.content))
    if token.type == "myst_role":
        name = token.meta["name"]
        return text.replace(f"{{{name}}}`", f"\\{{{name}}}`")
    if token.type == "image":
        return re.sub(r"(?<!\\)!\[", r"\\![", text)
    if token.type == "link_open" and not _LINK.fullmatch(str(token.attrGet("href"))):
        return _without_link(text, str(token.attrGet("href")))
    return text


def _without_link(text: str, target: str) -> str:
    """Text without a link that is no web address or chapter: the book would publish the file it names.

    The first pattern that is found is made plain: this link, this automatic link, all
    direct links (the target was written in another form), all definitions of links.
    """
    exact = re.escape(target)
    for pattern, plain in (
        (rf"\]\((?=<?{exact})", r"]\\("),
        (rf"<(?={exact}>)", r"\\<"),
        (r"\]\(", r"]\\("),
        (r"(?m)^([ >]*)\[([^\]]+)\]:", r"\1\\[\2]:"),
    ):
        changed = re.sub(pattern, plain, text)
        if changed != text:
            return changed
    return text


def safe_html(line: str) -> str:
    """One line with allowed tags kept and every other ``<`` escaped."""
    out, last = [], 0
    for hit in _TAG.finditer(line):
        out.append(line[last : hit.start()].replace("<", "&lt;"))
        out.append(hit.group(0) if _is_safe(hit) else escape(hit.group(0), quote=False))
        last = hit.end()
    return "".join([*out, line[last:].replace("<", "&lt;")])


def _is_safe(tag: re.Match[str]) -> bool:
    if not _TAGS.fullmatch(tag.group(2).lower()):
        return False
    for name, value in _ATTRIBUTE.findall(tag.group(3)):
        if name == "href":
            if not _HREF.fullmatch(value):
                return False
        elif not _ATTRIBUTES.fullmatch(name):
            return False
    return True


def mend_headings(text: str, previous: int) -> tuple[str, int]:
    """One H1 a page and no skipped level, else a page has no outline to navigate by.

    Args:
        text: Markdown of one cell.
        previous: level of the last heading before it; 0 at the top of the page.

    Returns:
        The text, and the level of its last heading (``previous`` if it has none).
    """
    lines = text.split("\n")
    tokens = _parser().parse(text)
    for i, token in enumerate(tokens):
        if token.type != "heading_open" or not token.map or token.level:
            continue
        level = int(token.tag[1])
        level = min(max(level, 2), previous + 1) if previous else 1
        start, end = token.map
        lines[start] = "#" * level + " " + " ".join(tokens[i + 1].content.split("\n"))
        lines[start + 1 : end] = [""] * (end - start - 1)
        previous = level
    return "\n".join(lines), previous


class Links:
    """Links between pages, written once in the chapters and mended for where a page lies.

    Args:
        page: the chapter whose text is mended.
        present: chapters of this book; the first is the front page, one folder up from the others.
        known: all chapters there can be; a link to one that is not present becomes plain text.
    """

    def __init__(self, page: str, present: Sequence[str], known: Sequence[str]) -> None:
        self._present = tuple(present)
        self._at_front = page == self._present[0]
        names = "|".join(map(re.escape, known))
        target = rf"(?:\./|chapters/)?(?P<name>{names})(?:\.(?:ipynb|md|html))?(?P<part>#[\w.-]+)?"
        file = r"site:(?P<file>[\w./-]+)"
        self._markdown = re.compile(rf"(?<!!)\[(?P<text>[^\[\]\n]+)\]\((?:{target}|{file})\)")
        self._html = re.compile(rf' href="(?:{target}|{file})"')

    @property
    def root(self) -> str:
        """Prefix from this page to the site's top folder."""
        return "" if self._at_front else "../"

    def in_markdown(self, text: str) -> str:
        """Text whose links to chapters and site files are plain anchors."""
        text = self._markdown.sub(lambda m: f"<a{self._href(m)}>{m['text']}</a>", text)
        return self.in_html(text)

    def in_html(self, text: str) -> str:
        """HTML whose links to chapters and site files lead there."""
        return self._html.sub(self._href, text)

    def _href(self, hit: re.Match[str]) -> str:
        if hit["file"]:
            return f' href="{self.root}{hit["file"]}"'
        if hit["name"] not in self._present:
            return ""
        part = hit["part"] or ""
        if hit["name"] == self._present[0]:
            return f' href="{self.root}index.html{part}"'
        folder = "chapters/" if self._at_front else ""
        return f' href="{folder}{hit["name"]}.html{part}"'
