"""What the search page offers by name: claims and charts, with where they stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotation_lib.errors import BuildError
from rotation_lib.publish.finish.places import places, searchable

PAGE = """<h1>Risks &amp; more<a class="headerlink" href="#x">#</a></h1>
<figure class="rotation-figure" id="fig-risks-falls" data-figure="risks.falls"><figcaption>
<p class="fig-title">IWM fell &lt;41%&gt;</p> <p class="fig-subtitle">Loss since the peak</p>
<div class="claim" id="claim-more-volatile">
<p class="claim-title"><strong>Small caps are <em>more</em> volatile</strong>
<span class="verdict" data-verdict="holds">holds</span></p>"""


def test_claims_and_charts_are_found_with_their_places() -> None:
    assert list(places("chapters/risks.html", PAGE)) == [
        ("Claim", "Small caps are more volatile", "chapters/risks.html#claim-more-volatile",
         "Risks & more", "holds"),
        ("Chart", "IWM fell <41%>", "chapters/risks.html#fig-risks-falls", "Risks & more",
         "Loss since the peak"),
    ]  # fmt: skip
    assert list(places("docs/rerun.html", "<h1>Run it again</h1><p>words</p>")) == []


def test_the_search_page_loads_them_and_a_page_without_room_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    searchable(tmp_path, ["a.html"])  # nothing to do without a search page
    search = tmp_path / "search.html"
    search.write_text('<div id="search-results"></div>', encoding="utf-8")
    searchable(tmp_path, ["a.html"])
    (script,) = (tmp_path / "assets").iterdir()
    assert f'<script src="assets/{script.name}"></script>' in search.read_text(encoding="utf-8")
    held = script.read_text(encoding="utf-8").split(";\n")[0].removeprefix("window.rotationPlaces=")
    assert [place[0] for place in json.loads(held)] == ["Claim", "Chart"]
    search.write_text("<p>another theme</p>", encoding="utf-8")
    with pytest.raises(BuildError, match="no place for its results"):
        searchable(tmp_path, ["a.html"])
