"""``rotation diff``, ``rotation lint`` and ``rotation new-chapter``: what a change needs.

It validates, calls one function and prints. No work is done here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .errors import ParameterError
from .project import need_checkout
from .signs import json_for

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
_FORMATS = {".md": "markdown", ".html": "html", ".json": "json"}


def diff(
    base: Annotated[
        str, typer.Argument(help="Before: a build, a findings.json, a project, or a git revision.")
    ],
    head: Annotated[str, typer.Argument(help="After: the same.")],
    format: Annotated[str, typer.Option(help="markdown, html (with pictures) or json.")] = (
        "markdown"
    ),
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Write to this .md, .html or .json file instead; may be repeated."),
    ] = None,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit with 1 if the report changes.")
    ] = False,
    environments: Annotated[
        bool,
        typer.Option(help="Set up another environment for a side that has locked other packages."),
    ] = True,
    debug: Debug = False,
) -> None:
    """Say what changes between two builds: verdicts, numbers, data, pictures and words."""
    from .publish.owned import refuse_file

    if format not in _FORMATS.values():
        allowed = f"it is one of {', '.join(_FORMATS.values())}"
        raise ParameterError("format", format, allowed, "drop it")
    for path in out or ():
        if path.suffix not in _FORMATS:
            allowed = f"the name of the file ends in {', '.join(_FORMATS)}"
            raise ParameterError("out", path.name, allowed, "for example --out review.html")
        refuse_file(path)
    from .review.compare import compared
    from .review.environments import set_up
    from .review.render import rendered
    from .review.sides import workshop

    with workshop(install=set_up if environments else None) as shop:
        before, after = shop.open(base), shop.open(head)
        review = compared(before, after, shop)
        wanted = [_FORMATS[path.suffix] for path in out] if out else [format]
        texts = [rendered(name, review, before, after) for name in wanted]
    for path, text in zip(out or (), texts, strict=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not out:
        told = json_for(sys.stdout, texts[0]) if format == "json" else texts[0]
        typer.echo(told, nl=False)
    if fail_on_change and not review.unchanged:
        typer.echo("the report changes", err=True)
        raise typer.Exit(1)


def lint(
    chapters: Annotated[
        list[str] | None, typer.Argument(help="Only these chapters; all of them by default.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
    headlines: Annotated[
        bool, typer.Option("--headlines", help="Execute the chapters, store their checked cells.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Check that the chapters are stored the way they should be."""
    need_checkout("'rotation lint'")
    from .publish.build import chosen_chapters
    from .publish.source.lint import fix_all, lint_all, refresh_headlines

    names = chosen_chapters(chapters or ())
    if fix:
        for name in fix_all(names):
            typer.echo(f"fixed: {name}")
    if headlines:
        for name in refresh_headlines(names):
            typer.echo(f"stored: {name}")
    complaints = lint_all(names)
    for complaint in complaints:
        typer.echo(complaint)
    if complaints:
        raise typer.Exit(1)


def new_chapter(
    name: Annotated[str, typer.Argument(help="Its name in snake_case, for example breadth.")],
    title: Annotated[str | None, typer.Option(help="Its title; made from the name by default.")] = (
        None
    ),
    debug: Debug = False,
) -> None:
    """Start a chapter from the template: notebook, study, words, chart and test, all working."""
    need_checkout("'rotation new-chapter'")
    from .review.scaffold import start_chapter

    for path in start_chapter(name, title):
        typer.echo(f"wrote: {path}")
    typer.echo(f"next: rotation lint --headlines {name}, then make quick")


def register(app: typer.Typer) -> None:
    """Add the three commands to the command line."""
    app.command()(diff)
    app.command()(lint)
    app.command("new-chapter")(new_chapter)
