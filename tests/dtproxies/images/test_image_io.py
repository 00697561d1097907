from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dtbase.system.errors import Failure
from dtproxies.images import image_io
from dtproxies.images.module_spaces import from_space, to_space


def colours() -> NDArray[np.float32]:
    """Build an image of all colours of a coarse grid, linear Rec709."""
    steps = np.linspace(0.05, 0.95, 8, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, 32, 3)


def test_8_bit_round_trip(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    image_io.write_image(tmp_path / "out.png", image_io.read_image(tmp_path / "in.png"))
    with Image.open(tmp_path / "out.png") as written:
        assert np.array_equal(np.asarray(written), pixels)


def test_16_bit_grey_keeps_its_depth(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 20000, 20001, 65535]], np.uint16)).save(tmp_path / "deep.png")
    read = image_io.read_image(tmp_path / "deep.png")
    assert read.shape == (1, 4, 3)
    assert read[0, 2, 0] > read[0, 1, 0]
    assert read[0, 3].tolist() == pytest.approx([1, 1, 1])


def test_pfm_keeps_light_above_white_and_png_clips_it(tmp_path: Path) -> None:
    image = np.full((2, 2, 3), 3.5, np.float32)
    image_io.write_image(tmp_path / "a.pfm", image)
    assert np.array_equal(image_io.read_image(tmp_path / "a.pfm"), image)
    image_io.write_image(tmp_path / "a.png", image)
    assert image_io.read_image(tmp_path / "a.png").max() == pytest.approx(1)


@pytest.mark.parametrize("space", ["lab", "work-rgb", "input-rgb"])
def test_colour_space_round_trip(space: str) -> None:
    there = to_space(colours(), space)
    assert from_space(there, space) == pytest.approx(colours(), abs=2e-5)


@pytest.mark.parametrize(("name", "reason"), [("none.png", "no such file"), ("text.png", "not an image")])
def test_invalid_image_files_are_rejected(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(Failure, match=reason) as exc:
        image_io.read_image(tmp_path / name)
    assert exc.value.where == str(tmp_path / name)
