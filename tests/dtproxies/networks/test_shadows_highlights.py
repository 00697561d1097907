"""Shadows and highlights: neutral sliders, and the number of overlays."""

import math

import numpy as np
import torch

from dtproxies.networks.shadows_highlights import ShadowsHighlights

DEFAULTS = {
    "radius": 20.0,
    "shadows": 0.0,
    "whitepoint": 0.0,
    "highlights": 0.0,
    "compress": 50.0,
    "dark": 100.0,
    "bright": 50.0,
}


def make_image() -> torch.Tensor:
    pixels = np.random.default_rng(4).uniform((10, -30, -30), (90, 30, 30), (12, 17, 3))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def moved(image: torch.Tensor, **values: float) -> torch.Tensor:
    network = ShadowsHighlights().double()
    with torch.no_grad():
        network.strength.fill_(math.log(2))
    row = torch.tensor([list({**DEFAULTS, **values}.values())], dtype=torch.float64)
    result: torch.Tensor = network(image, row).detach()
    return result


def test_zero_sliders_leave_the_image_unchanged() -> None:
    assert torch.allclose(moved(make_image()), make_image())


def test_full_compression_leaves_midtones_unchanged() -> None:
    image = make_image()
    image[:, 0] = image[:, 0] / 5 + 40
    assert torch.allclose(moved(image, shadows=100.0, highlights=-100.0, compress=100.0), image)


def test_half_a_slider_is_one_overlay() -> None:
    image = torch.full((1, 3, 5, 5), 20.0, dtype=torch.float64)
    result = moved(image, shadows=50.0, compress=0.0, dark=50.0)
    light, negative = 0.2, 0.8
    expected = light * (1 - negative) + 2 * light * negative * negative
    assert torch.allclose(result[:, 0], torch.tensor(100 * expected, dtype=torch.float64))
