"""NAFNet: the published checkpoint fits, and network and graph compute what the authors' code computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._nafnet import NAFNet
from dtmodels.families._nafnet_inference import replace_blocks
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch
from dtmodels.families.nafnet import LAYOUT, RECIPE, convert

NAME = "NAFNet-SIDD-width32"
SIDD = (32, (2, 2, 4, 8), 12, (2, 2, 2, 2))
TINY = {"width": 4, "encoder_blocks": [1, 1], "middle_blocks": 1, "decoder_blocks": [1, 1]}
MakeJob = Callable[..., Job]


def test_the_published_checkpoint_fits(hold_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    hold_mapping(NAME, NAFNet(*SIDD), LAYOUT)


@pytest.mark.slow
def test_the_network_computes_what_the_authors_compute(hold_network: Callable[..., None]) -> None:
    network = NAFNet(*SIDD).eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))

    def padded(image: Tensor) -> Tensor:
        """The authors pad with zeros, right and below."""
        height, width = image.shape[2:]
        full = network(functional.pad(image, (0, -width % network.multiple, 0, -height % network.multiple)))
        return full[..., :height, :width]

    hold_network(padded, NAME, {"main": (256, 256), "second": (250, 333)}, 3)


@pytest.mark.slow
def test_the_graph_computes_what_the_authors_compute(
    make_job: MakeJob, hold_graph: Callable[..., Any], draws: Callable[[], Any], picture: Callable[..., Any]
) -> None:
    job = make_job("nafnet", "denoise", attributes={"input_sizes": [256]}, seed=0)
    image = picture(draws(), 3, 256, 256, 16).astype(np.float32)
    hold_graph(convert, job, "model.onnx", NAME, "main", input=image)


def test_the_exported_form_computes_the_same() -> None:
    network, image = NAFNet(4, (1, 2), 2, (2, 1)).eval(), torch.rand(1, 3, 20, 28)
    network.load_state_dict(seeded_weights(network.state_dict(), 5, RECIPE))
    with torch.no_grad():
        wanted = network(image)
        found = replace_blocks(network)(image)
    assert float((found - wanted).abs().max()) < 1e-5 * float(wanted.std())


def test_the_graph_has_the_tile_size_of_the_card(make_job: MakeJob, built: Callable[..., Any]) -> None:
    job = make_job("nafnet", "denoise", options=TINY, attributes={"input_sizes": [24, 8]}, seed=0)
    assert built(convert, job, "model.onnx")(input=np.zeros((1, 3, 24, 24), np.float32))["output"].shape == (
        1,
        3,
        24,
        24,
    )


def test_a_tile_size_the_network_cannot_halve_is_refused(make_job: MakeJob) -> None:
    with pytest.raises(Failure, match="30 is no multiple of 4") as failure:
        convert(make_job("nafnet", "denoise", options=TINY, attributes={"input_sizes": [30]}, seed=0))
    assert failure.value.fix == "write 32"


def test_a_checkpoint_of_another_width_is_refused_by_name(make_job: MakeJob, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"params": NAFNet(6, (1, 1), 1, (1, 1)).state_dict()}, path)
    job = make_job("nafnet", "denoise", options=TINY, attributes={"input_sizes": [24]}, checkpoints={"weights": path})
    with pytest.raises(
        StateDictMismatch, match=r"weights.pth: .* of another shape: intro.weight \(6x3x3x3 for 4x3x3x3\)"
    ):
        convert(job)
    assert not list(job.output.iterdir())


@pytest.mark.parametrize("wrong", [{"width": "wide"}, {"width": 0}, {"encoder_blocks": 2}, {"middle_blocks": True}])
def test_wrong_options_name_themselves(make_job: MakeJob, wrong: dict[str, Any]) -> None:
    with pytest.raises(Failure, match="is ") as failure:
        convert(make_job("nafnet", "denoise", options=wrong, attributes={"input_sizes": [64]}, seed=0))
    assert failure.value.where == f"models/toy/card.yaml: convert.options.{next(iter(wrong))}"
