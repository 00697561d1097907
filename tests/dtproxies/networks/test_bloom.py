"""Bloom: the threshold is hard and the radius an integer, except in training."""

import numpy as np
import torch

from dtproxies.networks.bloom import Bloom


def image() -> torch.Tensor:
    pixels = np.random.default_rng(4).uniform((10, -30, -30), (90, 30, 30), (12, 17, 3))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def bloomed(*sliders: float, training: bool = False) -> torch.Tensor:
    network = Bloom().double().train(training)
    result: torch.Tensor = network(image(), torch.tensor([sliders], dtype=torch.float64)).detach()
    return result


def test_without_bright_light_the_image_is_unchanged() -> None:
    assert torch.equal(bloomed(20.0, 100.0, 0.0), image())


def test_light_below_the_threshold_is_not_blurred() -> None:
    brightest = image()[:, 0].max().item() * torch.exp(0.01 * Bloom().double().rate).item()
    assert torch.equal(bloomed(20.0, brightest + 1e-9, 0.0), image())
    assert (bloomed(0.0, brightest - 1e-9, 0.0) != image()).any()


def test_radius_is_rounded_except_in_training() -> None:
    assert torch.equal(bloomed(0.2, 50.0, 25.0), bloomed(0.5, 50.0, 25.0))
    assert not torch.equal(bloomed(0.2, 50.0, 25.0), bloomed(0.1, 50.0, 25.0))
    assert not torch.equal(bloomed(0.2, 50.0, 25.0, training=True), bloomed(0.5, 50.0, 25.0, training=True))


def test_colour_is_unchanged() -> None:
    assert torch.equal(bloomed(20.0, 20.0, 50.0)[:, 1:], image()[:, 1:])


def test_all_sliders_have_gradients_in_eval_mode() -> None:
    sliders = torch.tensor([[2.0, 50.0, 25.0]], dtype=torch.float64, requires_grad=True)
    (Bloom().double().eval()(image(), sliders) ** 2).mean().backward()
    assert sliders.grad is not None
    assert torch.isfinite(sliders.grad).all()
    assert (sliders.grad != 0).all()
