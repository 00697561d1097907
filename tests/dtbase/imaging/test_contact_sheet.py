from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dtbase.imaging.contact_sheet import (
    CAPTION_HEIGHT,
    GAP,
    TITLE_HEIGHT,
    WARNING,
    DisplayImage,
    add_banner,
    difference_image,
    write_contact_sheet,
    write_png,
)


def grey(height: int, width: int, caption: str = "", value: float = 0.5) -> DisplayImage:
    return DisplayImage(np.full((height, width, 3), value), caption)


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_images_of_different_sizes_are_placed_in_rows_and_columns(tmp_path: Path) -> None:
    write_contact_sheet([[grey(20, 30), grey(10, 40)], [grey(16, 50)]], tmp_path / "sheet.png")
    sheet = read(tmp_path / "sheet.png")
    assert sheet.shape == (20 + 16 + 2 * CAPTION_HEIGHT + 3 * GAP, 50 + 40 + 3 * GAP, 3)
    first = sheet[GAP + CAPTION_HEIGHT : GAP + CAPTION_HEIGHT + 20, GAP : GAP + 30]
    assert (first == 128).all()
    below = sheet[2 * GAP + 2 * CAPTION_HEIGHT + 20 :, GAP : GAP + 50][:16]
    assert (below == 128).all()
    assert (sheet[:, -GAP:] == 255).all()


def test_title_and_long_captions_are_not_truncated(tmp_path: Path) -> None:
    short, long = grey(20, 20), grey(20, 20, "a caption that is far wider than its image\nand more")
    write_contact_sheet([[short]], tmp_path / "short.png")
    write_contact_sheet([[long]], tmp_path / "long.png", title="a title")
    assert read(tmp_path / "short.png").shape[1] == 20 + 2 * GAP
    sheet = read(tmp_path / "long.png")
    assert sheet.shape[0] == read(tmp_path / "short.png").shape[0] + TITLE_HEIGHT
    assert sheet.shape[1] > 200
    assert (sheet[:, -GAP:] == 255).all(), "the text ends before the edge"
    assert (sheet[:TITLE_HEIGHT] < 100).any(), "there is a title"


@pytest.mark.parametrize("width", [120, 451, 2000])
def test_banner_fits_the_image_and_changes_nothing_below_it(width: int) -> None:
    image = grey(100, width, value=0.0).pixels
    warned = np.rint(add_banner(image, "of no use for images") * 255)
    assert warned.shape == image.shape
    band = (warned == WARNING).all(axis=2)
    assert band[0].all()
    assert band[:, -GAP // 2 :].sum() == band[:, 0].sum() * GAP // 2, "no letter touches the edge"
    assert (warned[40:] == 0).all()
    assert (warned[:40] > 240).all(axis=2).any(), "white letters"


def test_png_is_rounded_to_8_bits_and_clipped(tmp_path: Path) -> None:
    write_png(np.array([[[-1.0, 0.5, 2.0]]]), tmp_path / "one.png")
    assert read(tmp_path / "one.png").tolist() == [[[0, 128, 255]]]


def test_difference_image_is_amplified_and_its_caption_states_the_factor() -> None:
    first, second = np.full((10, 10, 3), 0.5), np.full((10, 10, 3), 0.5003)
    image = difference_image(first, second)
    assert image.caption == "difference x 1000\nmaximum 3.0e-04 of white"
    np.testing.assert_allclose(image.pixels, 0.3)
    np.testing.assert_allclose(difference_image(first, second, 10).pixels, 0.003)
    assert np.all(difference_image(first, first).pixels == 0)
