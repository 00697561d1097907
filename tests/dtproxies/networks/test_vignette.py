"""Special cases of darktable's vignette."""

import pytest
import torch

from dtproxies.networks.frame import whole_frame
from dtproxies.proxy.definition import load_definition

DEFAULT = [slider.default for slider in load_definition("vignette").module.sliders]
AT = {slider.name: number for number, slider in enumerate(load_definition("vignette").module.sliders)}
IMAGE = torch.full((1, 3, 40, 60), 0.5)


def run_network(**sliders: float) -> torch.Tensor:
    position = list(DEFAULT)
    for name, value in sliders.items():
        position[AT[name]] = value
    result: torch.Tensor = load_definition("vignette").network()(IMAGE, torch.tensor([position]), whole_frame(IMAGE))
    return result.detach()


@pytest.mark.parametrize("ratio", [0.0, 2.0])
def test_degenerate_ratio_leaves_the_image_unchanged(ratio: float) -> None:
    assert torch.equal(run_network(whratio=ratio), IMAGE)
    assert not torch.equal(run_network(whratio=ratio, autoratio=1.0), IMAGE)


def test_shape_zero_equals_the_smallest_shape() -> None:
    assert torch.equal(run_network(shape=0.0), run_network(shape=0.001))
    assert torch.equal(run_network(shape=0.0)[..., 10:30, 15:45], IMAGE[..., 10:30, 15:45])
    assert (run_network(shape=0.0)[..., :, 0] < 0.5).all()
