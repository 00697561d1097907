import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import correlate1d

from dtbase.system.discovery import plugin_names
from dtproxies import modules
from dtproxies.images.image import chart, to_module_space
from dtproxies.networks.frame import call
from dtproxies.networks.gain import Gain
from dtproxies.networks.unsharp_mask import Unsharp
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.sampling import sample

ALL = [load_definition(name) for name in plugin_names(modules)]
IDS = [one.module.name for one in ALL]


def image(height: int = 40, width: int = 52, count: int = 1, seed: int = 0) -> torch.Tensor:
    """Sample Lab-like values, some negative, some above white."""
    return torch.from_numpy(np.random.default_rng(seed).normal(40, 60, (count, 3, height, width)))


def exact_gain() -> Gain:
    network = Gain().double()
    with torch.no_grad():
        network.rate.fill_(math.log(2))
        network.offset.fill_(1)
    return network


def exact_unsharp() -> Unsharp:
    network = Unsharp().double()
    with torch.no_grad():
        for scale in network.parameters():
            scale.fill_(1)
    return network


def test_gain_maps_white_to_one_and_black_to_zero() -> None:
    result = exact_gain()(torch.tensor([0.05, 0.25, -1.0]).double().reshape(1, 3, 1, 1), torch.tensor([[2.0, 0.05]]))
    assert_allclose(result.detach().flatten(), [0, 1, -1.05 / 0.2], atol=1e-7)


def test_unsharp_matches_a_reference_implementation() -> None:
    radius, amount, threshold, half = 1.4, 1.7, 3.0, 4
    steps = np.arange(-half, half + 1)
    kernel = np.exp(-(steps**2) / (2 * radius**2))
    pixels = image()
    lightness = pixels[0, 0].numpy()
    blurred = lightness
    for axis in (0, 1):
        blurred = correlate1d(blurred, kernel / kernel.sum(), axis=axis)
    difference = lightness - blurred
    shrunk = np.sign(difference) * np.maximum(np.abs(difference) - threshold, 0)
    expected = lightness.copy()
    inner = slice(half, -half)
    expected[inner, inner] += amount * shrunk[inner, inner]
    result = exact_unsharp()(pixels, torch.tensor([[radius, amount, threshold]], dtype=torch.float64))
    assert_allclose(result[0, 0].detach(), expected, atol=1e-9)
    assert torch.equal(result[:, 1:], pixels[:, 1:])


@pytest.mark.parametrize(("radius", "border"), [(0.3, 1), (1.2, 3), (4.8, 12), (30.0, 12)])
def test_unsharp_leaves_a_border_of_half_a_kernel(radius: float, border: int) -> None:
    pixels = image()
    result = exact_unsharp()(pixels, torch.tensor([[radius, 1.0, 0.0]], dtype=torch.float64))
    changed = (result != pixels)[0, 0]
    inside = torch.zeros_like(changed)
    inside[border:-border, border:-border] = True
    assert torch.equal(changed, inside)


@pytest.mark.parametrize("sliders", [(0.0, 2.0, 0.0), (3.0, 0.0, 0.0)])
def test_unsharp_without_radius_or_amount_is_the_identity(sliders: tuple[float, ...]) -> None:
    assert torch.equal(Unsharp().double()(image(), torch.tensor([sliders], dtype=torch.float64)), image())


def test_unsharp_leaves_small_images_unchanged() -> None:
    small = image(height=24, width=60)
    assert torch.equal(exact_unsharp()(small, torch.tensor([[8.0, 2.0, 0.0]], dtype=torch.float64)), small)


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_batch_equals_single_images(definition: ProxyDefinition) -> None:
    network, batch, sliders = definition.network().double(), chart_of(definition, count=3), positions(definition, 3)
    all_results = call(network, definition.module, batch, sliders)
    for number in range(3):
        single = call(network, definition.module, batch[number : number + 1], sliders[number : number + 1])
        assert_allclose(all_results[number].detach(), single[0].detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_image_sliders_and_parameters_have_gradients(definition: ProxyDefinition) -> None:
    network = trained(definition).double()
    pixels, sliders = chart_of(definition).requires_grad_(), positions(definition, 8).requires_grad_()
    # A large frame, because in a tiny one a blur relative to the frame size vanishes.
    frame = torch.tensor([[126.0, 76.0, 300.0, 200.0]], dtype=torch.float64).expand(8, 4)
    # Half of the images are pale, because some sliders act on haze only.
    middle = pixels.mean(dim=(2, 3), keepdim=True)
    batch = torch.cat([pixels, middle + (pixels - middle) / 8]).repeat(4, 1, 1, 1)
    (call(network, definition.module, batch, sliders, frame) ** 2).mean().backward()
    for tensor in (pixels, *network.parameters()):
        assert tensor.grad is not None
        assert torch.isfinite(tensor.grad).all()
        assert (tensor.grad != 0).any()
    if continuous(definition):
        assert sliders.grad is not None
        assert torch.isfinite(sliders.grad).all()
        nonzero = (sliders.grad != 0).any(dim=0).tolist()
        for slider, one in zip(definition.module.sliders, nonzero, strict=True):
            assert one or slider.name not in continuous(definition), slider.name


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_gradients_are_finite_at_slider_limits(definition: ProxyDefinition) -> None:
    pixels = chart_of(definition).float()
    for end in ("low", "high", "default"):
        sliders = _ends(definition, end).float().requires_grad_()
        if definition.reachable and not definition.reachable(sliders[0].tolist()):
            continue
        network = definition.network()
        call(network, definition.module, pixels, sliders).mean().backward()
        assert sliders.grad is None or torch.isfinite(sliders.grad).all()
        assert all(torch.isfinite(one.grad).all() for one in network.parameters() if one.grad is not None)


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_slider_gradients_match_finite_differences(definition: ProxyDefinition) -> None:
    network = trained(definition).double()
    pixels, sliders = chart_of(definition), positions(definition, 1).requires_grad_()

    def total(at: torch.Tensor) -> torch.Tensor:
        result = call(network, definition.module, pixels, at)
        weights = torch.from_numpy(np.random.default_rng(1).normal(size=result.shape))
        return (weights * result).sum()

    if not continuous(definition):
        return
    total(sliders).backward()
    assert sliders.grad is not None
    for number, slider in enumerate(definition.module.sliders):
        if slider.name not in continuous(definition):
            continue
        step = torch.zeros_like(sliders)
        across = sliders[0, number].item() if slider.scale == "log" else slider.high - slider.low
        step[0, number] = size = 1e-6 * across
        ends = [total(sliders.detach() + way * step).item() for way in (1, -1)]
        assert_allclose((ends[0] - ends[1]) / (2 * size), sliders.grad[0, number], rtol=1e-3, err_msg=slider.name)


def chart_of(definition: ProxyDefinition, count: int = 1) -> torch.Tensor:
    """Build charts in the module's space."""
    batch = [to_module_space(chart(48, number), definition.module) for number in range(count)]
    return torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).double()


def continuous(definition: ProxyDefinition) -> list[str]:
    """List the names of continuous sliders."""
    return [slider.name for slider in definition.module.sliders if not slider.choices and not slider.integer]


def positions(definition: ProxyDefinition, count: int) -> torch.Tensor:
    return torch.from_numpy(sample(definition.module, count, seed=5, reachable=definition.reachable))


def trained(definition: ProxyDefinition) -> torch.nn.Module:
    """Build the network with zero parameters replaced by noise, so that all gradients are nonzero."""
    torch.manual_seed(0)
    network = definition.network()
    with torch.no_grad():
        for parameter in network.parameters():
            if not parameter.any():
                parameter.add_(torch.randn_like(parameter) * 0.05)
    return network


def _ends(definition: ProxyDefinition, end: str) -> torch.Tensor:
    return torch.tensor([[getattr(slider, end) for slider in definition.module.sliders]], dtype=torch.float64)
