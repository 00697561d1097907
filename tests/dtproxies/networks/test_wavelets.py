import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import correlate
from torch import Tensor

from dtproxies.networks.denoise_profile import Denoise
from dtproxies.networks.wavelets import NOISE, TAPS, decompose
from dtproxies.proxy.definition import load_definition

SPREAD, TOLERANCE = torch.tensor(0.02), 9.0


def noise(height: int = 96, width: int = 90) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(2, 3, height, width)))


def test_details_and_rest_sum_up_to_the_image() -> None:
    parts = list(decompose(noise(), 5, SPREAD, TOLERANCE))
    assert_allclose(sum(detail for detail, _ in parts) + parts[-1][1], noise(), atol=1e-12)


def test_small_differences_are_blurred_and_edges_are_kept() -> None:
    kernel = np.outer(TAPS, TAPS)
    ((_, coarse),) = decompose(noise() / 10, 1, SPREAD, TOLERANCE)
    assert_allclose(coarse[0, 1], correlate(noise()[0, 1].numpy() / 10, kernel, mode="nearest"), atol=1e-12)
    edge = torch.zeros(1, 3, 8, 8)
    edge[..., 4:] = 1000
    ((detail, _),) = decompose(edge, 1, SPREAD, TOLERANCE)
    assert not detail.any()


def test_noise_shrinks_between_scales_by_the_stated_factor() -> None:
    large = torch.from_numpy(np.random.default_rng(1).normal(size=(1, 1, 400, 400)))
    ((_, coarse),) = decompose(large, 1, torch.tensor(0.0), TOLERANCE)
    assert float(coarse.var()) == pytest.approx((sum(tap**2 for tap in TAPS)) ** 2, rel=0.05)
    assert pytest.approx(NOISE) == np.sqrt(sum(tap**2 for tap in TAPS))


def test_expected_noise_is_removed_and_edges_stay() -> None:
    slope, offset = 1e-3, 0.0
    clean = torch.full((1, 3, 128, 128), 0.2)
    clean[..., 64:] = 0.8
    noisy = clean + torch.randn(clean.shape, generator=torch.Generator().manual_seed(0)) * torch.sqrt(slope * clean)
    network: torch.nn.Module = load_definition("denoiseprofile").network()
    with torch.no_grad():
        result = network(noisy, torch.tensor([[1.0, 1.0, 0.0, slope, offset]]))
    assert (result - clean).std() < 0.35 * (noisy - clean).std()
    assert (result[..., :60].mean() - 0.2).abs() < 0.01
    assert (result[..., 68:].mean() - 0.8).abs() < 0.01


def test_transforms_of_denoise_invert() -> None:
    image = torch.rand(1, 3, 64, 64) + 0.1
    sliders = torch.tensor([[1e-3, 1.0, 0.0, 1e-5, 0.0]])
    for factors in ((1.0, 1.0, 1.0), (2.1, 1.0, 1.5)):
        with torch.no_grad():
            assert_allclose(Denoise(factors)(image, sliders), image, atol=2e-3)
