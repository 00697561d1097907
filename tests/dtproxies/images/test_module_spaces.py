import numpy as np
import pytest
from numpy.typing import NDArray

from dtproxies.images.module_spaces import from_space, to_space


def colours() -> NDArray[np.float32]:
    """Build an image of all colours of a coarse grid, linear Rec709."""
    steps = np.linspace(0.05, 0.95, 8, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, 32, 3)


@pytest.mark.parametrize("space", ["lab", "work-rgb", "input-rgb"])
def test_colour_space_round_trip(space: str) -> None:
    there = to_space(colours(), space)
    assert from_space(there, space) == pytest.approx(colours(), abs=2e-5)
