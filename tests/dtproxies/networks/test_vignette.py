"""Where darktable's vignette leaves the ground of its formula, so does the network."""

import pytest
import torch

from dtproxies.networks.frame import whole_frame
from dtproxies.proxy.definition import load_definition

DEFAULT = [slider.default for slider in load_definition("vignette").module.sliders]
AT = {slider.name: number for number, slider in enumerate(load_definition("vignette").module.sliders)}
PICTURE = torch.full((1, 3, 40, 60), 0.5)


def made(**sliders: float) -> torch.Tensor:
    position = list(DEFAULT)
    for name, value in sliders.items():
        position[AT[name]] = value
    result: torch.Tensor = load_definition("vignette").network()(
        PICTURE, torch.tensor([position]), whole_frame(PICTURE)
    )
    return result.detach()


@pytest.mark.parametrize("ratio", [0.0, 2.0])
def test_a_shape_without_width_or_height_does_nothing(ratio: float) -> None:
    assert torch.equal(made(whratio=ratio), PICTURE)
    assert not torch.equal(made(whratio=ratio, autoratio=1.0), PICTURE)


def test_a_shape_of_zero_is_the_rectangle_that_the_least_shape_is() -> None:
    assert torch.equal(made(shape=0.0), made(shape=0.001))
    assert torch.equal(made(shape=0.0)[..., 10:30, 15:45], PICTURE[..., 10:30, 15:45])
    assert (made(shape=0.0)[..., :, 0] < 0.5).all()
