"""Signs of a page: apostrophes, per cent, lines that must not part; nothing else changes."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from rotation_lib.publish.finish.typeset import typeset


def page(inside: str) -> str:
    return f"<body><p>outside's 5 %</p><article class='bd-article'>{inside}</article></body>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>2025's best</p>", "<p>2025’s best</p>"),
        ("<p>the seven&#x27;s gain</p>", "<p>the seven’s gain</p>"),
        ("<p>we don't and we're</p>", "<p>we don’t and we’re</p>"),
        ("<p>a 'quoted' word</p>", "<p>a 'quoted' word</p>"),
        ("<p>of 2 % and −12.5 %.</p>", "<p>of 2% and −12.5%.</p>"),
        ("<p>placebo p = 0.38</p>", "<p>placebo p\u00a0=\u00a00.38</p>"),
        ("<p>(p &lt; 0.001)</p>", "<p>(p\u00a0&lt;\u00a00.001)</p>"),
        ("<p><a>placebo p</a> = 0.38</p>", "<p><a>placebo p</a>\u00a0=\u00a00.38</p>"),
        ("<p>(95% interval −5.2 to 0.3)</p>", "<p>(95% interval −5.2\u00a0to\u00a00.3)</p>"),
        (
            "<p>(95% interval −11.3% to +8.1%)</p>",
            "<p>(95% interval −11.3%\u00a0to\u00a0+8.1%)</p>",
        ),
        ("<p>2 to 8 April, step = 3</p>", "<p>2 to 8 April, step = 3</p>"),
    ],
)
def test_signs(written: str, shown: str) -> None:
    assert typeset(page(written)) == page(shown)


@pytest.mark.parametrize("tag", ["code", "pre", "script", "style", "svg", "textarea"])
def test_what_is_no_text_stays(tag: str) -> None:
    held = page(f"<{tag}>it's 5 %, p = 0.5 <b>it's 5 %</b></{tag}>")
    assert typeset(held) == held


def test_attributes_and_comments_stay() -> None:
    held = page("<p title=\"it's 5 %\"><!-- it's p = 0.5 --></p>")
    assert typeset(held) == held


def test_text_after_code_is_text_again() -> None:
    assert typeset(page("<p><code>x's</code> it's</p>")) == page("<p><code>x's</code> it’s</p>")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("events_extra.toml", ["events_", "extra", ".toml"]),
        ("publish/finish/check.py", ["publish/", "finish/", "check", ".py"]),
        ("2010-01-04", ["2010-01-04"]),
        ("-0.02", ["-0.02"]),
    ],
)
def test_names_in_tables_may_break_between_their_words(name: str, parts: list[str]) -> None:
    cell = (
        f'<table><tr><td><code class="x"><span class="pre">{name}</span></code></td></tr></table>'
    )
    made = typeset(page(cell))
    assert re.search(r'class="pre">(.*?)</span>', made)[1].split("<wbr>") == parts  # type: ignore[index]
    assert typeset(page(cell.replace("table", "div"))) == page(cell.replace("table", "div"))


def test_a_built_page_keeps_its_words(built_site: Path) -> None:
    """Words and numbers of the finished chapters are those that went in."""
    text = (built_site / "chapters" / "risks.html").read_text(encoding="utf-8")
    article = text[text.index("<article") : text.index("</article>")]
    assert not re.search(r">[^<]*\d %", re.sub(r"<(code|pre|script)\b.*?</\1>", "", article))
    assert typeset(text) == text
    assert "p\u00a0=\u00a0" in unescape(article)


def test_a_sign_of_order_does_not_end_an_attribute() -> None:
    page = "<article><img alt=\"if p > 5 % it's rare\">it's 5 %</article>"
    assert typeset(page) == '<article><img alt="if p > 5 % it\'s rare">it’s 5%</article>'
