"""Exposure-independent guided filter of the tone equalizer."""

import numpy as np
import pytest
import torch

from dtproxies.networks.frame import whole_frame
from dtproxies.networks.smooth_mask import SmoothMask


def smoothed(light: torch.Tensor, blending: float = 20.0, feathering: float = 1.0) -> torch.Tensor:
    network = SmoothMask().double().eval()
    sliders = [torch.full((1, 1, 1, 1), one, dtype=torch.float64) for one in (blending, feathering)]
    return network(light, *sliders, whole_frame(light)).detach()


def noise(height: int, width: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).uniform(0.1, 2, (1, 1, height, width)))


@pytest.mark.parametrize("size", [(3, 3), (20, 31), (64, 48)])
def test_uniform_light_is_unchanged(size: tuple[int, int]) -> None:
    light = torch.full((1, 1, *size), 0.3, dtype=torch.float64)
    assert torch.allclose(smoothed(light), light)


def test_high_feathering_keeps_details() -> None:
    light = noise(24, 36)
    assert torch.allclose(smoothed(light, feathering=1e12), light, rtol=1e-6)


def test_low_feathering_leaves_the_local_mean() -> None:
    light = noise(64, 64)
    flat = smoothed(light, blending=100.0, feathering=1e-9)
    assert flat.std() < 0.2 * light.std()
    assert flat.mean() == pytest.approx(light.mean().item(), rel=0.2)


def test_filter_is_exposure_independent() -> None:
    light = noise(24, 36)
    assert torch.allclose(smoothed(7 * light), 7 * smoothed(light))


def test_edges_stay_sharper_than_in_the_mean() -> None:
    light = torch.ones(1, 1, 40, 40).double()
    light[..., 20:] = 16
    edge_preserving, mean = smoothed(light, feathering=10.0), smoothed(light, feathering=1e-9)
    assert (edge_preserving - light).abs().mean() < 0.5 * (mean - light).abs().mean()


def test_radius_is_rounded_and_has_a_gradient() -> None:
    light, blending = noise(100, 100), torch.full((1, 1, 1, 1), 31.5, dtype=torch.float64, requires_grad=True)
    assert torch.equal(smoothed(light, 31.5), smoothed(light, 32.5))
    assert not torch.equal(smoothed(light, 31.5), smoothed(light, 33.5))
    result = SmoothMask().double().eval()(light, blending, torch.ones_like(blending), whole_frame(light))
    (gradient,) = torch.autograd.grad(torch.sum(result**2), blending)
    assert gradient.item() != 0
