"""Tests of NAFNet: the published checkpoint fits, network and graph match the reference outputs."""

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


def test_published_checkpoint_fits(check_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    check_mapping(NAME, NAFNet(*SIDD), LAYOUT)


@pytest.mark.slow
def test_network_matches_reference_outputs(check_network: Callable[..., None]) -> None:
    network = NAFNet(*SIDD).eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))

    def padded(image: Tensor) -> Tensor:
        """Pad with zeros on the right and below, as the authors do."""
        height, width = image.shape[2:]
        full = network(functional.pad(image, (0, -width % network.multiple, 0, -height % network.multiple)))
        return full[..., :height, :width]

    check_network(padded, NAME, {"main": (256, 256), "second": (250, 333)}, 3)


@pytest.mark.slow
def test_graph_matches_reference_outputs(
    make_job: MakeJob, check_graph: Callable[..., Any], make_rng: Callable[[], Any], make_image: Callable[..., Any]
) -> None:
    job = make_job("nafnet", "denoise", attributes={"input_sizes": [256]}, seed=0)
    image = make_image(make_rng(), 3, 256, 256, 16).astype(np.float32)
    check_graph(convert, job, "model.onnx", NAME, "main", input=image)


def test_inference_form_matches_the_original() -> None:
    network, image = NAFNet(4, (1, 2), 2, (2, 1)).eval(), torch.rand(1, 3, 20, 28)
    network.load_state_dict(seeded_weights(network.state_dict(), 5, RECIPE))
    with torch.no_grad():
        expected = network(image)
        output = replace_blocks(network)(image)
    assert float((output - expected).abs().max()) < 1e-5 * float(expected.std())


def test_graph_has_the_tile_size_of_the_card(make_job: MakeJob, built: Callable[..., Any]) -> None:
    job = make_job("nafnet", "denoise", options=TINY, attributes={"input_sizes": [24, 8]}, seed=0)
    assert built(convert, job, "model.onnx")(input=np.zeros((1, 3, 24, 24), np.float32))["output"].shape == (
        1,
        3,
        24,
        24,
    )


def test_invalid_tile_size_is_rejected(make_job: MakeJob) -> None:
    with pytest.raises(Failure, match="30 is not a multiple of 4") as failure:
        convert(make_job("nafnet", "denoise", options=TINY, attributes={"input_sizes": [30]}, seed=0))
    assert failure.value.fix == "write 32"


def test_checkpoint_of_another_width_is_rejected(make_job: MakeJob, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"params": NAFNet(6, (1, 1), 1, (1, 1)).state_dict()}, path)
    job = make_job("nafnet", "denoise", options=TINY, attributes={"input_sizes": [24]}, checkpoints={"weights": path})
    with pytest.raises(
        StateDictMismatch, match=r"weights.pth: .* of another shape: intro.weight \(6x3x3x3 for 4x3x3x3\)"
    ):
        convert(job)
    assert not list(job.output.iterdir())


@pytest.mark.parametrize("options", [{"width": "wide"}, {"width": 0}, {"encoder_blocks": 2}, {"middle_blocks": True}])
def test_invalid_options_are_located(make_job: MakeJob, options: dict[str, Any]) -> None:
    with pytest.raises(Failure, match="is ") as failure:
        convert(make_job("nafnet", "denoise", options=options, attributes={"input_sizes": [64]}, seed=0))
    assert failure.value.where == f"models/toy/card.yaml: convert.options.{next(iter(options))}"
