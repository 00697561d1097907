"""NIND's networks: the published checkpoints fit, and networks and graphs compute what the authors' code computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from dtmodels.families._unets import UNet, UtNet2
from dtmodels.families.nind_unet import LAYOUT, RECIPE, MeanMatchedOutput, convert

NETWORKS: Mapping[str, Callable[[], nn.Module]] = {
    "generator_280": UNet,
    "rawnind-utnet2-bayer-4ch": lambda: UtNet2(4),
    "rawnind-utnet2-bayer-4ch-preupsample": lambda: UtNet2(4, enlarge_first=True),
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
    """A job whose card names the given checkpoints."""

    def make(*names: str, size: int = 256, attributes: Mapping[str, Any] | None = None, **given: Any) -> Job:
        job = make_job("nind_unet", "rawdenoise", attributes={"input_sizes": [size], **(attributes or {})}, **given)
        checkpoints = tuple(Checkpoint(name=name, file="weights.pt") for name in names)
        return replace(job, card=replace(job.card, checkpoints=checkpoints))

    return make


@pytest.mark.parametrize("name", NETWORKS)
def test_the_published_checkpoint_fits(name: str, hold_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    hold_mapping(name, NETWORKS[name](), LAYOUT)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_computes_what_the_authors_compute(name: str, hold_network: Callable[..., None]) -> None:
    network = NETWORKS[name]().eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))
    hold_network(network, name, SIZES[name], CHANNELS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_the_graph_computes_what_the_authors_compute(
    *,
    name: str,
    denoise_job: Callable[..., Job],
    hold_graph: Callable[..., Any],
    draws: Callable[[], np.random.Generator],
    picture: Callable[..., Any],
) -> None:
    checkpoint, file, options = GRAPHS[name]
    image = picture(draws(), CHANNELS[name], 256, 256, 16).astype(np.float32)
    hold_graph(convert, denoise_job(checkpoint, options=options, seed=0), file, name, "main", input=image)


def test_the_output_gets_the_mean_of_the_input_with_green_counted_once() -> None:
    network = MeanMatchedOutput(UtNet2(4, 4).eval())
    planes = torch.rand(1, 4, 16, 16) * torch.tensor([0.2, 0.5, 0.7, 1.0]).reshape(1, 4, 1, 1)
    with torch.no_grad():
        network.network.output_module[0].bias += 1  # type: ignore[union-attr, index, operator]
        found = network(planes)
    red, green, other, blue = planes.mean(dim=(0, 2, 3))
    assert torch.allclose(found.mean(), (red + (green + other) / 2 + blue) / 3)
    assert bool(torch.isfinite(network(torch.zeros(1, 4, 16, 16))).all())


def test_the_mean_is_matched_only_where_darktable_does_not(
    denoise_job: Callable[..., Job], built: Callable[..., Any]
) -> None:
    absolute = {"model_bayer": {"output_scale": "absolute"}, "model_linear": {"output_scale": "match_gain"}}
    options, image = {**NARROW, "match_mean": True}, np.full((1, 4, 64, 64), 0.3, np.float32)
    job = denoise_job("bayer", "linear", size=64, attributes=absolute, options=options, seed=0)
    assert abs(built(convert, job, "model_bayer.onnx")(input=image)["output"].mean() - 0.3) < 1e-4
    assert abs(built(convert, job, "model_linear.onnx")(input=image[:, :3])["output"].mean() - 0.3) > 1e-3


def test_a_checkpoint_of_another_sensor_is_refused(denoise_job: Callable[..., Job], tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(UtNet2(3, 4).state_dict(), path)
    job = denoise_job("bayer", size=64, options=NARROW, checkpoints={"bayer": path})
    with pytest.raises(StateDictMismatch, match=r"2 of another shape|3 of another shape: convs1\.0\.weight"):
        convert(job)


@pytest.mark.parametrize("names", [(), ("weights",), ("bayer", "xtrans")])
def test_checkpoints_of_raw_networks_are_named_by_their_sensor(
    denoise_job: Callable[..., Job], names: tuple[str, ...]
) -> None:
    with pytest.raises(Failure, match="its checkpoints are named"):
        convert(denoise_job(*names, options=NARROW, seed=0))


def test_an_unknown_network_is_refused(denoise_job: Callable[..., Job]) -> None:
    with pytest.raises(Failure, match="is 'utnet3'") as failure:
        convert(denoise_job("weights", options={"network": "utnet3"}, seed=0))
    assert failure.value.fix == "one of: unet, utnet2"
