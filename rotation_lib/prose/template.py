"""Prose typed in a chapter: Markdown whose numbers are findings, in strict Jinja.

A paragraph that prints or questions a missing finding says why instead; where that is a heading,
its section is one honest sentence. A sentence that opens with ``? `` is left out instead, and the
rest of its paragraph stays. An unknown name is an error that names the nearest, never an
empty string. Prose sees findings, parameters and counts of claims, never the variables of a kernel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .. import words
from ..errors import nearest
from ..findings import FindingSet
from .markdown import ProseError
from .told import Findings, Missing

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

#: How a cell of prose begins: what its section is called where the heading cannot be said.
_MARK = re.compile(
    r"\A%%prose(?:[ \t]+(?P<box>takeaways))?(?:[ \t]+otherwise=\"(?P<other>[^\n]*)\")?[ \t]*\n"
)
_BLANK = re.compile(r"\n[ \t]*\n")
_LEVEL = re.compile(r"^(#+) ", re.MULTILINE)
_ITEM = re.compile(r"^(?=- )", re.MULTILINE)
#: Bold words that open an item and hold no finding: they stay where the rest cannot be said.
_LEAD = re.compile(r"\A- (?:\*\*[^*{]+\*\*\s)?")
_SET = re.compile(r"^\{% set .* %\}[ \t]*$", re.MULTILINE)
#: A sentence that is left out where it cannot be said.
_OPTIONAL = re.compile(r"^[ \t]*\? +(?P<sentence>.*)$", re.MULTILINE)
NOT_MEASURED = "Not measured: {}."


@dataclass(frozen=True)
class Cell:
    """A cell of prose, taken apart.

    Attributes:
        names: its ``set`` lines, which every block may use.
        blocks: paragraphs, headings and items of lists, in order.
        otherwise: heading of a section whose own heading cannot be said.
        box: whether its items are the chapter's key takeaways.
    """

    names: str
    blocks: tuple[str, ...]
    otherwise: str
    box: bool


def is_prose(source: str) -> bool:
    """Whether a notebook's cell is one of prose."""
    return source.startswith("%%prose")


def read(source: str) -> Cell:
    """Take a cell apart.

    Raises:
        ProseError: for a first line that means nothing, or a cell without text.
    """
    mark = _MARK.match(source.rstrip() + "\n")
    if mark is None:
        first = source.split("\n", 1)[0]
        raise ProseError(
            f"{first!r} does not begin a cell of prose; write '%%prose', "
            "'%%prose otherwise=\"heading\"' or '%%prose takeaways'."
        )
    body = source[mark.end() :] if mark.end() < len(source) else ""
    names = "\n".join(_SET.findall(body))
    blocks = tuple(
        item.strip()
        for block in _BLANK.split(_SET.sub("", body))
        for item in _ITEM.split(block)
        if item.strip()
    )
    if not blocks:
        raise ProseError("a cell of prose is empty; give it at least one sentence.")
    return Cell(names, blocks, mark["other"] or "Not measured here", bool(mark["box"]))


def tell(
    source: str, findings: FindingSet, chapter: str, parameters: Mapping[str, object]
) -> list[str]:
    """The Markdown of a cell, block by block.

    Args:
        source: the cell, its first line ``%%prose``.
        findings: all that the chapter may speak of.
        chapter: whose findings ``f`` names; every chapter's stand under its own name.
        parameters: what the reader may set, by name.

    Raises:
        ProseError: for a name, a tag or a filter that is not known.
        LedgerError: for a finding that is not known; names the nearest.
    """
    cell = read(source)
    names = _names(findings, chapter, parameters)
    told: list[str] = []
    hidden = 0  # level of a heading that could not be said
    for block in cell.blocks:
        level = _level(block)
        if hidden and not 0 < level <= hidden:
            continue
        hidden = 0
        try:
            text = _joined(render(cell.names, block, names))
        except Missing as why:
            text = NOT_MEASURED.format(why)
            if level:
                hidden = level
                other = _joined(render("", cell.otherwise, names))
                text = f"{'#' * level} {other}\n\n{text}"
            elif lead := _LEAD.match(block):
                text = f"{lead.group().rstrip()} {text}"
        if text:
            told.append(text)
    return told


def _names(
    findings: FindingSet, chapter: str, parameters: Mapping[str, object]
) -> dict[str, object]:
    chapters = {i.split(".", 1)[0] for i in findings}
    by_chapter = {name: Findings(findings, name) for name in sorted(chapters)}
    return {**parameters, **by_chapter, "f": Findings(findings, chapter)}


def render(names: str, block: str, known: Mapping[str, object]) -> str:
    """One block as Markdown, as it was typed; what is unknown is refused.

    Args:
        names: the cell's ``set`` lines.
        block: the template.
        known: everything it may name.

    Raises:
        Missing: where a sentence that must be said cannot be, or none of the optional ones can.
        ProseError: for a name, a tag or a filter that is not known.
    """
    from jinja2 import TemplateError, UndefinedError

    left_out: list[Missing] = []

    def unless_missing(caller: Callable[[], str]) -> str:
        try:
            return caller()
        except Missing as why:
            left_out.append(why)
            return ""

    try:
        text = str(_compiled(_source(names, block)).render(known, _unless_missing=unless_missing))
    except UndefinedError as error:
        asked = re.search(r"'(\w+)'", str(error))
        near = f"; {nearest(asked.group(1), known)}" if asked else ""
        raise ProseError(f"prose names what it cannot see: {error}{near}.") from None
    except TemplateError as error:
        raise ProseError(f"prose cannot be read: {error} (… {block[:60]} …).") from None
    if left_out and not _LEAD.sub("", f"{text.strip()} ").strip():
        raise left_out[0]
    return text


def _source(names: str, block: str) -> str:
    """A block as Jinja, behind the cell's names."""
    called = r"{% call _unless_missing() %}\g<sentence>" + "\n{% endcall %}"
    block = _OPTIONAL.sub(called, block)
    return f"{names}\n{block}" if names else block


@cache
def _compiled(template: str) -> Any:
    return environment().from_string(template)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Strict Jinja: no access to private names, an unknown name is an error."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    made.filters = {
        "date": words.date,
        "month": words.month,
        "count": words.count,
        "spelled": lambda v: words.spelled(int(v)),
        "counted": lambda v: words.spelled(int(v)) if v else "none",
        "ordinal": lambda v: words.ordinal(int(v)),
        "capital": lambda text: text[:1].upper() + text[1:],
    }
    made.globals = {}
    return made


def _level(block: str) -> int:
    """Level of the heading that a block is, 0 for a paragraph."""
    heading = _LEVEL.search(block)
    return len(heading.group(1)) if heading else 0


def _joined(text: str) -> str:
    """One line of Markdown: sentences stand on lines of their own in the notebook only."""
    return " ".join(text.split())


# -- what lint asks ----------------------------------------------------------------------


def branches(block: str) -> int:
    """Ways through a block: arms of its conditions, an inline condition counting as two.

    An optional sentence is no branch: it says one thing or nothing.
    """
    from jinja2 import nodes

    tree = environment().parse(_source("", block))
    arms = sum(_arms(node) for node in tree.find_all(nodes.If))
    return arms + 2 * sum(1 for _ in tree.find_all(nodes.CondExpr))


def _arms(node: Any) -> int:
    # ``elif`` is a condition of its own, found apart.
    return 1 + bool(node.else_)


def complaints(source: str, most: int = 3) -> Iterator[str]:
    """What is wrong with a cell: loops, too many branches, idle options, what cannot be read.

    Args:
        source: the cell.
        most: branches that a paragraph or heading may have.
    """
    from jinja2 import TemplateSyntaxError, nodes

    try:
        cell = read(source)
    except ProseError as error:
        yield str(error)
        return
    for block in cell.blocks:
        head = " ".join(block.split())[:40]
        try:
            tree = environment().parse(_source(cell.names, block))
        except TemplateSyntaxError as error:
            yield f"'{head} …' cannot be read: {error.message}; close every tag in its paragraph"
            continue
        if any(True for _ in tree.find_all((nodes.For, nodes.Macro, nodes.Include, nodes.Import))):
            yield f"'{head} …' loops or includes; prose only tells findings one by one"
        if (count := branches(block)) > most:
            yield f"'{head} …' has {count} branches; {most} are allowed, so split the paragraph"
        for option in tree.find_all(nodes.CallBlock):
            if not _asks(option, tree):
                yield f"'{head} …' has a line with '? ' that names no finding: it is always said"
        if re.match(r"\? *(?:#|- )", block):
            yield f"'{head} …' is a heading or an item: only a sentence within may open with '? '"


def _asks(option: Any, tree: Any) -> bool:
    """Whether a sentence names a finding: parameters are plain, so only findings have parts."""
    from jinja2 import nodes

    bound = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
    used = {n.name for n in option.find_all(nodes.Name)}
    return bool(bound & used) or any(True for _ in option.find_all(nodes.Getattr))
