from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dtbase.image_files.image_file import read_image_file
from dtbase.image_files.write_image import write_image


def test_8_bit_round_trip(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    write_image(tmp_path / "out.png", read_image_file(tmp_path / "in.png").light)
    with Image.open(tmp_path / "out.png") as written:
        assert np.array_equal(np.asarray(written), pixels)


def test_pfm_keeps_light_above_white_and_png_clips_it(tmp_path: Path) -> None:
    image = np.full((2, 2, 3), 3.5, np.float32)
    write_image(tmp_path / "a.pfm", image)
    assert np.array_equal(read_image_file(tmp_path / "a.pfm").light, image)
    write_image(tmp_path / "a.png", image)
    assert read_image_file(tmp_path / "a.png").light.max() == pytest.approx(1)
