"""The reference of the package as Markdown, made from signatures and docstrings.

Sources are read, never imported, so that making it is quick and the same everywhere. What a
docstring does not say is not added here.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from ...errors import BuildError

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SECTIONS = {
    "Args": "Arguments",
    "Attributes": "Attributes",
    "Returns": "Returns",
    "Yields": "Yields",
    "Raises": "Raises",
}
_SECTION = re.compile(rf"^({'|'.join(_SECTIONS)}):$")
_ITEM = re.compile(r"^(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*):\s+(.*)$", re.DOTALL)
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_CODE = re.compile(r"``(.+?)``|`([^`]+)`", re.DOTALL)
_MARKUP = re.compile(r"([\\*_\[\]<>{}|$#~^])")


def reference(module: str, project: Path) -> str:
    """Everything public in one module, under a heading of its name.

    Args:
        module: dotted name, such as ``rotation_lib.stats.returns``.
        project: folder that holds the package.

    Raises:
        BuildError: if there is no such module, or it opens without a docstring.
    """
    path = project.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not path.is_file():
        raise BuildError(f"the reference names {module}, which does not exist; correct the page.")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = ast.get_docstring(tree)
    if not said:
        raise BuildError(f"{module} opens without a docstring; say what it is for.")
    parts = [f"## {module}", described(said)]
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            parts.append(_class(node) if isinstance(node, ast.ClassDef) else _function(node))
    return "\n\n".join(part for part in parts if part)


def described(docstring: str) -> str:
    """A docstring as Markdown: sections as lists, examples as code, the rest as text.

    Args:
        docstring: in Google's style, without the indentation of its source.
    """
    out, lines = [], docstring.splitlines()
    while lines:
        head = _SECTION.match(lines[0])
        if head:
            body, lines = _indented(lines[1:])
            out.append(_section(head[1], body))
        elif lines[0].startswith("    "):
            body, lines = _indented(lines)
            out.append(_fenced("text", textwrap.dedent("\n".join(body)).strip("\n")))
        elif lines[0].startswith(">>>"):
            end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
            out.append(_fenced("pycon", "\n".join(lines[:end])))
            lines = lines[end:]
        elif lines[0].strip():
            end = next((i for i, line in enumerate(lines) if _ends(line, i)), len(lines))
            out.append(_text(lines[:end]))
            lines = lines[end:]
        else:
            lines = lines[1:]
    return "\n\n".join(out)


def _ends(line: str, number: int) -> bool:
    """Whether a paragraph ends before this line."""
    return number > 0 and (not line.strip() or line.startswith(("    ", ">>>")))


def _indented(lines: list[str]) -> tuple[list[str], list[str]]:
    """The indented lines on top, and what follows them."""
    end = next((i for i, line in enumerate(lines) if line.strip() and line[0] != " "), len(lines))
    return lines[:end], lines[end:]


def _section(name: str, body: list[str]) -> str:
    text = textwrap.dedent("\n".join(body)).strip()
    entries = [" ".join(e.split()) for e in re.split(r"\n(?=\S)", text)]
    if name in ("Returns", "Yields") or not all(_ITEM.match(e) for e in entries):
        return f"**{_SECTIONS[name]}**\n\n{_prose(' '.join(text.split()))}"
    items = (_ITEM.match(entry) for entry in entries)
    told = "\n".join(f"- `{i[1].replace(', ', '`, `')}`: {_prose(i[2])}" for i in items if i)
    return f"**{_SECTIONS[name]}**\n\n{told}"


def _text(lines: list[str]) -> str:
    """A paragraph or a list; a line that opens with a dash or a number begins an item."""
    text = "\n".join(lines)
    items = re.split(r"\n(?=- )", text)
    if text.startswith("- "):
        return "\n".join(f"- {_prose(' '.join(i[2:].split()))}" for i in items)
    return _prose(" ".join(text.split()))


def _prose(text: str) -> str:
    """Text whose code stays code and whose every other sign is only a sign."""
    text = _ROLE.sub(lambda hit: f"``{hit[1].rsplit('.', 1)[-1]}``", text)
    out, last = [], 0
    for hit in _CODE.finditer(text):
        out += [_MARKUP.sub(r"\\\1", text[last : hit.start()]), f"`{hit[1] or hit[2]}`"]
        last = hit.end()
    return "".join([*out, _MARKUP.sub(r"\\\1", text[last:])])


def _fenced(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```"


def _function(node: Function, owner: str = "") -> str:
    name = f"{owner}.{node.name}" if owner else node.name
    level = "####" if owner else "###"
    parts = [f"{level} {name}", _fenced("python", _signature(node, name))]
    said = ast.get_docstring(node)
    return "\n\n".join([*parts, described(said)] if said else parts)


def _signature(node: Function, name: str) -> str:
    """As it stands in the source, a parameter a line where it is long."""
    plain = ast.unparse(node.args)
    if name != node.name:
        plain = re.sub(r"^(?:self|cls)(?:, )?", "", plain)
    gives = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    whole = f"{name}({plain}){gives}"
    if len(whole) <= 88:
        return whole
    parts = _arguments(node.args)
    parts = parts[1:] if parts and parts[0] in ("self", "cls") else parts
    return f"{name}(\n" + "".join(f"    {p},\n" for p in parts) + f"){gives}"


def _arguments(args: ast.arguments) -> list[str]:
    """Each argument with its type and default."""
    positional = [*args.posonlyargs, *args.args]
    gap = len(positional) - len(args.defaults)
    parts = [
        _argument(a, args.defaults[i - gap] if i >= gap else None) for i, a in enumerate(positional)
    ]
    if args.posonlyargs:
        parts.insert(len(args.posonlyargs), "/")
    if args.vararg:
        parts.append(f"*{_argument(args.vararg, None)}")
    elif args.kwonlyargs:
        parts.append("*")
    parts += [_argument(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return parts + ([f"**{_argument(args.kwarg, None)}"] if args.kwarg else [])


def _argument(arg: ast.arg, default: ast.expr | None) -> str:
    said = ast.unparse(arg)
    return said if default is None else f"{said} = {ast.unparse(default)}"


def _class(node: ast.ClassDef) -> str:
    bases = ", ".join(ast.unparse(b) for b in node.bases)
    parts = [
        f"### {node.name}",
        _fenced("python", f"class {node.name}({bases})".replace("()", "")),
    ]
    said = ast.get_docstring(node)
    if said:
        parts.append(described(said))
    methods = [n for n in node.body if isinstance(n, Function) and not n.name.startswith("_")]
    facts = "\n".join(_facts(methods))
    if facts:
        parts.append(f"**Properties**\n\n{facts}")
    parts += [_function(n, node.name) for n in methods if not _is_property(n)]
    return "\n\n".join(parts)


def _facts(methods: list[Function]) -> Iterator[str]:
    """One line a property."""
    for node in methods:
        if _is_property(node):
            said = (ast.get_docstring(node) or "").split("\n\n")[0]
            gives = f" ({_prose(f'``{ast.unparse(node.returns)}``')})" if node.returns else ""
            yield f"- `{node.name}`{gives}: {_prose(' '.join(said.split()))}"


def _is_property(node: Function) -> bool:
    return _decorated(node, "property") or _decorated(node, "cached_property")


def _decorated(node: Function, word: str) -> bool:
    return any(ast.unparse(d) == word for d in node.decorator_list)
