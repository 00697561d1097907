import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtproxies.images.image import DIRECTORY, SOURCES, LinearImage, chart, crop, expose, read_photographs


@pytest.fixture
def directory(root: Path) -> Path:
    return root / DIRECTORY


def test_training_and_evaluation_photographs_are_disjoint(directory: Path) -> None:
    training, evaluation = (
        {photograph.name for photograph in read_photographs(directory, use)} for use in ("fit", "evaluate")
    )
    assert len(training) >= 2
    assert len(evaluation) >= 3
    assert not training & evaluation


def test_photographs_are_free_attributed_and_small(directory: Path) -> None:
    entries = json.loads((directory / SOURCES).read_text())["images"]
    table = (directory / "SOURCES.md").read_text()
    assert {entry["file"] for entry in entries} == {
        path.name for path in directory.iterdir() if path.suffix in {".png", ".jpg"}
    }
    for entry in entries:
        assert entry["license"] == "CC0-1.0"
        assert entry["origin"].startswith("https://")
        row = next(line for line in table.splitlines() if f"`{entry['file']}`" in line)
        assert all(entry[key] in row for key in ("author", "license", "use", "title"))
        assert (directory / entry["file"]).stat().st_size < 300_000


def test_photographs_are_linear_light(directory: Path) -> None:
    for photograph in read_photographs(directory, "evaluate"):
        assert photograph.pixels.dtype == np.float32
        assert photograph.pixels.ndim == 3
        assert 0 <= photograph.pixels.min() < photograph.pixels.max() <= 1
        assert photograph.pixels.mean() < 0.5


def test_changed_photograph_is_rejected(directory: Path, tmp_path: Path) -> None:
    copy = tmp_path / "proxy"
    shutil.copytree(directory, copy)
    entry = next(one for one in json.loads((copy / SOURCES).read_text())["images"] if one["use"] == "fit")
    (copy / entry["file"]).write_bytes((directory / entry["file"]).read_bytes() + b"\0")
    with pytest.raises(Failure, match="digest of the photograph differs"):
        read_photographs(copy, "fit")


def test_missing_index_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="--images"):
        read_photographs(tmp_path, "fit")


def test_charts_range_from_below_black_to_above_white() -> None:
    pixels = chart(256, 4).pixels
    assert pixels.shape == (256, 256, 3)
    assert pixels.min() < -0.2
    assert pixels.max() > 8
    assert np.array_equal(pixels, chart(256, 4).pixels)
    assert not np.array_equal(pixels, chart(256, 5).pixels)


def test_crops_contain_pixels_of_the_image() -> None:
    image = LinearImage("gradient", np.arange(30 * 40 * 3, dtype=np.float32).reshape(30, 40, 3))
    rng = np.random.default_rng(0)
    known = {tuple(pixel) for pixel in image.pixels.reshape(-1, 3).tolist()}
    for _ in range(20):
        part = crop(image, 16, rng).pixels
        assert part.shape == (16, 16, 3)
        pixels = {tuple(pixel) for pixel in part.reshape(-1, 3).tolist()}
        assert len(pixels) == 256
        assert pixels <= known


def test_small_images_cannot_be_cropped() -> None:
    with pytest.raises(Failure, match="8 x 8 pixels, but 16 x 16"):
        crop(LinearImage("small", np.zeros((8, 8, 3), np.float32)), 16, np.random.default_rng(0))


def test_expose_does_not_clip() -> None:
    bright = expose(LinearImage("chart", np.full((1, 1, 3), 0.75, np.float32)), 3)
    assert (bright.pixels == 6).all()
