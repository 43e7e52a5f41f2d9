"""A review as one HTML page with the pictures inside; it needs no other file and no network.

It shows what the review found; it must never judge or leave anything out.
"""

from __future__ import annotations

from html import escape

from .marks import rendered
from .model import Review
from .pictures import side_by_side
from .sections import Section, sections, summary
from .sides import Side

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
tbody th{font-weight:normal;overflow-wrap:anywhere;min-width:10rem}
th,td{border-bottom:1px solid #8886;padding:.35rem .6rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere;min-width:4rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}
figure{margin:0}
img{max-width:100%;background:#fff;border:1px solid #8886}
"""


def page(review: Review, base: Side, head: Side) -> str:
    """The review as a page; charts that look different are shown before, after, and marked.

    Args:
        review: what differs.
        base: the side before, for its pictures.
        head: the side after.
    """
    body = "".join(_section(part) for part in sections(review))
    title = "What a change does to the report"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(summary(review))}</p>"
        f"<p>Compared: {escape(review.base)} → {escape(review.head)}.</p>"
        f"{body}{_pictures(review, base, head)}</main></body></html>\n"
    )


def _section(part: Section) -> str:
    if len(part.heads) == 1:
        held = "".join(f"<li>{escape(row[0])}</li>" for row in part.rows)
        table = f"<ul>{held}</ul>"
    elif part.rows:
        heads = "".join(f'<th scope="col">{escape(h)}</th>' for h in part.heads)
        rows = "".join(_row(row) for row in part.rows)
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    else:
        table = ""
    after = f"<p>{escape(part.after)}</p>" if part.after else ""
    return f"<h2>{escape(part.title)}</h2>{table}{after}"


def _row(row: tuple[str, ...]) -> str:
    cells = "".join(f"<td>{rendered(escape(cell), '<mark>', '</mark>')}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>'


def _pictures(review: Review, base: Side, head: Side) -> str:
    shown = []
    for change in review.charts:
        images = side_by_side(base.site, head.site, change.id)
        names = {"appeared": ["after"], "vanished": ["before"]}.get(
            change.kind, ["before", "after", "where they differ"]
        )
        figures = "".join(
            f'<figure><img src="{image}" alt="{escape(change.id)}, {name}">'
            f"<figcaption>{name}</figcaption></figure>"
            for image, name in zip(images, names, strict=True)
        )
        shown.append(f'<h3>{escape(change.id)}</h3><div class="pictures">{figures}</div>')
    return f"<h2>Pictures</h2>{''.join(shown)}" if shown else ""
