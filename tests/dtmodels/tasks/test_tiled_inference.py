"""Tests of tiled inference and of the camera simulation: nothing shifted, lost or counted twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from dtmodels.graph.runtime import Runtime, Session
from dtmodels.package.tile_sizes import TaskTiles
from dtmodels.tasks._camera import add_sensor_noise, demosaic_bilinear, pack_bayer_planes, to_mosaic
from dtmodels.tasks._tile_contract import Tile
from dtmodels.tasks._tiled_inference import Tiling

SIZE, OVERLAP = 32, 4
Load = Callable[..., Session]


@pytest.fixture
def load(make_graph: Callable[..., onnx.ModelProto], runtime: Runtime, tmp_path: Path) -> Load:
    """Load a graph of one node, from [1, 3, 32, 32] to the same shape times a scale."""

    def load_node(
        kind: str, scale: int = 1, constants: dict[str, np.ndarray] | None = None, **settings: object
    ) -> Session:
        shapes = {"input": (1, 3, SIZE, SIZE)}, {"output": (1, 3, SIZE * scale, SIZE * scale)}
        node = helper.make_node(kind, ["input", *(constants or {})], ["output"], **settings)
        path = tmp_path / "model.onnx"
        path.write_bytes(make_graph(*shapes, [node], constants=constants).SerializeToString())
        return runtime.load(path)

    return load_node


def tiling(session: Session, *, scale: int = 1, **settings: bool) -> Tiling:
    tile = Tile(file="model.onnx", sizes=("input_sizes",), channels=3, scale=scale, tiling=TaskTiles(overlap=OVERLAP))
    return Tiling(session=session, tile=tile, size=SIZE, **settings)


def random_image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).random((3, height, width), np.float32)


@pytest.mark.parametrize("blend", [False, True])
@pytest.mark.parametrize("size", [(7, 5), (24, 24), (25, 48), (70, 101)])
def test_identity_graph_returns_the_image(load: Load, size: tuple[int, int], blend: bool) -> None:
    image = random_image(*size)
    assert tiling(load("Identity"), blend=blend).run(image) == pytest.approx(image, abs=1e-6)


def test_upscaling_graph_upscales_each_tile(load: Load) -> None:
    image = random_image(30, 55)
    scales = {"roi": np.array([], np.float32), "scales": np.array([1, 1, 2, 2], np.float32)}
    upscaled = tiling(load("Resize", 2, scales, mode="nearest"), scale=2).run(image)
    assert upscaled == pytest.approx(np.repeat(np.repeat(image, 2, 1), 2, 2), abs=1e-6)


def test_receptive_field_within_the_overlap_leaves_no_seam(load: Load) -> None:
    image = random_image(60, 60)
    blurred = tiling(load("AveragePool", kernel_shape=[9, 9], pads=[4] * 4, count_include_pad=1)).run(image)
    padded = np.pad(image, [(0, 0), (4, 4), (4, 4)], mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (9, 9), axis=(1, 2))
    assert blurred == pytest.approx(windows.mean(axis=(3, 4)), abs=1e-5)


def test_tiles_are_cut_or_blended_across_their_overlap(
    make_graph: Callable[..., onnx.ModelProto], runtime: Runtime, tmp_path: Path
) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"]),
        helper.make_node("Mul", ["input", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "mean"], ["output"]),
    ]
    shape = (1, 3, SIZE, SIZE)
    graph = make_graph({"input": shape}, {"output": shape}, nodes, constants={"zero": np.float32(0)})
    (tmp_path / "mean.onnx").write_bytes(graph.SerializeToString())
    session = runtime.load(tmp_path / "mean.onnx")
    image = np.zeros((3, 24, 48), np.float32)
    image[:, :, 24:] = 1
    cut, blended = (tiling(session, blend=blend).run(image)[0, 0] for blend in (False, True))
    assert np.flatnonzero(np.diff(cut)).tolist() == [23]
    steps = np.flatnonzero(np.diff(blended))
    assert (steps[0], steps[-1]) == (24 - OVERLAP - 1, 24 + OVERLAP - 1)
    assert np.ptp(np.diff(blended)[steps[1:-1]]) < 1e-6


def test_match_gain_scales_each_tile_to_its_input(load: Load) -> None:
    image, brighter = random_image(24, 24), load("Add", constants={"other": np.float32(0.5)})
    assert tiling(brighter).run(image).mean() == pytest.approx(image.mean() + 0.5, abs=1e-3)
    whole = np.pad(image, [(0, 0), (OVERLAP, OVERLAP), (OVERLAP, OVERLAP)], mode="reflect")
    expected = (image + 0.5) * whole.mean() / (whole.mean() + 0.5)
    assert tiling(brighter, match_gain=True).run(image) == pytest.approx(expected, abs=1e-5)


def test_packing_and_mirroring_keep_the_bayer_pattern() -> None:
    light = np.broadcast_to(np.array([0.1, 0.5, 0.9]), (10, 14, 3))
    sites = to_mosaic(light)
    assert pack_bayer_planes(sites)[:, 0, 0].tolist() == pytest.approx([0.1, 0.5, 0.5, 0.9])
    mirrored = pack_bayer_planes(np.pad(sites, [(6, 8), (4, 2)], mode="reflect"))
    assert np.ptp(mirrored, axis=(1, 2)) == pytest.approx(np.zeros(4))
    assert demosaic_bilinear(sites) == pytest.approx(light)
    assert to_mosaic(np.ones((5, 7, 3))).shape == (4, 6)


def test_noise_variance_matches_the_electrons() -> None:
    grey = np.full((200, 200), 0.25)
    noisy = add_sensor_noise(grey, 400)
    assert noisy.mean() == pytest.approx(0.25, abs=0.001)
    assert noisy.var() == pytest.approx(0.25 / 400 + (3 / 400) ** 2, rel=0.03)
    assert np.array_equal(noisy, add_sensor_noise(grey, 400))
