import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import Tensor

from dtproxies.networks.bayer import bayer_masks
from dtproxies.networks.rcd import BORDER, PPG
from dtproxies.proxy.definition import load_definition
from dtproxies.vocabulary.module import Module

RCD = 5
METHODS = [PPG, RCD]


def mosaic(height: int = 30, width: int = 36) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).uniform(0, 1, (1, 1, height, width)))


def run_network(image: Tensor, method: int) -> Tensor:
    network = load_definition("demosaic").network().double()
    with torch.no_grad():
        output: Tensor = network(image, torch.tensor([[float(method)]]))
    return output


@pytest.mark.parametrize("method", METHODS)
def test_measured_values_are_unchanged(method: int) -> None:
    image = mosaic()
    colours = run_network(image, method)
    for channel, mask in enumerate(bayer_masks(image)[:3]):
        assert_allclose(colours[:, channel : channel + 1][mask], image[mask], rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_flat_colour_stays_flat(method: int) -> None:
    red, green, blue, _ = bayer_masks(mosaic())
    image = (0.5 * red + 0.5 * green + 0.5 * blue).double()
    assert_allclose(run_network(image, method), 0.5, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_output_is_not_negative_inside_the_border(method: int) -> None:
    border = 0 if method == PPG else BORDER
    inner = run_network(mosaic() - 0.3, method)[..., border : 30 - border, border : 36 - border]
    assert (inner >= 0).all()
    assert (inner > 0).any()


def test_rcd_border_is_unclipped_ppg() -> None:
    difference = (run_network(mosaic(), RCD).clamp(min=0.0) != run_network(mosaic(), PPG)).any(dim=1)[0]
    assert not difference[:BORDER].any()
    assert not difference[-BORDER:].any()
    assert not difference[:, :BORDER].any()
    assert not difference[:, -BORDER:].any()
    assert difference[BORDER:-BORDER, BORDER:-BORDER].any()


@pytest.mark.parametrize("method", METHODS)
def test_receptive_field_is_at_most_the_stated_one(method: int) -> None:
    module: Module = load_definition("demosaic").module
    assert module.receptive_field is not None
    image, side = mosaic(80, 80), 40
    changed = image.clone()
    changed[..., side, side] += 1
    rows = torch.nonzero((run_network(changed, method) != run_network(image, method)).any(dim=1)[0])
    assert int((rows - side).abs().max()) <= module.receptive_field
