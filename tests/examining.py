"""Pages examined by axe-core: WCAG 2.2 AA and best practice, as text of what is wrong.

It asserts nothing of a page itself, only that something was examined.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from browser import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What the width of a page can change; the rest is seen on a narrower and on a wider screen.
LAYOUT_RULES = ["target-size", "scrollable-region-focusable", "link-name", "button-name", "region"]
#: All that a change of theme can change.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page, rules: list[str] = RULES, known: set[str] | None = None) -> list[str]:
    """What axe-core finds on the page as it stands: rule, element, and why.

    Args:
        page: of a browser.
        rules: by which it is examined.
        known: looks of texts that other pages had, whose contrast is known; gets those of this one.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    if rules is not LAYOUT_RULES:
        known = set() if known is None else known
        looks = page.evaluate(_SAMPLE, sorted(known))
        assert looks, "no text was found to look at"
        if rules is COLOUR_RULES and known.issuperset(looks):
            return []
        known.update(looks)
    found: dict[str, Any] = page.evaluate(
        # What passes is only counted: to name each element would take longer than to examine it.
        "(rules) => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })",
        rules,
    )
    least = 5 if rules is RULES else 0
    assert len(found["passes"]) + len(found["violations"]) > least, (
        "axe-core examined next to nothing"
    )
    return [
        f"{fault['id']}: {node['html'][:160]}: {' '.join(node['failureSummary'].split())}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def opened(page: Page) -> Page:
    """The page with every data table, menu and folded part open, so that all of it is examined."""
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    # The data behind the open tables, where the page has charts, are written by its scripts.
    page.wait_for_function(_FILLED, timeout=PATIENCE)
    page.evaluate(_FEWER)
    return page


_FILLED = """() => Array.from(document.querySelectorAll("figure[data-figure] .fig-data"))
  .every((data) => data.querySelector("tbody tr"))"""

#: A hundred rows are made alike, and so are the words of code of one kind: a few of each say as
#: much, in a tenth of the time.
_FEWER = """() => {
  const alike = "article tbody tr:nth-child(n+21), .fig-table tbody tr:nth-child(n+6)";
  for (const row of document.querySelectorAll(alike)) row.remove();
  const seen = {};
  for (const word of document.querySelectorAll(".highlight span[class]:not(:has(*))")) {
    seen[word.className] = (seen[word.className] || 0) + 1;
    if (seen[word.className] > 10) word.replaceWith(word.textContent);
  }
}"""

#: The contrast of a text follows from its colour, size and weight and from what lies behind it.
#: Of the texts that agree in all of these two are measured, on the first page that has them; axe-core
#: would take nine tenths of its time for the others, thousands of table cells and words of code. A
#: link is also told from the text around it, by its line or by its colour.
_SAMPLE = """(known) => {
  const plain = "rgba(0, 0, 0, 0)|none|1|static|none|normal";
  const behind = new Map([[null, ""]]);
  const layers = (e) => {
    if (!behind.has(e)) {
      const s = getComputedStyle(e);
      const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.position, s.filter,
                   s.mixBlendMode].join("|");
      behind.set(e, layers(e.parentElement) + (own === plain ? "" : `;${own}`));
    }
    return behind.get(e);
  };
  const alike = new Map(); // a look → the first and the last text that has it
  for (const e of document.body.querySelectorAll("*")) {
    e.removeAttribute("data-sample");
    const says = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
    if (!(says || e.matches("input, select, textarea, button, a[href]"))) continue;
    if (!e.checkVisibility({ visibilityProperty: true })) continue;
    const s = getComputedStyle(e);
    const look = [e.localName, s.color, s.fontSize, s.fontWeight, s.textShadow, layers(e)];
    if (e.matches("a[href]"))
      look.push(s.textDecoration, s.border, getComputedStyle(e.parentElement).color);
    const [first] = alike.get(look.join()) || [e];
    alike.set(look.join(), [first, e]);
  }
  const elsewhere = new Set(known);
  for (const [look, some] of alike)
    if (!elsewhere.has(look)) for (const e of some) e.setAttribute("data-sample", "");
  const narrowed = { "color-contrast": "[data-sample]", "link-in-text-block": "a[data-sample], [role=link]" };
  axe.configure({ rules: Object.entries(narrowed).map(([id, selector]) => ({ id, selector })) });
  return Array.from(alike.keys());
}"""
