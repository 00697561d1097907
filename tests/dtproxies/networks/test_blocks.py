"""The blocks that networks are built from."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import gaussian_filter
from torch import Tensor

from dtbase.imaging import colour as reference
from dtbase.imaging.colour_spaces import REC709_TO_REC2020
from dtproxies.images.module_spaces import from_space, to_space
from dtproxies.networks import colour, frame
from dtproxies.networks.blur import GaussianBank, Pyramid, gaussian
from dtproxies.networks.curve import Curve
from dtproxies.networks.encoding import from_stops, to_stops
from dtproxies.networks.film_layers import FiLM, gate
from dtproxies.networks.pointwise_network import Mixer
from dtproxies.networks.sliders import SliderEmbedding, broadcast_sliders
from dtproxies.vocabulary.module import Module, Slider, Space, choice

SLIDERS = (
    Slider(name="gain", low=-2.0, high=6.0, default=0.0, unit="EV"),
    Slider(name="radius", low=0.1, high=1000.0, default=1.0, unit="px", scale="log"),
    Slider(name="hue", low=-180.0, high=180.0, default=0.0, unit="degrees", scale="angle"),
    choice("mode", 0, soft=0, hard=3, odd=5),
)
MODULE = Module(name="toy", version=1, kind="colour", space="work-rgb", sliders=SLIDERS, receptive_field=0)
SPACES: list[Space] = ["work-rgb", "lab", "display", "input-rgb"]


def light(*shape: int, seed: int = 0) -> Tensor:
    """Light of any sign, from very dark to very bright."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(0, 1, shape) * 2.0 ** rng.uniform(-12, 6, shape))


def spoilt(network: torch.nn.Module) -> torch.nn.Module:
    """The network with random numbers where zeros were, as if it had been trained."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return network


def test_dials_are_places_in_the_ranges() -> None:
    dials = SliderEmbedding(SLIDERS)
    made = dials(torch.tensor([[2.0, 10.0, 90.0, 3.0], [6.0, 0.1, -180.0, 5.0]]))
    assert made.shape == (2, dials.size) == (2, 7)
    assert_allclose(made[0], [0, 0, 0, -1, 0, 1, 0], atol=1e-6)
    assert_allclose(made[1], [1, -1, 1, 0, 0, 0, 1], atol=1e-6)


def test_dials_meet_at_both_ends_of_an_angle() -> None:
    made = SliderEmbedding(SLIDERS)(torch.tensor([[0.0, 1.0, -180.0, 0.0], [0.0, 1.0, 180.0, 0.0]]))
    assert_allclose(made[0], made[1], atol=1e-6)


def test_no_sliders_make_no_dials() -> None:
    assert SliderEmbedding(())(torch.zeros(3, 0)).shape == (3, 0)


def test_planes_multiply_each_image_by_its_own_value() -> None:
    (gain, _) = broadcast_sliders(torch.tensor([[2.0, 0.0], [3.0, 0.0]]))
    assert (gain * torch.ones(2, 3, 4, 5)).flatten(1).mean(dim=1).tolist() == [2.0, 3.0]


def test_stops_are_those_of_the_metrics_and_come_back() -> None:
    from dtproxies.images.metrics import log_encode

    pixels = light(1, 3, 20, 20)
    assert_allclose(to_stops(pixels), log_encode(pixels.numpy()), atol=1e-12)
    assert_allclose(from_stops(to_stops(pixels)), pixels, rtol=1e-9)


@pytest.mark.parametrize("space", SPACES)
def test_colours_are_converted_as_numpy_does_it(space: Space) -> None:
    pixels = light(2, 3, 9, 11)
    wanted = np.moveaxis(to_space(np.moveaxis(pixels.numpy(), 1, -1), space), -1, 1)
    made = colour.from_rec709(pixels, space)
    assert_allclose(made, wanted, rtol=1e-9, atol=1e-9)
    assert_allclose(colour.to_rec709(made, space), pixels, rtol=1e-6, atol=1e-9)
    again = np.moveaxis(from_space(np.moveaxis(made.numpy(), 1, -1), space), -1, 1)
    assert_allclose(colour.to_rec709(made, space), again, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("space", SPACES)
def test_gradients_go_through_every_conversion_and_are_finite(space: Space) -> None:
    pixels = torch.cat([light(1, 3, 6, 6), torch.zeros(1, 3, 6, 6)]).requires_grad_()
    colour.convert(pixels, "input-rgb", space).sum().backward()
    assert pixels.grad is not None
    assert torch.isfinite(pixels.grad).all()
    assert (pixels.grad != 0).any()


def test_white_of_the_working_profile_is_white_of_lab() -> None:
    white = colour.convert(torch.ones(1, 3, 1, 1).double(), "work-rgb", "lab").flatten()
    assert_allclose(white, reference.linear_rec709_to_lab(np.ones(3)), atol=0.02)


def test_the_working_profile_is_that_of_the_standard_but_for_rounding() -> None:
    rounded = reference.REC709_TO_XYZ_D50 @ np.linalg.inv(REC709_TO_REC2020)
    apart = np.abs(colour.REC2020_TO_XYZ_D50 - rounded)
    assert 1e-6 < apart.max() < 5e-5
    assert_allclose(colour.SRGB_TO_XYZ_D50, reference.REC709_TO_XYZ_D50, atol=5e-5)


@pytest.mark.parametrize("kernel", [1, 3])
def test_film_starts_as_nothing_and_reaches_as_far_as_it_says(kernel: int) -> None:
    film = FiLM(3, 2, 7, width=8, depth=3, kernel=kernel)
    condition = torch.randn(1, 7)
    picture = torch.rand(1, 3, 17, 17)
    assert not film(picture, condition).any()
    spoilt(film)
    changed = picture.clone()
    changed[..., 8, 8] += 1
    apart = (film(changed, condition) - film(picture, condition)).abs().sum(dim=(0, 1)) > 1e-7
    rows = torch.nonzero(apart).flatten()
    assert int(rows.max()) == 8 + film.receptive_field
    assert int(rows.min()) == 8 - film.receptive_field
    assert film.receptive_field == (3 if kernel == 3 else 0)


def test_film_is_steered() -> None:
    film = spoilt(FiLM(3, 3, 7, width=8))
    picture = torch.rand(1, 3, 4, 4)
    assert not torch.allclose(film(picture, torch.zeros(1, 7)), film(picture, torch.ones(1, 7)))


def test_gates_weigh_their_own_images() -> None:
    features = torch.arange(2 * 6 * 4.0).reshape(2, 6, 2, 2)
    gates = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    made = gate(features, gates)
    assert torch.equal(made[0], features[0, 0::2])
    assert torch.equal(made[1], 2 * features[1, 1::2])


@pytest.mark.parametrize("space", ["work-rgb", "lab"])
def test_a_mixer_is_the_identity_where_its_gates_are_zero_and_not_elsewhere(space: Space) -> None:
    module = Module(name="toy", version=1, kind="colour", space=space, sliders=SLIDERS, receptive_field=0)
    mixer = spoilt(Mixer(module, gates=("gain",)).double())
    picture = light(2, 3, 5, 5)
    sliders = torch.tensor([[0.0, 10.0, 50.0, 3.0], [1.0, 10.0, 50.0, 3.0]]).double()
    made = mixer(picture, sliders)
    assert torch.equal(made[0], picture[0])
    assert not torch.allclose(made[1], picture[1])


def test_a_mixer_without_gates_starts_as_the_identity() -> None:
    picture = light(1, 3, 5, 5)
    assert torch.equal(Mixer(MODULE).double()(picture, torch.tensor([[1.0, 2.0, 3.0, 0.0]]).double()), picture)


def test_a_curve_starts_as_the_identity_and_goes_on_beyond_its_ends() -> None:
    values = torch.linspace(-1, 3, 101).reshape(1, 1, 1, -1)
    assert_allclose(Curve(4)(values, torch.randn(1, 4)).detach(), values, atol=1e-6)


def test_a_curve_never_falls_and_is_shaped_by_the_condition() -> None:
    curve = spoilt(Curve(4, channels=2, knots=17, low=-0.5))
    values = torch.linspace(-1, 2, 301).expand(3, 2, 1, -1)
    made = curve(values, torch.randn(3, 4) * 5)
    assert (made.diff(dim=-1) >= 0).all()
    assert not torch.allclose(made[0, 0], made[1, 0])
    assert not torch.allclose(made[0, 0], made[0, 1])


def test_a_blur_is_the_gaussian_of_scipy_with_its_own_radius_for_each_image() -> None:
    picture = torch.rand(2, 3, 24, 30).double()
    made = gaussian(picture, torch.tensor([0.8, 2.5]).double(), 10)
    for number, sigma in enumerate((0.8, 2.5)):
        wanted = gaussian_filter(picture[number].numpy(), (0, sigma, sigma), mode="nearest", radius=(0, 10, 10))
        assert_allclose(made[number], wanted, atol=1e-12)


def test_gradients_of_a_blur_reach_its_radius() -> None:
    sigma = torch.tensor([1.5], requires_grad=True)
    inside = gaussian(torch.rand(1, 1, 40, 40) - 0.5, sigma, 6)[..., 8:-8, 8:-8]
    (inside**2).sum().backward()
    assert sigma.grad is not None
    assert float(sigma.grad) < 0, "a wider blur leaves less"


def test_a_bank_holds_every_radius() -> None:
    bank, picture = GaussianBank((1.0, 3.0)), torch.rand(1, 2, 40, 40)
    made = bank(picture)
    assert made.shape == (1, 4, 40, 40)
    assert made[:, 2:].std() < made[:, :2].std() < picture.std()
    assert bank.receptive_field == 9


@pytest.mark.parametrize("size", [(32, 48), (33, 47), (8, 9)])
def test_the_parts_of_a_pyramid_are_the_image(size: tuple[int, int]) -> None:
    pyramid, picture = Pyramid(3), torch.rand(2, 3, *size)
    parts = pyramid.split(picture)
    assert len(parts) == 4
    assert_allclose(pyramid.join(parts), picture, atol=1e-6)


def test_a_frame_says_where_a_tile_lies() -> None:
    picture = torch.zeros(1, 3, 20, 40)
    columns, rows = frame.unit_grid(picture, frame.whole_frame(picture))
    tile = picture[..., 5:15, 30:40]
    there = frame.unit_grid(tile, torch.tensor([[30.0, 5.0, 40.0, 20.0]]))
    assert torch.equal(there[0], columns[..., 30:40])
    assert torch.equal(there[1], rows[..., 5:15, :])
    assert frame.pixel_grid(tile, torch.tensor([[30.0, 5.0, 40.0, 20.0]]))[0].flatten()[0] == 30
