"""Light is taken atomically, and the radius is an integer, but in training."""

import numpy as np
import torch

from dtproxies.networks.bloom import Bloom


def picture() -> torch.Tensor:
    pixels = np.random.default_rng(4).uniform((10, -30, -30), (90, 30, 30), (12, 17, 3))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def bloomed(*sliders: float, training: bool = False) -> torch.Tensor:
    network = Bloom().double().train(training)
    made: torch.Tensor = network(picture(), torch.tensor([sliders], dtype=torch.float64)).detach()
    return made


def test_without_bright_light_nothing_changes() -> None:
    assert torch.equal(bloomed(20.0, 100.0, 0.0), picture())


def test_light_just_below_the_threshold_is_not_spread() -> None:
    brightest = picture()[:, 0].max().item() * torch.exp(0.01 * Bloom().double().rate).item()
    assert torch.equal(bloomed(20.0, brightest + 1e-9, 0.0), picture())
    assert (bloomed(0.0, brightest - 1e-9, 0.0) != picture()).any()


def test_radii_that_are_rounded_to_the_same_give_the_same() -> None:
    assert torch.equal(bloomed(0.2, 50.0, 25.0), bloomed(0.5, 50.0, 25.0))
    assert not torch.equal(bloomed(0.2, 50.0, 25.0), bloomed(0.1, 50.0, 25.0))
    assert not torch.equal(bloomed(0.2, 50.0, 25.0, training=True), bloomed(0.5, 50.0, 25.0, training=True))


def test_colour_stays() -> None:
    assert torch.equal(bloomed(20.0, 20.0, 50.0)[:, 1:], picture()[:, 1:])


def test_gradients_reach_all_sliders_of_the_trained_network_too() -> None:
    sliders = torch.tensor([[2.0, 50.0, 25.0]], dtype=torch.float64, requires_grad=True)
    (Bloom().double().eval()(picture(), sliders) ** 2).mean().backward()
    assert sliders.grad is not None
    assert torch.isfinite(sliders.grad).all()
    assert (sliders.grad != 0).all()
