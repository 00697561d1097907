import numpy as np
import pytest

from dtbase.imaging.colour import linear_rec709_to_lab
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step


@pytest.mark.darktable
@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.5, 4), (0, 64)])
def test_lab_matches_darktables_module_input(
    darktable: Darktable, layouts: dict[str, ModuleLayout], low: float, high: float
) -> None:
    image = np.random.default_rng(1).uniform(low, high, (48, 64, 3)).astype(np.float32)
    actual = dump(darktable, image, [Step("sharpen")], layouts)["sharpen"].input
    difference = np.abs(linear_rec709_to_lab(image.astype(np.float64)) - actual)
    assert difference[..., 0].max() < 0.05
    assert difference[..., 1:].max() < 0.1
