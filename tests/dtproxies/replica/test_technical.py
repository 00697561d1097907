"""Technical functions of edits, against formulas, with a darktable that computes them here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from dtproxies.networks.colour import apply_matrix, xyz_to_lab
from dtproxies.replica.technical import colorin, crop, finalscale, flip, rawprepare
from dtproxies.replica.technical._place import NoFunction

Pixels = np.ndarray[Any, Any]


@dataclass
class FakePlace:
    """A place whose darktable is a function of the probe."""

    module: Callable[[Pixels], Pixels] = lambda pixels: pixels
    params: dict[str, float] = field(default_factory=dict)
    input_shape: tuple[int, int, int] = (6, 8, 4)
    output_shape: tuple[int, int, int] = (6, 8, 4)

    @property
    def step(self) -> SimpleNamespace:
        return SimpleNamespace(input_shape=self.input_shape, output_shape=self.output_shape, moved=False)

    def probe(self, values: Pixels) -> Pixels:
        return self.module(values)


def image(channels: int = 3) -> torch.Tensor:
    return torch.rand(1, channels, 6, 8, generator=torch.Generator().manual_seed(3))


def test_black_levels_are_counted_from_the_corner_of_the_sensor() -> None:
    levels = {f"raw_black_level_separate[{site}]": 10.0 * (site + 1) for site in range(4)}
    params = {**levels, "raw_white_point": 1010.0, "left": 1.0, "top": 1.0, "flat_field": 0.0}
    place = FakePlace(params=params, input_shape=(6, 8, 1), output_shape=(4, 6, 1))
    output = rawprepare.build(place)(torch.full((1, 1, 6, 8), 510.0))  # type: ignore[arg-type]
    assert output.shape == (1, 1, 4, 6)
    assert float(output[0, 0, 0, 0]) == pytest.approx((510 - 40) / (1010 - 40))  # row 1, column 1 of the sensor
    assert float(output[0, 0, 0, 1]) == pytest.approx((510 - 30) / (1010 - 30))
    assert float(output[0, 0, 1, 0]) == pytest.approx((510 - 20) / (1010 - 20))
    assert float(output[0, 0, 1, 1]) == pytest.approx((510 - 10) / (1010 - 10))


def test_flat_field_is_left_to_darktable() -> None:
    with pytest.raises(NoFunction, match="vignetting"):
        rawprepare.build(FakePlace(params={"flat_field": 1.0}, input_shape=(6, 8, 1)))  # type: ignore[arg-type]


def test_rotation_and_cut_are_measured() -> None:
    turned = flip.build(FakePlace(lambda pixels: np.rot90(pixels).copy()))  # type: ignore[arg-type]
    assert torch.equal(turned(image()), torch.rot90(image(), dims=(2, 3)))
    cut = crop.build(FakePlace(lambda pixels: pixels[1:4, 2:7].copy()))  # type: ignore[arg-type]
    assert torch.equal(cut(image()), image()[..., 1:4, 2:7])


def test_resampling_is_left_to_darktable() -> None:
    with pytest.raises(NoFunction, match="fractions"):
        crop.build(FakePlace(lambda pixels: (pixels[:-1] + pixels[1:]) / 2))  # type: ignore[arg-type]


MATRIX = np.array([[0.6, 0.2, 0.1], [0.3, 0.7, 0.1], [0.02, 0.1, 0.7]])


def to_lab(pixels: Pixels, curve: float = 1.0) -> Pixels:
    planes = torch.from_numpy(pixels[..., :3].astype(np.float64) ** curve).permute(2, 0, 1)[None]
    lab = xyz_to_lab(apply_matrix(planes, MATRIX))[0].permute(1, 2, 0).numpy()
    return np.concatenate([lab, np.zeros_like(lab[..., :1])], axis=2)


def test_matrix_of_a_camera_is_measured() -> None:
    run = colorin.build(FakePlace(to_lab))  # type: ignore[arg-type]
    assert torch.allclose(run(image()), xyz_to_lab(apply_matrix(image(), MATRIX)), atol=1e-3)


def test_profile_with_a_curve_is_left_to_darktable() -> None:
    with pytest.raises(NoFunction, match="no matrix"):
        colorin.build(FakePlace(lambda pixels: to_lab(pixels, 1.2)))  # type: ignore[arg-type]


def test_scaling_is_left_to_darktable() -> None:
    assert finalscale.build(FakePlace())(image()).equal(image())  # type: ignore[arg-type]
    with pytest.raises(NoFunction, match="scales"):
        finalscale.build(FakePlace(output_shape=(3, 4, 4)))  # type: ignore[arg-type]
