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


def made(picture: Tensor, method: int) -> Tensor:
    network = load_definition("demosaic").network().double()
    with torch.no_grad():
        output: Tensor = network(picture, torch.tensor([[float(method)]]))
    return output


@pytest.mark.parametrize("method", METHODS)
def test_measured_values_come_through(method: int) -> None:
    picture = mosaic()
    colours = made(picture, method)
    for channel, place in enumerate(bayer_masks(picture)[:3]):
        assert_allclose(colours[:, channel : channel + 1][place], picture[place], rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_flat_colour_stays_flat(method: int) -> None:
    red, green, blue, _ = bayer_masks(mosaic())
    picture = (0.5 * red + 0.5 * green + 0.5 * blue).double()
    assert_allclose(made(picture, method), 0.5, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_no_colour_is_negative_but_for_the_border_of_ratios(method: int) -> None:
    border = 0 if method == PPG else BORDER
    inner = made(mosaic() - 0.3, method)[..., border : 30 - border, border : 36 - border]
    assert (inner >= 0).all()
    assert (inner > 0).any()


def test_the_border_is_that_of_pattern_groups_not_clipped() -> None:
    apart = (made(mosaic(), RCD).clamp(min=0.0) != made(mosaic(), PPG)).any(dim=1)[0]
    assert not apart[:BORDER].any()
    assert not apart[-BORDER:].any()
    assert not apart[:, :BORDER].any()
    assert not apart[:, -BORDER:].any()
    assert apart[BORDER:-BORDER, BORDER:-BORDER].any()


@pytest.mark.parametrize("method", METHODS)
def test_reach_is_as_far_as_the_module_says(method: int) -> None:
    module: Module = load_definition("demosaic").module
    assert module.receptive_field is not None
    picture, side = mosaic(80, 80), 40
    changed = picture.clone()
    changed[..., side, side] += 1
    rows = torch.nonzero((made(changed, method) != made(picture, method)).any(dim=1)[0])
    assert int((rows - side).abs().max()) <= module.receptive_field
