"""The guided filter is that of its paper; haze is taken from the pixels that have most of it."""

import numpy as np
import pytest
import torch

from dtproxies.networks.guided import guided, window_mean
from dtproxies.networks.haze import Haze


def random(*shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(4).uniform(0, 1, shape))


def cleared(image: torch.Tensor, strength: float, distance: float) -> torch.Tensor:
    made: torch.Tensor = Haze().double()(image, torch.tensor([[strength, distance]], dtype=torch.float64)).detach()
    return made


def test_a_window_is_smaller_at_the_border() -> None:
    image = random(1, 2, 9, 14)
    made = window_mean(image, 3)
    assert torch.allclose(made[..., 0, 0], image[..., :4, :4].mean(dim=(-2, -1)))
    assert torch.allclose(made[..., 5, 13], image[..., 2:9, 10:14].mean(dim=(-2, -1)))
    assert torch.allclose(made[..., 4, 6], image[..., 1:8, 3:10].mean(dim=(-2, -1)))


def test_in_a_window_as_large_as_the_picture_the_filter_is_ridge_regression() -> None:
    image, guide, even = random(1, 1, 6, 7), random(1, 3, 6, 7), 0.02
    colours, values = guide[0].flatten(1).T.numpy(), image.flatten().numpy()
    apart = colours - colours.mean(axis=0)
    slopes = np.linalg.solve(
        apart.T @ apart / len(apart) + even * np.eye(3), apart.T @ (values - values.mean()) / len(apart)
    )
    wanted = apart @ slopes + values.mean()
    made = guided(image, guide, 9, torch.tensor(even, dtype=torch.float64))
    assert np.allclose(made.flatten().numpy(), wanted)


@pytest.mark.parametrize("distance", [0.0, 0.4])
def test_without_strength_nothing_changes(distance: float) -> None:
    image = random(1, 3, 30, 40)
    assert torch.allclose(cleared(image, 0.0, distance), image)


def test_without_depth_nothing_is_cleared() -> None:
    image = random(1, 3, 30, 40)
    assert torch.allclose(cleared(image, 1.0, 0.0), image)


def test_what_has_the_colour_of_haze_keeps_it_and_the_rest_gets_more_contrast() -> None:
    haze = torch.tensor([0.5, 0.6, 0.7], dtype=torch.float64)[:, None, None]
    image = torch.cat([0.5 * random(1, 3, 40, 40) + 0.4 * haze, haze.expand(1, 3, 40, 40)], dim=3)
    made = cleared(image, 0.7, 1.0)
    assert torch.allclose(made[..., 60:], image[..., 60:])
    assert made[..., 5:20].std() > 1.2 * image[..., 5:20].std()
