"""Charts drawn once: beside the chapters, whatever came before them, and never from a damaged file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sample_book import bar_figure, figure, line_figure, payloads_to

from rotation_lib.publish import press as presses
from rotation_lib.publish.draw import first
from rotation_lib.publish.draw.drawing import Drawing
from rotation_lib.publish.draw.figures import compiled, read_payload
from rotation_lib.publish.draw.runtime import vega_runtime, whole, write_sealed
from rotation_lib.publish.draw.still import numbered
from rotation_lib.publish.finish import preview
from rotation_lib.publish.press import Press


@pytest.fixture(scope="module")
def payloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("payloads")
    with payloads_to(folder):
        figure(bar_figure("risks.bars"))
        figure(line_figure("risks.lines"))
    (folder / "risks.falls.table.json").write_text("{}", encoding="utf-8")
    return folder


def charts(cache: Path) -> list[Path]:
    return sorted((cache / "charts").glob("*.json"))


def test_waiting_charts_are_compiled_one_at_a_time(payloads: Path, tmp_path: Path) -> None:
    drawing = Drawing(tmp_path)
    drawing.add(payloads)
    assert drawing.waiting and not charts(tmp_path)
    drawing.step()
    assert drawing.waiting and len(charts(tmp_path)) == 1
    drawing.finish()
    assert not drawing.waiting and len(charts(tmp_path)) == 2  # and nothing for the table
    made = {path: path.stat().st_mtime_ns for path in charts(tmp_path)}
    for name in ("risks.bars", "risks.lines"):
        compiled(read_payload(payloads, name), tmp_path / "charts")
    assert {path: path.stat().st_mtime_ns for path in charts(tmp_path)} == made
    drawing.forget()
    assert not charts(tmp_path)


def test_a_fault_in_a_chart_is_left_for_its_page(tmp_path: Path) -> None:
    (tmp_path / "risks.odd.json").write_text("[1]", encoding="utf-8")
    drawing = Drawing(tmp_path / "cache")
    drawing.add(tmp_path)
    drawing.finish()
    assert not charts(tmp_path / "cache")


def test_without_a_cache_nothing_is_drawn(payloads: Path) -> None:
    drawing = Drawing()
    drawing.prepare()
    drawing.forget()
    drawing.add(payloads)
    assert not drawing.waiting


def test_parts_of_an_image_are_numbered_from_one() -> None:
    one = '<g clip-path="url(#clip7)"/><clipPath id="clip7"/><g clip-path="url(#clip12)"/>'
    two = one.replace("clip7", "clip70").replace("clip12", "clip3")
    gradient = '<a id="gradient_4"/><text>id="x" url(#7) clip9</text>'
    made = numbered(one + gradient)
    assert made == numbered(two + gradient)
    assert re.findall(r"clip\d+(?=[\")])", made) == ["clip1", "clip1", "clip2"]
    assert 'id="gradient_1"' in made and made.endswith('<text>id="x" url(#7) clip9</text>')


def test_an_image_is_the_same_whatever_was_drawn_before(payloads: Path, tmp_path: Path) -> None:
    payload = read_payload(payloads, "risks.lines")
    clipped = json.loads(json.dumps(payload))
    _clip(clipped["spec"])
    alone = compiled(clipped, tmp_path / "one")
    compiled(payload, tmp_path / "two")
    again = compiled(clipped, tmp_path / "three")
    assert 'id="clip1"' in alone.svg and alone == again


def _clip(spec: dict[str, Any]) -> None:
    for layer in spec.get("layer", [spec]):
        mark = layer["mark"]
        layer["mark"] = {**(mark if isinstance(mark, dict) else {"type": mark}), "clip": True}


def test_a_damaged_chart_that_can_still_be_read_is_drawn_again(
    payloads: Path, tmp_path: Path
) -> None:
    payload = read_payload(payloads, "risks.bars")
    good = compiled(payload, tmp_path)
    (kept,) = tmp_path.glob("*.json")
    body = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps({**body, "height": 7}), encoding="utf-8")
    assert compiled(payload, tmp_path) == good
    assert json.loads(kept.read_text(encoding="utf-8"))["height"] == good.height


@pytest.mark.slow
def test_a_damaged_picture_preview_or_runtime_is_made_again(payloads: Path, tmp_path: Path) -> None:
    payload = read_payload(payloads, "risks.bars")
    first.draw(payload, tmp_path)
    drawn = preview._png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', tmp_path)
    script = vega_runtime(tmp_path)
    held = {path: path.read_bytes() for path in [*tmp_path.glob("*.svg"), drawn, script]}
    assert len(held) == 4
    for path in held:
        path.write_bytes(path.read_bytes() + b" ")
        assert not whole(path)
    first.draw(payload, tmp_path)
    preview._png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', tmp_path)
    vega_runtime(tmp_path)
    assert {path: path.read_bytes() for path in held} == held


def test_a_file_without_its_seal_is_no_kept_file(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "kept.txt"
    assert not whole(path)
    write_sealed(path, b"text")
    assert whole(path) and path.read_bytes() == b"text"
    path.with_name("kept.txt.sha256").unlink()
    assert not whole(path)


def test_other_work_is_done_while_the_press_is_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The stand-in waits for a file that only the other work writes.
    program = (
        "import json, pathlib, sys, time\n"
        "book, *_ = json.loads(sys.stdin.read())\n"
        "while not pathlib.Path(book, 'done').exists(): time.sleep(0.01)\n"
        "print('made')\n"
    )
    monkeypatch.setattr(presses, "_PROGRAM", program)
    with Press() as press:
        said = press.print(
            tmp_path, tmp_path, tmp_path, every=True, meanwhile=(tmp_path / "done").touch
        )
    assert said == (0, "made\n")


def test_a_press_that_is_gone_is_told_after_the_other_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "_PROGRAM", "import sys; sys.exit('no room')")
    with Press() as press:
        press.start()
        assert press._process is not None
        press._process.wait()
        said = press.print(
            tmp_path, tmp_path, tmp_path, every=True, meanwhile=(tmp_path / "done").touch
        )
    assert said == (1, "no room\n") and (tmp_path / "done").exists()
