"""Demos on a user's images: any kind of file and any size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tifffile
from onnx import helper
from PIL import Image

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.demo import demo
from tests.support.demo_models import NAME, MakeGraph, put, tiles, write_test_image

RunDemo = Callable[..., dict[str, np.ndarray]]


def test_user_images_are_used_unchanged(
    repository: Path, make_graph: MakeGraph, tmp_path: Path, run_demo: RunDemo
) -> None:
    options = f"images: [{NAME}]\nelectrons: 20"
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 192)}, options, attributes={"input_sizes": [192]})
    mine = write_test_image(tmp_path / "mine" / "holiday.png", 70, 80)
    write_test_image(tmp_path / "mine" / "others" / "holiday.jpg", 64, 64)
    outputs = run_demo(tmp_path / "mine", tmp_path / "mine" / "others")
    assert set(outputs) == {"sheet", *(f"holiday{n}-{kind}" for n in ("", "-2") for kind in ("before", "after"))}
    assert np.array_equal(outputs["holiday-before"], np.asarray(Image.open(mine)))


def graphs_of(task: str, make_graph: MakeGraph) -> tuple[dict[str, onnx.ModelProto], dict[str, Any]]:
    """Graphs of a task that return their input, with the attributes that the task needs."""
    if task == "denoise":
        return {"model.onnx": tiles(make_graph, 192)}, {"input_sizes": [192]}
    if task == "upscale":
        return {f"model_x{n}.onnx": tiles(make_graph, 64, scale=n) for n in (2, 4)}, {"input_sizes": [64]}
    if task == "rawdenoise":
        options = {"output_scale": "absolute", "input_sizes": [128]}
        graphs = {"model_bayer.onnx": tiles(make_graph, 128, channels=4, scale=2)}
        return {**graphs, "model_linear.onnx": tiles(make_graph, 128)}, {
            "model_bayer": options,
            "model_linear": options,
        }
    if task == "depth":
        mean = helper.make_node("ReduceMean", ["image", "axes"], ["depth"], keepdims=0)
        shapes = {"image": (1, 3, 56, 56)}, {"depth": (1, 56, 56)}
        return {"model.onnx": make_graph(*shapes, [mean], constants={"axes": np.array([1])}, opset=18)}, {}
    shapes = {"image": (1, 3, 64, 64), "mask": (1, 1, 64, 64)}, {"output": (1, 3, 64, 64)}
    return {"model.onnx": make_graph(*shapes, [helper.make_node("Identity", ["image"], ["output"])])}, {}


@pytest.mark.parametrize("task", ["denoise", "upscale", "rawdenoise", "depth", "erase"])
def test_user_images_of_any_size(
    task: str, repository: Path, make_graph: MakeGraph, tmp_path: Path, run_demo: RunDemo
) -> None:
    graphs, attributes = graphs_of(task, make_graph)
    put(repository, task, graphs, attributes=attributes)
    for height, width in ((1, 1), (1, 40), (3, 7), (2, 2)):
        path = write_test_image(tmp_path / "small.png", height, width)
        if refused := _refusal(task, min(height, width), max(height, width)):
            with pytest.raises(Failure, match=refused):
                run_demo(path)
        else:
            run_demo(path)


def _refusal(task: str, shorter: int, longer: int) -> str:
    if task == "rawdenoise" and shorter < 2:
        return "the demo needs 2 x 2"
    return "the brush covers the whole image" if task == "erase" and (shorter, longer) == (2, 2) else ""


def test_clicks_apply_to_user_images(repository: Path, make_graph: MakeGraph, runtime: Runtime) -> None:
    nodes = [helper.make_node("Mul", ["image", "zero"], ["output"])]
    shapes = {"image": (1, 3, 64, 64), "mask": (1, 1, 64, 64)}, {"output": (1, 3, 64, 64)}
    put(repository, "erase", {"model.onnx": make_graph(*shapes, nodes, constants={"zero": np.float32(0)})})
    entry, image = Catalogue.load(repository).get("toy"), repository / "images" / NAME
    for click in ((0.25, 0.75), (0.75, 0.25)):
        demo(entry, Workspace(repository), Console(quiet=True), [image], (click,), runtime=runtime)
        erased = np.asarray(Image.open(Workspace(repository).demo("toy") / "lamp-after.png")).max(axis=2) < 30
        rows, columns = np.nonzero(erased)
        assert (columns.mean() / 120, rows.mean() / 90) == pytest.approx(click, abs=0.02)


def test_deep_images_keep_their_brightness(
    repository: Path, make_graph: MakeGraph, tmp_path: Path, run_demo: RunDemo
) -> None:
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 192)}, attributes={"input_sizes": [192]})
    encoded = np.linspace(0, 1, 80 * 60).reshape(60, 80)[..., None]
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    for values in (light.astype(np.float32), np.rint(encoded * 65535).astype(np.uint16)):
        for kind in ("rgb", "minisblack"):
            pixels = values.repeat(3, axis=2) if kind == "rgb" else values[..., 0]
            tifffile.imwrite(tmp_path / "a.tif", pixels, photometric=kind, metadata=None)
            assert np.abs(run_demo(tmp_path / "a.tif")["a-before"] - 255 * encoded).max() <= 0.51


def test_notes_name_what_is_clipped_and_skipped(
    repository: Path, make_graph: MakeGraph, tmp_path: Path, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 192)}, attributes={"input_sizes": [192]})
    mine = tmp_path / "mine"
    write_test_image(mine / "a.png", 8, 8)
    tifffile.imwrite(mine / "b.tif", np.full((8, 8, 3), 1.5, np.float32), photometric="rgb", metadata=None)
    (mine / "b.tif.xmp").write_text("<x:xmpmeta/>")
    entry = Catalogue.load(repository).get("toy")
    demo(entry, Workspace(repository), Console(), [mine], runtime=runtime)
    notes = capsys.readouterr().err
    assert f"{mine}: 1 file of other kinds skipped" in notes
    assert f"{mine / 'b.tif'}: 100.0% of its values lie outside sRGB's range and are clipped" in notes
    assert "a.png: " not in notes
