"""Tests of RRDBNet: published checkpoints fit, networks and graphs match the reference outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dtbase.system.errors import Failure
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch
from dtmodels.families.rrdb import LAYOUT, PARITY_SIDE, RECIPE, SCALES, RRDBNet, convert
from dtmodels.graph.parity import parity_psnr
from dtmodels.graph.runtime import Runtime

NAMES = {"x2": "BSRGANx2", "x4": "BSRGAN"}
TINY = {"features": 8, "blocks": 1, "growth": 4}


@pytest.fixture
def upscale_job(make_job: Callable[..., Job]) -> Callable[..., Job]:
    """Make a job whose card names some checkpoints."""

    def make(*names: str, **arguments: Any) -> Job:
        job = make_job("rrdb", "upscale", **{"attributes": {"input_sizes": [64]}, **arguments})
        checkpoints = tuple(Checkpoint(name=name, file="weights.pth") for name in names)
        return replace(job, card=replace(job.card, checkpoints=checkpoints))

    return make


@pytest.mark.parametrize("scale", SCALES)
def test_published_checkpoint_fits(scale: str, check_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    check_mapping(NAMES[scale], RRDBNet(SCALES[scale]), LAYOUT)


@pytest.mark.slow
@pytest.mark.parametrize("scale", SCALES)
def test_network_matches_reference_outputs(scale: str, check_network: Callable[..., None]) -> None:
    network = RRDBNet(SCALES[scale]).eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))
    check_network(network, NAMES[scale], {"main": (64, 64), "second": (50, 77)}, 3)


@pytest.mark.slow
@pytest.mark.parametrize("scale", SCALES)
def test_graph_matches_reference_outputs(
    *,
    scale: str,
    upscale_job: Callable[..., Job],
    check_graph: Callable[..., Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: Callable[..., Any],
) -> None:
    job, image = upscale_job(scale, seed=0), make_image(make_rng(), 3, 64, 64, 16).astype(np.float32)
    check_graph(convert, job, f"model_{scale}.onnx", NAMES[scale], "main", input=image)


def test_each_checkpoint_gives_one_graph(upscale_job: Callable[..., Job], built: Callable[..., Any]) -> None:
    job = upscale_job("x2", "x4", options=TINY, seed=0)
    for name, scale in SCALES.items():
        wide = built(convert, job, f"model_{name}.onnx")(input=np.zeros((1, 3, 64, 64), np.float32))["output"].shape[-1]
        assert wide == 64 * scale


def test_parity_of_a_large_tile_uses_a_smaller_one(
    upscale_job: Callable[..., Job], finished: Callable[..., Path], runtime: Runtime
) -> None:
    job = upscale_job("x4", options=TINY, seed=0, attributes={"input_sizes": [PARITY_SIDE + 32]})
    model = finished(convert, job) / "model_x4.onnx"
    with np.load(job.output / "model_x4.npz") as stored:
        assert stored["wanted output"].shape == (1, 3, 4 * PARITY_SIDE, 4 * PARITY_SIDE)
    assert runtime.load(model).inputs[0].shape == (1, 3, PARITY_SIDE + 32, PARITY_SIDE + 32)
    assert parity_psnr(job.output / "model_x4.onnx", model, runtime) > 100


def test_checkpoint_of_another_scale_is_rejected(upscale_job: Callable[..., Job], tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save(RRDBNet(2, *TINY.values()).state_dict(), path)
    with pytest.raises(StateDictMismatch, match=r"2 missing: upconv2\.bias, upconv2\.weight"):
        convert(upscale_job("x4", options=TINY, checkpoints={"x4": path}))


@pytest.mark.parametrize("names", [(), ("weights",), ("x2", "x3")])
def test_checkpoints_are_named_by_scale(upscale_job: Callable[..., Job], names: tuple[str, ...]) -> None:
    with pytest.raises(Failure, match=r"names no checkpoint|has checkpoints named"):
        convert(upscale_job(*names, options=TINY, seed=0))
