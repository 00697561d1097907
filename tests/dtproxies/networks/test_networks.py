import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import correlate1d

from dtbase.system.discovery import member_names
from dtproxies import modules
from dtproxies.images.image import chart, to_module_space
from dtproxies.networks.frame import call
from dtproxies.networks.gain import Gain
from dtproxies.networks.unsharp_mask import Unsharp
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.sampling import sample

ALL = [load_definition(name) for name in member_names(modules)]
IDS = [one.module.name for one in ALL]


def image(height: int = 40, width: int = 52, count: int = 1, seed: int = 0) -> torch.Tensor:
    """Lab-like values, some negative, some above white."""
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
    made = exact_gain()(torch.tensor([0.05, 0.25, -1.0]).double().reshape(1, 3, 1, 1), torch.tensor([[2.0, 0.05]]))
    assert_allclose(made.detach().flatten(), [0, 1, -1.05 / 0.2], atol=1e-7)


def test_unsharp_is_the_unsharp_mask_written_out() -> None:
    radius, amount, threshold, half = 1.4, 1.7, 3.0, 4
    steps = np.arange(-half, half + 1)
    kernel = np.exp(-(steps**2) / (2 * radius**2))
    picture = image()
    lightness = picture[0, 0].numpy()
    blurred = lightness
    for axis in (0, 1):
        blurred = correlate1d(blurred, kernel / kernel.sum(), axis=axis)
    apart = lightness - blurred
    shrunk = np.sign(apart) * np.maximum(np.abs(apart) - threshold, 0)
    wanted = lightness.copy()
    inner = slice(half, -half)
    wanted[inner, inner] += amount * shrunk[inner, inner]
    made = exact_unsharp()(picture, torch.tensor([[radius, amount, threshold]], dtype=torch.float64))
    assert_allclose(made[0, 0].detach(), wanted, atol=1e-9)
    assert torch.equal(made[:, 1:], picture[:, 1:])


@pytest.mark.parametrize(("radius", "border"), [(0.3, 1), (1.2, 3), (4.8, 12), (30.0, 12)])
def test_unsharp_copies_a_border_as_wide_as_its_kernel(radius: float, border: int) -> None:
    picture = image()
    made = exact_unsharp()(picture, torch.tensor([[radius, 1.0, 0.0]], dtype=torch.float64))
    changed = (made != picture)[0, 0]
    inside = torch.zeros_like(changed)
    inside[border:-border, border:-border] = True
    assert torch.equal(changed, inside)


@pytest.mark.parametrize("sliders", [(0.0, 2.0, 0.0), (3.0, 0.0, 0.0)])
def test_unsharp_without_radius_or_amount_changes_nothing(sliders: tuple[float, ...]) -> None:
    assert torch.equal(Unsharp().double()(image(), torch.tensor([sliders], dtype=torch.float64)), image())


def test_unsharp_leaves_an_image_smaller_than_its_kernel_alone() -> None:
    small = image(height=24, width=60)
    assert torch.equal(exact_unsharp()(small, torch.tensor([[8.0, 2.0, 0.0]], dtype=torch.float64)), small)


@pytest.mark.parametrize("given", ALL, ids=IDS)
def test_a_batch_is_its_images_one_by_one(given: ProxyDefinition) -> None:
    network, pictures, sliders = given.network().double(), picture_of(given, count=3), positions(given, 3)
    together = call(network, given.module, pictures, sliders)
    for number in range(3):
        alone = call(network, given.module, pictures[number : number + 1], sliders[number : number + 1])
        assert_allclose(together[number].detach(), alone[0].detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("given", ALL, ids=IDS)
def test_gradients_reach_image_sliders_and_constants(given: ProxyDefinition) -> None:
    network = trained(given).double()
    picture, sliders = picture_of(given).requires_grad_(), positions(given, 8).requires_grad_()
    # In the middle of a frame: in a tiny one a blur by a share of it is none.
    frame = torch.tensor([[126.0, 76.0, 300.0, 200.0]], dtype=torch.float64).expand(8, 4)
    # Half of them pale: some sliders only act on haze.
    middle = picture.mean(dim=(2, 3), keepdim=True)
    pictures = torch.cat([picture, middle + (picture - middle) / 8]).repeat(4, 1, 1, 1)
    (call(network, given.module, pictures, sliders, frame) ** 2).mean().backward()
    for tensor in (picture, *network.parameters()):
        assert tensor.grad is not None
        assert torch.isfinite(tensor.grad).all()
        assert (tensor.grad != 0).any()
    if dragged(given):
        assert sliders.grad is not None
        assert torch.isfinite(sliders.grad).all()
        reached = (sliders.grad != 0).any(dim=0).tolist()
        for slider, one in zip(given.module.sliders, reached, strict=True):
            assert one or slider.name not in dragged(given), slider.name


@pytest.mark.parametrize("given", ALL, ids=IDS)
def test_gradients_are_finite_at_every_end_of_the_sliders(given: ProxyDefinition) -> None:
    picture = picture_of(given).float()
    for end in ("low", "high", "default"):
        sliders = _ends(given, end).float().requires_grad_()
        if given.reachable and not given.reachable(sliders[0].tolist()):
            continue
        network = given.network()
        call(network, given.module, picture, sliders).mean().backward()
        assert sliders.grad is None or torch.isfinite(sliders.grad).all()
        assert all(torch.isfinite(one.grad).all() for one in network.parameters() if one.grad is not None)


@pytest.mark.parametrize("given", ALL, ids=IDS)
def test_slider_gradients_are_the_slope_of_the_output(given: ProxyDefinition) -> None:
    network = trained(given).double()
    picture, sliders = picture_of(given), positions(given, 1).requires_grad_()

    def total(at: torch.Tensor) -> torch.Tensor:
        made = call(network, given.module, picture, at)
        weights = torch.from_numpy(np.random.default_rng(1).normal(size=made.shape))
        return (weights * made).sum()

    if not dragged(given):
        return
    total(sliders).backward()
    assert sliders.grad is not None
    for number, slider in enumerate(given.module.sliders):
        if slider.name not in dragged(given):
            continue
        step = torch.zeros_like(sliders)
        across = sliders[0, number].item() if slider.scale == "log" else slider.high - slider.low
        step[0, number] = size = 1e-6 * across
        ends = [total(sliders.detach() + way * step).item() for way in (1, -1)]
        assert_allclose((ends[0] - ends[1]) / (2 * size), sliders.grad[0, number], rtol=1e-3, err_msg=slider.name)


def picture_of(given: ProxyDefinition, count: int = 1) -> torch.Tensor:
    """A chart in the module's space."""
    pictures = [to_module_space(chart(48, number), given.module) for number in range(count)]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).double()


def dragged(given: ProxyDefinition) -> list[str]:
    """Sliders between whose values there are others."""
    return [slider.name for slider in given.module.sliders if not slider.choices and not slider.integer]


def positions(given: ProxyDefinition, count: int) -> torch.Tensor:
    return torch.from_numpy(sample(given.module, count, seed=5, reachable=given.reachable))


def trained(given: ProxyDefinition) -> torch.nn.Module:
    """The network with something where zeros were: before training, what they multiply is felt nowhere."""
    torch.manual_seed(0)
    network = given.network()
    with torch.no_grad():
        for parameter in network.parameters():
            if not parameter.any():
                parameter.add_(torch.randn_like(parameter) * 0.05)
    return network


def _ends(given: ProxyDefinition, end: str) -> torch.Tensor:
    return torch.tensor([[getattr(slider, end) for slider in given.module.sliders]], dtype=torch.float64)
