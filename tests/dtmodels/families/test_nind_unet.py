"""Tests of NIND's networks: published checkpoints fit, networks and graphs match the reference outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from dtbase.system.errors import Failure
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch
from dtmodels.families._unets import UNet, UtNet2
from dtmodels.families.nind_unet import LAYOUT, RECIPE, MeanMatchedOutput, convert

NETWORKS: Mapping[str, Callable[[], nn.Module]] = {
    "generator_280": UNet,
    "rawnind-utnet2-bayer-4ch": lambda: UtNet2(4),
    "rawnind-utnet2-bayer-4ch-preupsample": lambda: UtNet2(4, upscale_first=True),
    "rawnind-utnet2-linear-3ch": lambda: UtNet2(3),
}
SIZES = {name: {"main": (256, 256), "second": (128, 320) if "utnet2" in name else (250, 333)} for name in NETWORKS}
CHANNELS = {name: 4 if "4ch" in name else 3 for name in NETWORKS}
GRAPHS = {
    "generator_280": ("weights", "model.onnx", {}),
    "rawnind-utnet2-bayer-4ch": ("bayer", "model_bayer.onnx", {"network": "utnet2"}),
    "rawnind-utnet2-bayer-4ch-preupsample": (
        "bayer",
        "model_bayer.onnx",
        {"network": "utnet2", "bayer": "preupsample"},
    ),
    "rawnind-utnet2-linear-3ch": ("linear", "model_linear.onnx", {"network": "utnet2"}),
}
NARROW = {"network": "utnet2", "width": 4}


@pytest.fixture
def denoise_job(make_job: Callable[..., Job]) -> Callable[..., Job]:
    """Make a job whose card names some checkpoints."""

    def make(*names: str, size: int = 256, attributes: Mapping[str, Any] | None = None, **arguments: Any) -> Job:
        job = make_job("nind_unet", "rawdenoise", attributes={"input_sizes": [size], **(attributes or {})}, **arguments)
        checkpoints = tuple(Checkpoint(name=name, file="weights.pt") for name in names)
        return replace(job, card=replace(job.card, checkpoints=checkpoints))

    return make


@pytest.mark.parametrize("name", NETWORKS)
def test_published_checkpoint_fits(name: str, check_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    check_mapping(name, NETWORKS[name](), LAYOUT)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_network_matches_reference_outputs(name: str, check_network: Callable[..., None]) -> None:
    network = NETWORKS[name]().eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))
    check_network(network, name, SIZES[name], CHANNELS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_graph_matches_reference_outputs(
    *,
    name: str,
    denoise_job: Callable[..., Job],
    check_graph: Callable[..., Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: Callable[..., Any],
) -> None:
    checkpoint, file, options = GRAPHS[name]
    image = make_image(make_rng(), CHANNELS[name], 256, 256, 16).astype(np.float32)
    check_graph(convert, denoise_job(checkpoint, options=options, seed=0), file, name, "main", input=image)


def test_mean_matched_output_counts_green_once() -> None:
    network = MeanMatchedOutput(UtNet2(4, 4).eval())
    planes = torch.rand(1, 4, 16, 16) * torch.tensor([0.2, 0.5, 0.7, 1.0]).reshape(1, 4, 1, 1)
    with torch.no_grad():
        network.network.output_module[0].bias += 1  # type: ignore[union-attr, index, operator]
        output = network(planes)
    red, green1, green2, blue = planes.mean(dim=(0, 2, 3))
    assert torch.allclose(output.mean(), (red + (green1 + green2) / 2 + blue) / 3)
    assert bool(torch.isfinite(network(torch.zeros(1, 4, 16, 16))).all())


def test_mean_is_matched_only_for_absolute_output_scale(
    denoise_job: Callable[..., Job], built: Callable[..., Any]
) -> None:
    absolute = {"model_bayer": {"output_scale": "absolute"}, "model_linear": {"output_scale": "match_gain"}}
    options, image = {**NARROW, "match_mean": True}, np.full((1, 4, 64, 64), 0.3, np.float32)
    job = denoise_job("bayer", "linear", size=64, attributes=absolute, options=options, seed=0)
    assert abs(built(convert, job, "model_bayer.onnx")(input=image)["output"].mean() - 0.3) < 1e-4
    assert abs(built(convert, job, "model_linear.onnx")(input=image[:, :3])["output"].mean() - 0.3) > 1e-3


def test_checkpoint_of_another_sensor_is_rejected(denoise_job: Callable[..., Job], tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(UtNet2(3, 4).state_dict(), path)
    job = denoise_job("bayer", size=64, options=NARROW, checkpoints={"bayer": path})
    with pytest.raises(StateDictMismatch, match=r"2 of another shape|3 of another shape: convs1\.0\.weight"):
        convert(job)


@pytest.mark.parametrize("names", [(), ("weights",), ("bayer", "xtrans")])
def test_raw_checkpoints_are_named_by_sensor(denoise_job: Callable[..., Job], names: tuple[str, ...]) -> None:
    with pytest.raises(Failure, match="its checkpoints are named"):
        convert(denoise_job(*names, options=NARROW, seed=0))


def test_unknown_network_is_rejected(denoise_job: Callable[..., Job]) -> None:
    with pytest.raises(Failure, match="is 'utnet3'") as failure:
        convert(denoise_job("weights", options={"network": "utnet3"}, seed=0))
    assert failure.value.fix == "one of: unet, utnet2"


def test_linear_weights_may_stand_in_a_graph(
    denoise_job: Callable[..., Job], built: Callable[..., Any], tmp_path: Path, make_rng: Callable[[], Any]
) -> None:
    network = UtNet2(3, 4).eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))
    published = tmp_path / "linear"
    export(network, {"input": example_input(1, 3, 64, 64)}, ["output"], tmp_path / "raw.onnx")
    onnx.save(onnx.load(tmp_path / "raw.onnx"), published)
    job = denoise_job("linear", size=64, options=NARROW, checkpoints={"linear": published})
    image = make_rng().random((1, 3, 64, 64), np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(image)).numpy()
    assert np.abs(built(convert, job, "model_linear.onnx")(input=image)["output"] - expected).max() < 1e-5


def test_cut_graph_of_linear_weights_is_one_error(denoise_job: Callable[..., Job], tmp_path: Path) -> None:
    published = tmp_path / "linear"
    export(UtNet2(3, 4).eval(), {"input": example_input(1, 3, 64, 64)}, ["output"], tmp_path / "raw.onnx")
    published.write_bytes(onnx.load(tmp_path / "raw.onnx").SerializeToString()[:20_000])
    with pytest.raises(Failure, match="is no complete ONNX graph"):
        convert(denoise_job("linear", size=64, options=NARROW, checkpoints={"linear": published}))
