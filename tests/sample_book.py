"""A small made-up book: two to three chapters with figures, a table, prose and a failure."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import altair as alt
import nbformat
import numpy as np
import pandas as pd
import yaml
from nbformat import NotebookNode

from rotation_lib.charts import lines
from rotation_lib.charts.figure import Figure
from rotation_lib.charts.table import Table
from rotation_lib.charts.theme import hex_of
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.site import SiteReport, build_site

CREDITS = {
    "IWM": {
        "short": "Small caps",
        "publisher": "A Vendor",
        "licence": "returns only",
        "sha256": "ab" * 32,
    },
    "SPY": {"short": "Large caps", "publisher": "A Vendor", "licence": "returns only"},
}
RECORD = {
    "params": {"start": "2010-01-04", "end": "2026-07-31", "as_of": ""},
    "source": "snapshot",
    "data_sha256": "cd" * 32,
    "revision": "0123456789abcdef",
    "dirty": True,
}


def falls() -> Table:
    """A table of one row, with what would be markup if it were not escaped."""
    frame = pd.DataFrame({"Fund": ["IWM <i>"], "Fall": [-0.411]})
    return Table(
        "risks.falls",
        "Falls",
        frame,
        formats={"Fall": "pct"},
        series=("IWM",),
        as_of="2026-07-31",
        signed=("Fall",),
    )


def line_figure(name: str, title: str = "Small caps came last") -> Figure:
    """Three hundred days of one line, the last on 2026-07-31."""
    dates = pd.bdate_range(end="2026-07-31", periods=300)
    frame = pd.DataFrame({"date": dates, "IWM": 1 + np.arange(300) / 100})
    frame.loc[3, "IWM"] = np.nan
    base = alt.Chart(alt.NamedData(name="main"))
    x = alt.X("date:T", axis=alt.Axis(title=None))
    tip = alt.Tooltip("date:T", format="%Y-%m-%d", title="day")
    line = base.mark_line(color=hex_of("small")).encode(x=x, y="IWM:Q")
    last = base.mark_rule(opacity=0.01, strokeWidth=60).encode(x=x, tooltip=[tip])
    return Figure(
        id=name,
        title=title,
        subtitle="Growth of one dollar",
        chart=line + last,
        data={"main": frame},
        series=("IWM", "SPY"),
        alt="Line of the growth of one dollar in small caps; it rises steadily to the end.",
        as_of="2026-07-31",
        unit="times",
        note="Made-up values.",
    )


def growing() -> pd.DataFrame:
    """Two funds over 1,200 sessions from 1: one doubles every 500, one loses a third in all."""
    step = np.arange(1200)
    days = pd.bdate_range(end="2026-07-31", periods=1200, name="date")
    return pd.DataFrame({"IWM": 2 ** (step / 500), "SPY": 1 - step / 3597}, index=days)


def growth_figure(name: str, title: str = "One invested in small caps grew") -> Figure:
    """The two funds on a log scale, with two events and a span; a reader may choose the start."""
    events = pd.DataFrame(
        {"date": pd.to_datetime(["2023-01-04", "2025-04-02"]), "label": ["Early", "Late"]}
    )
    spans = pd.DataFrame(
        {"start": [events["date"][0]], "end": [events["date"][1]], "label": ["Cuts"]}
    )
    return lines.growth(growing(), events=events, spans=spans, rebase=True).figure(
        name,
        title=title,
        subtitle="Growth of 1",
        unit="multiple",
        series=("IWM", "SPY"),
        as_of="2026-07-31",
        alt="Two lines of made-up growth; small caps rise without a pause, large caps fall.",
    )


def bar_figure(name: str) -> Figure:
    """Three bars in the colour of small caps; text that would be markup if it were not escaped."""
    frame = pd.DataFrame(
        {
            "label": ["<b>one</b>", "two & more, " + "in words " * 15, "three"],
            "value": [1.0, -2.0, 3.0],
        }
    )
    chart = alt.Chart(alt.NamedData(name="main")).mark_bar(color=hex_of("small"))
    return Figure(
        id=name,
        title="Bars <script>alert('title')</script> & \"quotes\"",
        subtitle="Relative return",
        chart=chart.encode(x="value:Q", y=alt.Y("label:N", sort=None)),
        data={"main": frame},
        series=("IWM",),
        alt="Three bars of made-up values, of which one is negative; the last is the longest.",
        as_of="2026-07-31",
        unit="fraction",
        height=160,
    )


@contextmanager
def payloads_to(folder: Path) -> Iterator[None]:
    """Figures displayed inside write their payloads to ``folder``."""
    before = os.environ.get("ROTATION_FIGURES")
    os.environ["ROTATION_FIGURES"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("ROTATION_FIGURES")
        else:
            os.environ["ROTATION_FIGURES"] = before


def text(source: str) -> NotebookNode:
    """A Markdown cell."""
    return nbformat.v4.new_markdown_cell(source)


def shown(
    bundle: dict[str, str], source: str = "show()", tags: tuple[str, ...] = ()
) -> NotebookNode:
    """A code cell with one displayed output."""
    output = nbformat.v4.new_output("display_data", bundle)
    return nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})


def prose(markdown: str) -> NotebookNode:
    """A code cell whose output is Markdown."""
    return shown({"text/markdown": markdown, "text/plain": markdown}, "Prose(words.of(findings))")


def figure(chart: Figure) -> NotebookNode:
    """A code cell that displays a figure."""
    return shown(chart._repr_mimebundle_(), f"charts.draw({chart.id!r})")


def written(cells: Mapping[str, list[NotebookNode]], folder: Path) -> dict[str, Path]:
    """Write cells as notebooks with stable ids: chapter → path."""
    paths = {}
    for name, content in cells.items():
        for number, cell in enumerate(content):
            cell.id = f"cell-{number}"
        paths[name] = folder / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=content), paths[name])
    return paths


def book(folder: Path) -> tuple[dict[str, Path], Path]:
    """Write the sample's executed notebooks and payloads.

    Returns:
        Chapter → notebook, and the folder of payloads.
    """
    figures = folder / "payloads"
    figures.mkdir(parents=True, exist_ok=True)
    with payloads_to(figures):
        cells = {"summary": _summary(), "risks": _risks(), "methods": _methods()}
    return written(cells, folder), figures


@cache
def bare_project() -> Path:
    """The project's settings and chapters without its documents.

    They make up half of the time of a small site, and only some tests are about them.
    """
    folder = Path(mkdtemp(prefix="bare project "))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    contents = yaml.safe_load((PROJECT_ROOT / "_toc.yml").read_text(encoding="utf-8"))
    contents["parts"] = [p for p in contents["parts"] if "caption" not in p]
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    shutil.copyfile(PROJECT_ROOT / "_config.yml", folder / "_config.yml")
    return folder


def site_of_book(base: Path, out: Path, project: Path = PROJECT_ROOT) -> SiteReport:
    """Build the sample book's site.

    Args:
        base: where its notebooks and payloads go.
        out: the build folder.
        project: with its settings and documents.
    """
    executed, payloads = book(base)
    return build_site(
        executed,
        payloads,
        {"schema": 1, "findings": []},
        RECORD,
        out,
        project=project,
        credits=CREDITS,
    )


_CLAIMS = (
    ("One", "holds", "risks"),
    ("Two", "does not hold", "risks"),
    ("Three", "holds", "methods"),
)


def _claim(claim: tuple[str, str, str]) -> str:
    title, verdict, chapter = claim
    return (
        f'<tr data-verdict="{verdict}" data-chapter="{chapter}"><th scope="row">'
        f'<a href="risks.html#claim-one">{title}</a></th><td><span class="verdict" '
        f'data-verdict="{verdict}">{verdict}</span></td><td>{chapter.capitalize()}</td></tr>'
    )


def _summary() -> list[NotebookNode]:
    return [
        text("# Do small caps lead?\n\nA question of one line."),
        prose(
            '<div class="takeaways">\n\n**Key takeaways**\n\n- It cost $5 and then $6.\n\n</div>'
        ),
        shown(
            {
                "text/html": '<table class="scorecard"><caption>Claims</caption><thead><tr>'
                '<th scope="col">Claim</th><th scope="col">Verdict</th><th scope="col">Chapter</th>'
                f"</tr></thead><tbody>{''.join(map(_claim, _CLAIMS))}</tbody></table>"
            }
        ),
        prose("## One section\n\nSee [risks](risks.ipynb#claim-one), [data](site:findings.json)."),
        figure(line_figure("summary.growth")),
    ]


def _risks() -> list[NotebookNode]:
    headline = nbformat.v4.new_output("stream", name="stdout", text="risks.ratio  1.30\n")
    many = [figure(line_figure(f"risks.line_{i}", f"Line {i} came last")) for i in range(4)]
    return [
        text("# Risks"),
        nbformat.v4.new_code_cell(
            'start = "2010"', metadata={"tags": ["parameters", "remove-cell"]}
        ),
        nbformat.v4.new_code_cell('start = "2012"', metadata={"tags": ["injected-parameters"]}),
        nbformat.v4.new_code_cell("chapter = open_chapter()", metadata={"tags": ["remove-input"]}),
        prose(
            '### Small caps fell further\n\n<div class="claim" id="claim-one">\n\n**One**\n\n</div>'
        ),
        prose(
            "Hostile <script>alert('prose')</script> {doc}`nowhere` text, drawdowns and drawdown."
        ),
        figure(bar_figure("risks.bars")),
        shown(falls()._repr_mimebundle_(), "charts.falls(market)"),
        *many,
        nbformat.v4.new_code_cell("# NBVAL_CHECK_OUTPUT\nprint(headline)", outputs=[headline]),
    ]


def _methods() -> list[NotebookNode]:
    return [
        text(
            "# Methods\n\nBack to the [summary](summary.ipynb).\n\n| a | b |\n|---|---|\n| 1 | 2 |"
        ),
        text(
            '## Terms\n\n<dl class="glossary">\n<dt id="term-drawdown">Drawdown</dt>\n'
            "<dd>Distance below the highest <em>close</em> so far.</dd>\n"
            '<dt id="term-var">Value at risk (VaR), historical</dt>\n<dd>A bad day.</dd>\n</dl>'
        ),
        figure(growth_figure("methods.growth")),
        figure(growth_figure("methods.again", "The same once more")),
    ]
