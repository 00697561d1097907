"""Building blocks of networks."""

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
    """Sample light of any sign, from very dark to very bright."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(0, 1, shape) * 2.0 ** rng.uniform(-12, 6, shape))


def perturbed(network: torch.nn.Module) -> torch.nn.Module:
    """Add noise to the parameters, as if the network had been trained."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return network


def test_slider_embedding_of_each_scale() -> None:
    embedding = SliderEmbedding(SLIDERS)
    result = embedding(torch.tensor([[2.0, 10.0, 90.0, 3.0], [6.0, 0.1, -180.0, 5.0]]))
    assert result.shape == (2, embedding.size) == (2, 7)
    assert_allclose(result[0], [0, 0, 0, -1, 0, 1, 0], atol=1e-6)
    assert_allclose(result[1], [1, -1, 1, 0, 0, 0, 1], atol=1e-6)


def test_slider_embedding_of_angles_is_periodic() -> None:
    result = SliderEmbedding(SLIDERS)(torch.tensor([[0.0, 1.0, -180.0, 0.0], [0.0, 1.0, 180.0, 0.0]]))
    assert_allclose(result[0], result[1], atol=1e-6)


def test_slider_embedding_without_sliders() -> None:
    assert SliderEmbedding(())(torch.zeros(3, 0)).shape == (3, 0)


def test_broadcast_sliders_per_image() -> None:
    (gain, _) = broadcast_sliders(torch.tensor([[2.0, 0.0], [3.0, 0.0]]))
    assert (gain * torch.ones(2, 3, 4, 5)).flatten(1).mean(dim=1).tolist() == [2.0, 3.0]


def test_stops_match_the_metrics_and_round_trip() -> None:
    from dtproxies.images.metrics import log_encode

    pixels = light(1, 3, 20, 20)
    assert_allclose(to_stops(pixels), log_encode(pixels.numpy()), atol=1e-12)
    assert_allclose(from_stops(to_stops(pixels)), pixels, rtol=1e-9)


@pytest.mark.parametrize("space", SPACES)
def test_colour_conversions_match_numpy(space: Space) -> None:
    pixels = light(2, 3, 9, 11)
    expected = np.moveaxis(to_space(np.moveaxis(pixels.numpy(), 1, -1), space), -1, 1)
    result = colour.from_rec709(pixels, space)
    assert_allclose(result, expected, rtol=1e-9, atol=1e-9)
    assert_allclose(colour.to_rec709(result, space), pixels, rtol=1e-6, atol=1e-9)
    again = np.moveaxis(from_space(np.moveaxis(result.numpy(), 1, -1), space), -1, 1)
    assert_allclose(colour.to_rec709(result, space), again, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("space", SPACES)
def test_colour_conversions_have_finite_gradients(space: Space) -> None:
    pixels = torch.cat([light(1, 3, 6, 6), torch.zeros(1, 3, 6, 6)]).requires_grad_()
    colour.convert(pixels, "input-rgb", space).sum().backward()
    assert pixels.grad is not None
    assert torch.isfinite(pixels.grad).all()
    assert (pixels.grad != 0).any()


def test_working_profile_white_is_lab_white() -> None:
    white = colour.convert(torch.ones(1, 3, 1, 1).double(), "work-rgb", "lab").flatten()
    assert_allclose(white, reference.linear_rec709_to_lab(np.ones(3)), atol=0.02)


def test_working_profile_matches_the_standard_up_to_rounding() -> None:
    rounded = reference.REC709_TO_XYZ_D50 @ np.linalg.inv(REC709_TO_REC2020)
    difference = np.abs(colour.REC2020_TO_XYZ_D50 - rounded)
    assert 1e-6 < difference.max() < 5e-5
    assert_allclose(colour.SRGB_TO_XYZ_D50, reference.REC709_TO_XYZ_D50, atol=5e-5)


@pytest.mark.parametrize("kernel", [1, 3])
def test_film_starts_at_zero_and_states_its_receptive_field(kernel: int) -> None:
    film = FiLM(3, 2, 7, width=8, depth=3, kernel=kernel)
    condition = torch.randn(1, 7)
    image = torch.rand(1, 3, 17, 17)
    assert not film(image, condition).any()
    perturbed(film)
    changed = image.clone()
    changed[..., 8, 8] += 1
    difference = (film(changed, condition) - film(image, condition)).abs().sum(dim=(0, 1)) > 1e-7
    rows = torch.nonzero(difference).flatten()
    assert int(rows.max()) == 8 + film.receptive_field
    assert int(rows.min()) == 8 - film.receptive_field
    assert film.receptive_field == (3 if kernel == 3 else 0)


def test_film_depends_on_the_condition() -> None:
    film = perturbed(FiLM(3, 3, 7, width=8))
    image = torch.rand(1, 3, 4, 4)
    assert not torch.allclose(film(image, torch.zeros(1, 7)), film(image, torch.ones(1, 7)))


def test_gates_weight_their_own_features() -> None:
    features = torch.arange(2 * 6 * 4.0).reshape(2, 6, 2, 2)
    gates = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    result = gate(features, gates)
    assert torch.equal(result[0], features[0, 0::2])
    assert torch.equal(result[1], 2 * features[1, 1::2])


@pytest.mark.parametrize("space", ["work-rgb", "lab"])
def test_mixer_is_the_identity_only_where_gates_are_zero(space: Space) -> None:
    module = Module(name="toy", version=1, kind="colour", space=space, sliders=SLIDERS, receptive_field=0)
    mixer = perturbed(Mixer(module, gates=("gain",)).double())
    image = light(2, 3, 5, 5)
    sliders = torch.tensor([[0.0, 10.0, 50.0, 3.0], [1.0, 10.0, 50.0, 3.0]]).double()
    result = mixer(image, sliders)
    assert torch.equal(result[0], image[0])
    assert not torch.allclose(result[1], image[1])


def test_mixer_without_gates_starts_as_the_identity() -> None:
    image = light(1, 3, 5, 5)
    assert torch.equal(Mixer(MODULE).double()(image, torch.tensor([[1.0, 2.0, 3.0, 0.0]]).double()), image)


def test_curve_starts_as_the_identity_and_extrapolates() -> None:
    values = torch.linspace(-1, 3, 101).reshape(1, 1, 1, -1)
    assert_allclose(Curve(4)(values, torch.randn(1, 4)).detach(), values, atol=1e-6)


def test_curve_is_monotonic_and_depends_on_the_condition() -> None:
    curve = perturbed(Curve(4, channels=2, knots=17, low=-0.5))
    values = torch.linspace(-1, 2, 301).expand(3, 2, 1, -1)
    result = curve(values, torch.randn(3, 4) * 5)
    assert (result.diff(dim=-1) >= 0).all()
    assert not torch.allclose(result[0, 0], result[1, 0])
    assert not torch.allclose(result[0, 0], result[0, 1])


def test_gaussian_matches_scipy_per_image() -> None:
    image = torch.rand(2, 3, 24, 30).double()
    result = gaussian(image, torch.tensor([0.8, 2.5]).double(), 10)
    for number, sigma in enumerate((0.8, 2.5)):
        expected = gaussian_filter(image[number].numpy(), (0, sigma, sigma), mode="nearest", radius=(0, 10, 10))
        assert_allclose(result[number], expected, atol=1e-12)


def test_gaussian_is_differentiable_in_its_radius() -> None:
    sigma = torch.tensor([1.5], requires_grad=True)
    inside = gaussian(torch.rand(1, 1, 40, 40) - 0.5, sigma, 6)[..., 8:-8, 8:-8]
    (inside**2).sum().backward()
    assert sigma.grad is not None
    assert float(sigma.grad) < 0, "a wider blur reduces the variance"


def test_gaussian_bank_has_all_radii() -> None:
    bank, image = GaussianBank((1.0, 3.0)), torch.rand(1, 2, 40, 40)
    result = bank(image)
    assert result.shape == (1, 4, 40, 40)
    assert result[:, 2:].std() < result[:, :2].std() < image.std()
    assert bank.receptive_field == 9


@pytest.mark.parametrize("size", [(32, 48), (33, 47), (8, 9)])
def test_pyramid_join_inverts_split(size: tuple[int, int]) -> None:
    pyramid, image = Pyramid(3), torch.rand(2, 3, *size)
    parts = pyramid.split(image)
    assert len(parts) == 4
    assert_allclose(pyramid.join(parts), image, atol=1e-6)


def test_frame_gives_tile_positions() -> None:
    image = torch.zeros(1, 3, 20, 40)
    columns, rows = frame.unit_grid(image, frame.whole_frame(image))
    tile = image[..., 5:15, 30:40]
    there = frame.unit_grid(tile, torch.tensor([[30.0, 5.0, 40.0, 20.0]]))
    assert torch.equal(there[0], columns[..., 30:40])
    assert torch.equal(there[1], rows[..., 5:15, :])
    assert frame.pixel_grid(tile, torch.tensor([[30.0, 5.0, 40.0, 20.0]]))[0].flatten()[0] == 30
