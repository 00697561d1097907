"""Demos: images of each task, for small and large samples, and a banner for seeded weights."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from PIL import Image

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.card.demo_samples import read_sample_set
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.stages.demo import demo
from tests.support.demo_models import NAME, MakeGraph, put, samples, tiles, write_test_image

RunDemo = Callable[..., dict[str, np.ndarray]]
RED = (200, 0, 0)
POINTS = "prompts: {photographs/lamp.png: [{points: [[0.5, 0.5]]}]}"


def test_denoise_shows_noisy_input_and_output(repository: Path, make_graph: MakeGraph, run_demo: RunDemo) -> None:
    graph = tiles(make_graph, 192)
    put(
        repository,
        "denoise",
        {"model.onnx": graph},
        f"images: [{NAME}]\nelectrons: 100",
        attributes={"input_sizes": [192]},
    )
    outputs = run_demo()
    assert set(outputs) == {"sheet", "lamp-before", "lamp-after"}
    original = np.asarray(Image.open(repository / "images" / NAME)).astype(float)
    assert 5 < np.abs(outputs["lamp-before"] - original).mean() < 40
    assert np.abs(outputs["lamp-after"].astype(int) - outputs["lamp-before"]).max() <= 1
    assert outputs["sheet"].shape[1] > 3 * 120


def test_shadow_boost_is_applied_when_the_model_requires_it(
    repository: Path, make_graph: MakeGraph, run_demo: RunDemo
) -> None:
    half = make_graph(
        {"input": (1, 3, 192, 192)},
        {"output": (1, 3, 192, 192)},
        [helper.make_node("Mul", ["input", "half"], ["output"])],
        constants={"half": np.float32(0.5)},
    )
    put(repository, "denoise", {"model.onnx": half}, attributes={"input_sizes": [192], "shadow_boost": True})
    path = repository / "images" / NAME
    Image.fromarray(np.full((64, 64, 3), 10, np.uint8)).save(path)
    dark = run_demo()["lamp-after"]
    Image.fromarray(np.full((64, 64, 3), 120, np.uint8)).save(path)
    assert run_demo()["lamp-after"].max() == 60
    assert dark.max() < 5


def test_upscale_shows_both_factors_and_plain_resampling(
    repository: Path, make_graph: MakeGraph, run_demo: RunDemo
) -> None:
    graphs = {f"model_x{scale}.onnx": tiles(make_graph, 64, scale=scale) for scale in (2, 4)}
    put(repository, "upscale", graphs, f"images: [{NAME}]\nshrink: 3\n{POINTS}", attributes={"input_sizes": [64]})
    outputs = run_demo()
    assert set(outputs) == {"sheet", "lamp-before", "lamp-x2", "lamp-x4"}
    assert {image.shape for name, image in outputs.items() if name != "sheet"} == {(120, 160, 3)}
    blocks = outputs["lamp-x4"].reshape(30, 4, 40, 4, 3)
    assert np.ptp(blocks, axis=(1, 3)).max() == 0


@pytest.mark.parametrize("attributes", [{}, {"output_scale": "absolute", "wb_norm": "none", "target_mean": "none"}])
def test_rawdenoise_converts_to_mosaic_and_colour_space_and_back(
    repository: Path, make_graph: MakeGraph, attributes: dict[str, str], run_demo: RunDemo
) -> None:
    graphs = {
        "model_bayer.onnx": tiles(make_graph, 128, channels=4, scale=2),
        "model_linear.onnx": tiles(make_graph, 128),
    }
    options = {"output_scale": "absolute", "input_sizes": [128], **attributes}
    put(repository, "rawdenoise", graphs, attributes={"model_bayer": options, "model_linear": options})
    outputs = run_demo()
    before, after = (outputs[f"lamp-{name}"].astype(int) for name in ("before", "linear"))
    assert np.abs(after - before).max() <= 1
    inside = np.s_[8:-8, 8:-8]
    assert np.abs(outputs["lamp-bayer"].astype(int) - before)[inside].mean() < 4
    assert np.abs(before - np.asarray(Image.open(repository / "images" / NAME)))[inside].mean() < 12


def test_depth_map_is_bright_for_near_pixels(repository: Path, make_graph: MakeGraph, run_demo: RunDemo) -> None:
    for sky in (False, True):
        mean = [helper.make_node("ReduceMean", ["image", "axes"], ["depth"], keepdims=0)]
        outputs = {"depth": (1, 56, 56), **({"sky": (1, 56, 56)} if sky else {})}
        nodes = [
            *mean,
            *([helper.make_node("Mul", ["depth", "zero"], ["sky"])] if sky else []),
        ]
        constants = {"axes": np.array([1]), "zero": np.float32(0)}
        graph = make_graph({"image": (1, 3, 56, 56)}, outputs, nodes, constants=constants, opset=18)
        if sky:
            Workspace(repository).model("toy").joinpath("model.onnx").write_bytes(graph.SerializeToString())
        else:
            put(repository, "depth", {"model.onnx": graph})
        ramp = np.repeat(np.arange(80, 200, dtype=np.uint8)[None, :, None], 90, axis=0).repeat(3, axis=2)
        Image.fromarray(ramp).save(repository / "images" / NAME)
        outputs = run_demo()
        grey = outputs["lamp-mask"][:, :, 0].astype(int)
        assert (grey[:, -8:].mean() > grey[:, :8].mean() + 100) is not sky
        assert outputs["lamp-after"].shape == (90, 120, 3)
        assert np.ptp(outputs["lamp-after"], axis=2).max() > 50, "coloured"


def test_erase_changes_only_the_masked_region(repository: Path, make_graph: MakeGraph, run_demo: RunDemo) -> None:
    nodes = [
        helper.make_node("Sub", ["one", "mask"], ["outside"]),
        helper.make_node("Mul", ["image", "outside"], ["output"]),
    ]
    shapes = {"image": (1, 3, 64, 64), "mask": (1, 1, 64, 64)}, {"output": (1, 3, 64, 64)}
    graph = make_graph(*shapes, nodes, constants={"one": np.float32(1)})
    strokes = "[{points: [[0.3, 0.5], [0.5, 0.5]], radius: 0.05}, {box: [0.8, 0.1, 0.9, 0.3]}]"
    put(repository, "erase", {"model.onnx": graph}, f"images: [{NAME}]\nprompts: {{{NAME}: {strokes}}}")
    outputs = run_demo()
    before, after = outputs["lamp-before"].astype(int), outputs["lamp-after"].astype(int)
    for x, y in ((36, 45), (48, 45), (60, 45), (102, 18)):
        assert after[y, x].max() < 30
    untouched = np.ones((90, 120), bool)
    untouched[30:60, 20:76] = untouched[:40, 86:] = False
    assert np.array_equal(after[untouched], before[untouched])
    assert np.array_equal(before, np.asarray(Image.open(repository / "images" / NAME)))


def test_mask_shows_clicks_and_selected_regions(repository: Path, make_graph: MakeGraph, run_demo: RunDemo) -> None:
    encoder = make_graph(
        {"image": (1, 3, 1024, 1024)},
        {"features": (1, 3, 256, 256)},
        [helper.make_node("AveragePool", ["image"], ["features"], kernel_shape=[4, 4], strides=[4, 4])],
    )
    prompts = {
        "point_coords": (1, "n", 2),
        "point_labels": (1, "n"),
        "mask_input": (1, 1, 256, 256),
        "has_mask_input": (1,),
    }
    nodes = [
        helper.make_node("Gather", ["features", "first"], ["red"], axis=1),
        helper.make_node("Mul", ["red", "steep"], ["low"]),
        helper.make_node("Identity", ["low"], ["masks"]),
        helper.make_node("Identity", ["sure"], ["iou"]),
    ]
    outputs = {"masks": (1, 1, 256, 256), "iou": (1, 1), "low": (1, 1, 256, 256)}
    constants = {"first": np.array([0]), "steep": np.float32(20), "sure": np.array([[0.8]], np.float32)}
    decoder = make_graph({"features": (1, 3, 256, 256), **prompts}, outputs, nodes, constants=constants)
    clicks = "[{points: [[0.9, 0.5]], beside: [[0.1, 0.5]]}, {box: [0.5, 0, 1, 1]}]"
    graphs = {"encoder.onnx": encoder, "decoder.onnx": decoder}
    put(repository, "mask", graphs, f"images: [{NAME}]\nprompts: {{{NAME}: {clicks}}}")
    outputs = run_demo()
    assert set(outputs) == {
        "sheet",
        *(f"lamp-{number}-{kind}" for number in (1, 2) for kind in ("before", "after", "mask")),
    }
    red = np.asarray(Image.open(repository / "images" / NAME))[:, :, 0]
    for number in (1, 2):
        mask = outputs[f"lamp-{number}-mask"][:, :, 0] > 127
        assert (mask == (red > 123)).mean() > 0.95, "the red of ImageNet's mean divides this image"


def test_proxy_shows_each_slider_at_both_ends(
    repository: Path, make_graph: MakeGraph, run_demo: RunDemo, tmp_path: Path
) -> None:
    nodes = [
        helper.make_node("ReduceSum", ["sliders"], ["gain"], keepdims=0),
        helper.make_node("Mul", ["image", "gain"], ["output"]),
    ]
    shape = (1, 3, "height", "width")
    graph = make_graph({"image": shape, "sliders": (1, 3)}, {"output": shape}, nodes)
    sliders = [
        {"name": name, "low": 0.0, "default": default, "high": 1.0, "unit": "1"}
        for name, default in (("gain", 1.0), ("lift", 0.0), ("other", 0.0))
    ]
    put(repository, "proxy", {"model.onnx": graph}, attributes={"space": "linear-rgb", "sliders": sliders})
    with pytest.raises(Failure, match="the demo needs 256 x 256"):
        run_demo()
    write_test_image(repository / "images" / NAME, 300, 400)
    outputs = run_demo()
    assert set(outputs) == {"sheet", "lamp-before", "lamp-after"}
    assert np.array_equal(outputs["lamp-before"], outputs["lamp-after"])
    width = 6 * 256 + 7 * 8
    assert outputs["sheet"].shape[1] == width, "eight images are in two lines of at most six"
    assert outputs["sheet"].shape[0] > 2 * 256
    low = outputs["sheet"][26 + 8 + 36 : 26 + 8 + 36 + 256, 8 + 2 * 264 : 8 + 2 * 264 + 256]
    assert low.max() == 0, "the first slider at its low end"


def test_only_images_of_seeded_weights_have_a_banner(
    repository: Path, make_graph: MakeGraph, run_demo: RunDemo
) -> None:
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 192)}, attributes={"input_sizes": [192]})
    config = Workspace(repository).model("toy") / "config.json"

    def marked() -> dict[str, bool]:
        return {name: bool((image == RED).all(axis=2).any()) for name, image in run_demo().items()}

    assert marked() == {"sheet": False, "lamp-before": False, "lamp-after": False}
    config.write_text(json.dumps({**json.loads(config.read_text()), SEED_KEY: 0}))
    assert marked() == {"sheet": True, "lamp-before": False, "lamp-after": True}


def test_large_image_is_cropped(repository: Path, make_graph: MakeGraph, tmp_path: Path, run_demo: RunDemo) -> None:
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 768)}, attributes={"input_sizes": [768]})
    write_test_image(tmp_path / "large.png", 700, 1500)
    assert run_demo(tmp_path / "large.png")["large-after"].shape == (700, 1024, 3)


def test_unusable_models_and_images_are_errors(
    repository: Path, make_graph: MakeGraph, tmp_path: Path, run_demo: RunDemo
) -> None:
    with pytest.raises(Failure, match="the model is not converted") as unconverted:
        run_demo()
    assert "dtmodels convert toy" in unconverted.value.fix
    graph = {"model.onnx": tiles(make_graph, 192)}
    put(repository, "denoise", graph, attributes={"input_sizes": [192]})
    (tmp_path / "text.png").write_text("not an image")
    with pytest.raises(Failure, match="this is text"):
        run_demo(tmp_path / "text.png")
    assert not Workspace(repository).demo("toy").exists()
    assert list((repository / "output/toy").glob(".*")) == []
    with pytest.raises(WrongUsage, match="no such image"):
        run_demo(tmp_path / "absent.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUsage, match="contains no image"):
        run_demo(tmp_path / "empty")
    samples(repository, "denoise", "images: [photographs/gone.jpg]")
    with pytest.raises(Failure, match="is missing"):
        run_demo()
    (repository / "images/denoise/demo.yaml").unlink()
    with pytest.raises(NothingToDo, match="no sample image"):
        run_demo()
    (Workspace(repository).model("toy") / "model.onnx").unlink()
    with pytest.raises(Failure, match=r"model\.onnx is missing"):
        run_demo()


def test_card_overrides_the_sample_set(repository: Path, make_graph: MakeGraph, run_demo: RunDemo) -> None:
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 192)}, attributes={"input_sizes": [192]})
    write_test_image(repository / "images/photographs/own.png", 64, 64)
    card = repository / "models/toy/card.yaml"
    card.write_text(card.read_text() + "demo:\n  images: [photographs/own.png]\n  electrons: 50\n")
    assert set(run_demo()) == {"sheet", "own-before", "own-after"}
    card.write_text(card.read_text() + "  prompts: {photographs/other.png: [{points: [[0.5, 0.5]]}]}\n")
    with pytest.raises(Failure, match=r"photographs/other\.png is no image of the demo"):
        run_demo()


INVALID_SETS = {
    "prompts: {a.png: [{points: [[0.5]]}]}": "demo.prompts.a.png[0].points[0] has 1 entries, fewer than 2",
    "prompts: {a.png: [{points: [[0.5, 1.5]]}]}": "demo.prompts.a.png[0].points[0][1] is 1.5, which is out of range",
    "prompts: {a.png: [{point: [[0.5, 0.5]]}]}": "'point' is not a field of demo.prompts.a.png[0]",
    "prompts: {a.png: [{box: [0, 0, 1]}]}": "demo.prompts.a.png[0].box has 3 entries, fewer than 4",
    "prompts: {a.png: {points: [[0, 0]]}}": "demo.prompts.a.png is a mapping, not a list",
    "prompts: {a.png: []}": "demo.prompts.a.png is empty",
    "electrons: few": "demo.electrons is 'few', not an integer",
    "shrink: 1": "demo.shrink is 1, which is out of range",
    "images: photographs/lamp.png": "demo.images is 'photographs/lamp.png', not a list",
}


@pytest.mark.parametrize(("text", "message"), INVALID_SETS.items())
def test_invalid_sample_set_is_an_error_with_position(tmp_path: Path, text: str, message: str) -> None:
    samples(tmp_path, "mask", text)
    with pytest.raises(Failure) as exc:
        read_sample_set(tmp_path / "images/mask")
    assert exc.value.what.startswith(message)
    assert exc.value.where.startswith(str(tmp_path / "images/mask/demo.yaml:2:"))
    assert exc.value.fix


def test_progress_names_each_sample(repository: Path, make_graph: MakeGraph) -> None:
    put(repository, "denoise", {"model.onnx": tiles(make_graph, 192)}, attributes={"input_sizes": [192]})
    remarks = io.StringIO()
    demo(Catalogue.load(repository).get("toy"), Workspace(repository), Console(remarks=remarks))
    assert "toy: lamp, " in remarks.getvalue()
