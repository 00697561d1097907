"""Compressions and predictors of TIFF that other programs write; what is no image of it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from dtbase.image_files.image_file import read_image_file
from dtbase.imaging.colour import srgb_to_linear
from dtbase.system.errors import WrongUsage
from tests.support.image_builders import floating_predictor, tiff

HEIGHT, WIDTH = 9, 6
UINT, FLOAT = 1, 3


def by_libtiff(data: bytes, name: str) -> bytes:
    """Compress bytes as libtiff does, taken out of a grey TIFF of one row."""
    buffer = io.BytesIO()
    Image.frombytes("L", (len(data), 1), data).save(buffer, "TIFF", compression=name, strip_size=1 << 30)
    buffer.seek(0)
    with tifffile.TiffFile(buffer) as file:
        page = file.pages.first
        (start,), (size,) = page.dataoffsets, page.databytecounts
    return buffer.getvalue()[start : start + size]


COMPRESSIONS: dict[int, Callable[[bytes], bytes]] = {
    1: bytes,
    5: lambda data: by_libtiff(data, "tiff_lzw"),
    8: zlib.compress,
    32773: lambda data: by_libtiff(data, "packbits"),
    32946: zlib.compress,
    34925: lambda data: by_libtiff(data, "lzma"),
    50000: lambda data: by_libtiff(data, "zstd"),
}


def write(
    path: Path,
    values: NDArray[np.generic],
    compression: int,
    predictor: int,
    order: str,
    *,
    rows: int = 4,
    kind: int = 2,
) -> Path:
    """Write RGB or grey in strips of some rows."""
    height, width, channels = values.shape
    bits, form = 8 * values.dtype.itemsize, FLOAT if values.dtype.kind == "f" else UINT
    tags = [(256, "H", [width]), (257, "H", [height]), (258, "H", [bits] * channels), (259, "H", [compression])]
    tags += [(262, "H", [kind]), (277, "H", [channels]), (278, "H", [rows]), (317, "H", [predictor])]
    strips = [values[top : top + rows] for top in range(0, height, rows)]
    packed = [COMPRESSIONS[compression](_differences(strip, predictor, order)) for strip in strips]
    path.write_bytes(tiff([*tags, (339, "H", [form] * channels)], packed, order))
    return path


def _differences(strip: NDArray[np.generic], predictor: int, order: str) -> bytes:
    if predictor == 3:
        return floating_predictor(strip)
    if predictor == 2:
        integers = strip.view(f"u{strip.dtype.itemsize}")
        strip = np.concatenate([integers[:, :1], np.diff(integers, axis=1)], axis=1)
    return strip.astype(strip.dtype.newbyteorder(order)).tobytes()


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("predictor", "dtype"), [(1, "f4"), (3, "f2"), (3, "f4"), (3, "f8"), (2, "f4"), (2, "u2"), (2, "u4")]
)
def test_compressions_and_predictors(compression: int, order: str, predictor: int, dtype: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = (rng.random((HEIGHT, WIDTH, 3)) * (60000 if dtype[0] == "u" else 4)).astype(dtype)
    expected = values if dtype[0] == "f" else srgb_to_linear(values / np.iinfo(dtype).max)
    path = write(tmp_path / "a.tif", values, compression, predictor, order)
    np.testing.assert_allclose(read_image_file(path).light, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_white_may_be_zero(dtype: str, tmp_path: Path) -> None:
    values = np.linspace(0, 1 if dtype == "f4" else np.iinfo(dtype).max, 12).astype(dtype).reshape(3, 4, 1)
    path = write(tmp_path / "a.tif", values, 1, 1, "<", kind=0)
    light = read_image_file(path).light
    assert light[0, 0].tolist() == [1, 1, 1]
    assert light[-1, -1].tolist() == [0, 0, 0]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_truncated_strips_are_refused(compression: int, tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((HEIGHT, WIDTH, 3)).astype("f4")
    packed = COMPRESSIONS[compression](values.tobytes())
    (tmp_path / "a.tif").write_bytes(tiff(float_tags(compression), [packed[: len(packed) // 2]]))
    with pytest.raises(WrongUsage, match="damaged or truncated"):
        read_image_file(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_bombs_end_at_the_size_of_the_strip(compression: int, tmp_path: Path) -> None:
    values = np.ones((HEIGHT, WIDTH, 3), "f4")
    packed = COMPRESSIONS[compression](values.tobytes() + bytes(1 << 20))
    (tmp_path / "a.tif").write_bytes(tiff(float_tags(compression), [packed]))
    np.testing.assert_array_equal(read_image_file(tmp_path / "a.tif").light, values)


def float_tags(compression: int) -> list[tuple[int, str, list[int]]]:
    tags = [(256, "H", [WIDTH]), (257, "H", [HEIGHT]), (258, "H", [32] * 3), (259, "H", [compression])]
    return [*tags, (262, "H", [2]), (277, "H", [3]), (278, "H", [HEIGHT]), (339, "H", [FLOAT] * 3)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"dtype": np.int16}, "16 bits of sample format 2"),
        ({"dtype": np.complex64}, "sample format 6"),
        ({"dtype": np.uint8, "photometric": "cielab"}, "photometric 8"),
        ({"dtype": np.uint16, "photometric": "cfa"}, "raw file of a camera"),
    ],
)
def test_other_kinds_are_refused(options: dict[str, object], reason: str, tmp_path: Path) -> None:
    photometric = options.get("photometric", "rgb")
    shape = (4, 4) if photometric == "cfa" else (4, 4, 3)
    extra = [(33421, "H", 2, (2, 2), True)] if photometric == "cfa" else []
    pixels = np.zeros(shape, options["dtype"])  # type: ignore[call-overload]
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric=photometric, extratags=extra, metadata=None)
    with pytest.raises(WrongUsage, match=reason):
        read_image_file(tmp_path / "a.tif")


def test_first_page_is_read_and_the_others_named(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for value in (0.25, 0.5, 0.75):
            file.write(np.full((4, 4, 3), value, np.float32), photometric="rgb", metadata=None)
    image = read_image_file(tmp_path / "a.tif")
    assert image.notes == ("the first of its 3 pages is read",)
    assert image.light.max() == 0.25
