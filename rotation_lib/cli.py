"""The ``rotation`` command: it validates, calls one function, and prints.

No work is done here. Heavy imports live inside the commands, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .cli_data import data_app, refresh
from .cli_review import register
from .cli_sweep import register as register_sweep
from .errors import ParameterError, ProjectError, RotationError
from .project import BUILD, settle_store, trusted
from .signs import json_for, show_signs

if TYPE_CHECKING:
    from .params import ReportParams
    from .publish.execute.outcome import ChapterRun

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Small-Cap Rotation: one market story, put to the test.",
)
app.add_typer(data_app, name="data")

# Typer carries its own copy of click; its usage errors are reached through a public subclass.
_UsageError: Any = typer.BadParameter.__mro__[1]

Start = Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD (default 2010-01-04).")]
End = Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD (default: newest session).")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Show only what was published by this day.")
]
SourceName = Annotated[str | None, typer.Option("--source", help="snapshot (default) or live.")]
Pairs = Annotated[
    list[str] | None, typer.Option("-p", "--param", help="Any parameter, as NAME=VALUE.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@app.command()
def build(
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    source: SourceName = None,
    chapter: Annotated[
        list[str] | None, typer.Option("--chapter", help="Only this chapter; may be repeated.")
    ] = None,
    param: Pairs = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Chapters executed at once; 0 means one a core.")
    ] = 0,
    out: Annotated[
        Path, typer.Option(help="Build folder; the site is OUT/html.", show_default="_build")
    ] = BUILD,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ignore chapters kept before.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print the report as a PDF.")] = False,
    edition: Annotated[
        bool, typer.Option("--edition", help="Keep the site as the edition of its day.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", min=1, help="With --edition: keep this many, the oldest go (default: all)."
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    """Execute the chapters and publish the site."""
    from .editions.finisher import Finisher
    from .publish.build import build as run_build
    from .publish.build import chosen_chapters, split_extras, unchanged
    from .publish.owned import refuse_foreign

    pairs = _pairs(param)
    params = _params(pairs, start=start, end=end, as_of=as_of, source=source)
    split_extras(pairs, chosen_chapters(chapter or ()))
    refuse_foreign(out)
    finisher = Finisher(
        out / "runs" / "findings", edition=edition, chapters=chapter or (), keep=keep
    )
    what: dict[str, Any] = {
        "chapters": chapter or (),
        "extras": pairs,
        "out": out,
        "pdf": pdf,
        "edition": edition,
        "keep": keep,
    }
    progress = _Progress()
    with progress:
        result = None if fresh else unchanged(params, **what, progress=progress.finished)
        if result is not None:
            finisher.stayed(result.site)
        else:
            refresh(params)
            result = run_build(
                params,
                **what,
                jobs=jobs or os.cpu_count() or 1,
                fresh=fresh,
                finish=finisher,
                started=progress.started,
                progress=progress.finished,
            )
    for note in result.notes:
        typer.echo(f"note: {note}")
    if result.failures:
        for failure in result.failures:
            typer.echo(f"failed: {failure}", err=True)
        typer.echo(
            f"{len(result.failures)} of {len(result.runs)} chapters failed; the last good site was "
            f"left as it was; what happened is shown in {_shown(result.site)}/index.html.",
            err=True,
        )
        raise typer.Exit(1)
    tally = ", ".join(f"{count} {verdict}" for verdict, count in result.verdicts.items())
    typer.echo(f"claims: {tally}")
    for line in finisher.told:
        typer.echo(line)
    typer.echo(f"site: {_shown(result.site)}/index.html")


@app.command()
def run(
    chapter: Annotated[str, typer.Argument(help="A chapter, for example risks.")],
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    source: SourceName = None,
    param: Pairs = None,
    out: Annotated[Path, typer.Option(help="Build folder.", show_default="_build")] = BUILD,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ignore a run kept before.")] = False,
    debug: Debug = False,
) -> None:
    """Run one chapter and leave its executed notebook and findings."""
    from .publish.build import chosen_chapters, split_extras
    from .publish.owned import refuse_foreign
    from .publish.single import run_single

    pairs = _pairs(param)
    params = _params(pairs, start=start, end=end, as_of=as_of, source=source)
    split_extras(pairs, chosen_chapters([chapter]))
    refuse_foreign(out)
    refresh(params)
    progress = _Progress()
    with progress:
        result = run_single(
            chapter,
            params,
            pairs,
            out,
            fresh=fresh,
            started=progress.started,
            progress=progress.finished,
        )
    for note in result.notes:
        typer.echo(f"note: {note}")
    if result.failure:
        typer.echo(f"failed: {result.failure}", err=True)
        raise typer.Exit(1)
    typer.echo(f"notebook: {_shown(result.notebook)}")
    typer.echo(f"findings: {_shown(result.findings)}")


@app.command()
def claims(
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    source: SourceName = None,
    param: Pairs = None,
    json: Annotated[bool, typer.Option("--json", help="The whole record as JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Judge every claim, without building a site."""
    from .market import Market
    from .publish.owned import at_hand
    from .publish.provenance import revision
    from .results import kept_in, report_record

    pairs = _pairs(param)
    params = _params(pairs, start=start, end=end, as_of=as_of, source=source)
    _refuse_left_over(pairs)
    refresh(params)
    market = Market.load(params)
    out = at_hand()
    with kept_in(out / "runs" / "findings") if out else nullcontext():
        record = report_record(market, revision()[0])
    if json:
        import json as encoder

        text = encoder.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
        typer.echo(json_for(sys.stdout, text))
        return
    from .terminal import ledger_view

    ledger_view(record)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8000,
    out: Annotated[Path, typer.Option(help="Build folder.", show_default="_build")] = BUILD,
    debug: Debug = False,
) -> None:
    """Show the built site in a browser, from this machine only."""
    from .errors import BuildError
    from .publish.serve import serve as serve_folder

    site = out / "html"
    if not (site / "index.html").is_file():
        raise BuildError(f"there is no site in {_shown(site)}; run 'rotation build' first.")
    typer.echo(f"http://127.0.0.1:{port}/ (stop with Ctrl-C)")
    serve_folder(site, port)


@app.command()
def doctor(debug: Debug = False) -> None:
    """Say what is installed, which sources answer, and what is stale."""
    from .doctor import examine
    from .terminal import doctor_view

    checks = examine()
    doctor_view(checks)
    if any(check.state == "failed" for check in checks):
        raise typer.Exit(1)


register(app)
register_sweep(app)


def main() -> None:
    """Entry point: every expected error becomes one line and an exit status."""
    show_signs()
    try:
        if not {"--help", "-h"}.intersection(sys.argv) and sys.argv[1:] and (note := trusted()):
            typer.echo(f"note: {note}", err=True)
        settle_store()
        status = app(standalone_mode=False)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _stop("stopped", 130)
    except _UsageError as error:
        _stop(_usage(error), 2)
    except (ParameterError, ProjectError) as error:
        _stop(str(error), 2)
    except RotationError as error:
        _stop(str(error), 1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _stop(f"{where}{error.strerror or error}; check the folder, its rights and the disk.", 1)
    sys.exit(status if isinstance(status, int) else 0)


def _usage(error: Any) -> str:
    """A misused command in one line; a parameter taken for an option is shown as one is set."""
    from .params import EXTRAS, ReportParams

    command = error.ctx.command_path if error.ctx else "rotation"
    message = " ".join(error.format_message().split()).rstrip(".")
    name = str(getattr(error, "option_name", "")).lstrip("-").replace("-", "_")
    known = set(ReportParams.model_fields).union(*(m.model_fields for m in EXTRAS.values()))
    hint = f"set it with '-p {name}=VALUE'" if name in known else f"see '{command} --help'"
    return f"{message}; {hint}."


def _stop(message: str, status: int) -> NoReturn:
    if "--debug" in sys.argv and status != 130:
        import traceback

        traceback.print_exc()
    typer.echo(f"error: {message}", err=True)
    sys.exit(status)


def _pairs(values: list[str] | None) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for text in values or []:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ParameterError(
                "-p", text, "parameters are written NAME=VALUE", "for example -p rolling_weeks=52"
            )
        if name.strip() in pairs:
            raise ParameterError("-p", text, "each name may be given once", "drop one of the two")
        pairs[name.strip()] = _typed(value.strip())
    return pairs


def _typed(value: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _params(pairs: dict[str, Any], **options: str | None) -> ReportParams:
    """Report parameters from options and pairs; what is left in ``pairs`` is for chapters."""
    from .params import ReportParams, report_params

    given: dict[str, Any] = {k: v for k, v in options.items() if v is not None}
    for name in tuple(pairs):
        if name in ReportParams.model_fields:
            if name in given:
                raise ParameterError(
                    name, pairs[name], "it was given as an option too", "give it once"
                )
            given[name] = pairs.pop(name)
    return report_params(**given)


def _refuse_left_over(pairs: dict[str, Any]) -> None:
    from .publish.build import split_extras

    split_extras(pairs, ())


def _shown(path: Path) -> str:
    """A path as the user would type it: relative where it lies below the current folder."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path)


class _Progress:
    """One line a chapter; a live bar only on a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def started(self, names: Any) -> None:
        if not sys.stderr.isatty():
            return
        from .terminal import progress_bar

        self._bar = progress_bar()
        self._task = self._bar.add_task("chapters", total=len(names))
        self._bar.start()

    def finished(self, run: ChapterRun) -> None:
        state = "FAILED" if run.failure else "unchanged" if run.cached else f"{run.seconds:.1f} s"
        line = f"{run.name:<20} {state}"
        if self._bar is None:
            typer.echo(line)
        else:
            self._bar.console.print(line, highlight=False)
            self._bar.advance(self._task)
