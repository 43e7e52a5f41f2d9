"""Forked kernels give what ordinary ones give, to the byte, and leave nothing behind."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from conftest import computed_once
from made_chapter import chapter

from rotation_lib.market import Market
from rotation_lib.publish.execute.outcome import ChapterRun
from rotation_lib.publish.execute.run import run_chapters
from rotation_lib.publish.execute.warm import Nursery
from rotation_lib.publish.kept import contents
from rotation_lib.publish.source.notebooks import write_notebook

TELLING = (
    "import sys\nprint(start, __name__, len(sys.argv) > 0)\nprint('aside', file=sys.stderr)",
    "# Between\n\nProse.",
    "from sample_book import growth_figure, falls\ngrowth_figure('risks.growth')",
    "falls()",
    "import numpy, pandas\npandas.DataFrame({'a': numpy.linspace(0, 1, 4).cumsum()})",
    "import builtins\nhasattr(builtins, 'left_behind')",
    "builtins.left_behind = True\nhash('text')",
)


Both = dict[bool, tuple[Path, list[ChapterRun]]]


@pytest.fixture(scope="session")
def both(shared: Path, market: Market) -> Both:
    """Three chapters, in forked and in ordinary kernels: two that work, one that is killed."""
    return computed_once(shared, "two ways", lambda: run_both(shared / "two ways", market))


def run_both(folder: Path, market: Market) -> Both:
    for name in ("risks", "rate_sensitivity"):
        write_notebook(chapter(*TELLING), folder / "chapters" / f"{name}.ipynb")
    killer = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    write_notebook(chapter(killer), folder / "chapters" / "tech_valuations.ipynb")
    names = ("rate_sensitivity", "risks", "tech_valuations")
    found = {}
    with pytest.MonkeyPatch.context() as patch, Nursery() as nursery:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        assert nursery.usable is (sys.platform == "linux")
        for forked in (True, False):
            kept = folder / f"forked {forked}"
            found[forked] = (
                kept,
                run_chapters(
                    names,
                    market,
                    {},
                    kept,
                    chapters=folder / "chapters",
                    nursery=nursery if forked else None,
                ),
            )
    return found


@pytest.mark.slow
def test_forked_kernels_give_the_bytes_of_ordinary_ones(
    both: Both,
) -> None:
    files = {forked: contents(kept) for forked, (kept, _) in both.items()}
    assert files[True] == files[False]
    figure = [n for n in files[True] if n.startswith("risks/") and n.endswith("risks.growth.json")]
    assert len(figure) == 1
    text = next(both[True][0].glob("risks/*/executed.ipynb")).read_text(encoding="utf-8")
    assert "2010-01-04 __main__ True" in text and "aside" in text


@pytest.mark.slow
def test_no_chapter_sees_what_another_left_behind(
    both: Both,
) -> None:
    texts = [p.read_text("utf-8") for p in both[True][0].rglob("executed.ipynb")]
    assert len(texts) == 2
    assert all('"False"' in text and '"True"' not in text for text in texts)


@pytest.mark.slow
@pytest.mark.parametrize("forked", [True, False])
def test_a_kernel_that_dies_fails_alone(both: Both, forked: bool) -> None:
    runs = both[forked][1]
    assert [run.failure is None for run in runs] == [True, True, False]
    assert "died" in str(runs[2].failure).lower()


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere chapters take ordinary kernels")
def test_a_chapter_whose_process_is_killed_is_told(market: Market, tmp_path: Path) -> None:
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    write_notebook(chapter(killer), tmp_path / "risks.ipynb")
    with Nursery() as nursery:
        kept = tmp_path / "runs"
        (run,) = run_chapters(["risks"], market, {}, kept, chapters=tmp_path, nursery=nursery)
    assert run.failure is not None and "ended from outside" in run.failure.cause


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere chapters take ordinary kernels")
def test_a_build_that_is_refused_does_not_wait_for_imports() -> None:
    nursery = Nursery()
    with pytest.raises(ValueError, match="refused"), nursery:
        nursery.start()
        raise ValueError("refused")
    assert nursery._process is not None
    assert nursery._process.returncode == -signal.SIGTERM
