"""What is read and what is refused: orientation, frames, transparency, sizes, damage, and files of other kinds."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import ExifTags, Image

from dtbase.image_files.formats import SUFFIXES
from dtbase.image_files.image_file import read_image_file
from dtbase.imaging.colour import srgb_to_linear
from dtbase.system.errors import Failure, WrongUsage
from tests.support.image_builders import chunk, png

ORIENTATIONS = {
    1: [[0, 1, 2], [3, 4, 5]],
    2: [[2, 1, 0], [5, 4, 3]],
    3: [[5, 4, 3], [2, 1, 0]],
    4: [[3, 4, 5], [0, 1, 2]],
    5: [[0, 3], [1, 4], [2, 5]],
    6: [[3, 0], [4, 1], [5, 2]],
    7: [[5, 2], [4, 1], [3, 0]],
    8: [[2, 5], [1, 4], [0, 3]],
    9: [[0, 1, 2], [3, 4, 5]],
}
"""Numbered pixels as they appear upright, by the EXIF tag."""


def numbered(dtype: type = np.uint8) -> NDArray[np.generic]:
    """Blocks of pixels of rising brightness, 2 x 3 of them; blocks outlive the compression of JPEG."""
    values = np.arange(6).reshape(2, 3) * (np.iinfo(dtype).max // 5 if dtype != np.float32 else 0.2)
    return np.kron(np.repeat(values[..., None], 3, axis=2), np.ones((16, 16, 1))).astype(dtype)


def assert_upright(path: Path, orientation: int) -> None:
    whole = read_image_file(path).light
    light = whole[8::16, 8::16, 0]
    order = np.argsort(np.argsort(light, axis=None)).reshape(light.shape)
    assert order.tolist() == ORIENTATIONS[orientation]
    assert whole.flags.c_contiguous
    assert min(whole.strides) > 0


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_orientation_of_exif(form: str, orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(numbered()).save(tmp_path / "a.img", form, exif=exif)
    assert_upright(tmp_path / "a.img", orientation)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_orientation_of_tiff_tags(dtype: type, orientation: int, tmp_path: Path) -> None:
    tags = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(tmp_path / "a.tif", numbered(dtype), photometric="rgb", extratags=tags, metadata=None)
    assert_upright(tmp_path / "a.tif", orientation)


def test_orientation_after_the_pixels_of_a_deep_png(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    (tmp_path / "a.png").write_bytes(png(numbered(np.uint16), after=chunk(b"eXIf", exif.tobytes()[6:])))
    assert_upright(tmp_path / "a.png", 6)


def test_mirrored_image_of_one_row_is_a_plain_array(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.zeros((1, 5, 3), np.float32),
        photometric="rgb",
        extratags=[(274, "H", 1, 4, True)],
        metadata=None,
    )
    assert min(read_image_file(tmp_path / "a.tif").light.strides) > 0


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_first_frame_of_several_is_read_and_the_others_named(form: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), (value, value, value)) for value in (255, 10, 100)]
    frames[0].save(tmp_path / "a.img", form, save_all=True, append_images=frames[1:])
    image = read_image_file(tmp_path / "a.img")
    assert image.light.min() == pytest.approx(1, abs=1e-3)
    assert len(image.notes) == 1
    assert "the first of its 3" in image.notes[0]


@pytest.mark.parametrize("value", [255, 254])
def test_only_real_transparency_is_noted(value: int, tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (200, 100, 50, value)).save(tmp_path / "a.png")
    image = read_image_file(tmp_path / "a.png")
    assert image.notes == (() if value == 255 else ("its transparency is ignored",))
    np.testing.assert_allclose(image.light[0, 0], srgb_to_linear(np.array([200, 100, 50]) / 255), atol=1e-6)


def test_transparent_palette_keeps_its_colours(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "a.png", transparency=1)
    read = read_image_file(tmp_path / "a.png")
    assert read.notes == ("its transparency is ignored",)
    np.testing.assert_allclose(read.light[0, 1], srgb_to_linear(np.array([200, 100, 50]) / 255), atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 7)])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".pfm", ".exr", ".jpg", ".webp", ".bmp"])
def test_images_of_any_size_are_read(size: tuple[int, int], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    write_flat(path, *size)
    light = read_image_file(path).light
    assert light.shape == (*size, 3)
    np.testing.assert_allclose(light, 1, atol=1e-3)


def write_flat(path: Path, height: int, width: int) -> None:
    """Write a white image in the format of the suffix."""
    white = np.ones((height, width, 3), np.float32)
    if path.suffix == ".pfm":
        path.write_bytes(b"PF\n%d %d\n-1.0\n" % (width, height) + white.tobytes())
    elif path.suffix == ".exr":
        with OpenEXR.File(
            {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": white}
        ) as file:
            file.write(str(path))
    elif path.suffix == ".tif":
        tifffile.imwrite(path, white, photometric="rgb", metadata=None)
    else:
        Image.new("RGB", (width, height), "white").save(path)


def too_large() -> Iterator[tuple[str, bytes]]:
    """Small files that state a huge image."""
    side = 40_000
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1 << 16)))
    yield "a.png", b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    yield "a.pfm", b"PF\n%d %d\n-1.0\n" % (side, side)
    yield "a.ppm", b"P6\n%d %d\n255\n" % (side, side)
    yield "a.bmp", struct.pack("<2sIIIIiiHHIIiiII", b"BM", 54, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
    tags = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    tags += [(277, 3, 1, 1), (278, 4, 1, side), (279, 4, 1, 100)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    yield "a.tif", struct.pack("<4sIH", b"II*\0", 8, len(tags)) + entries + bytes(4)


@pytest.mark.parametrize(("name", "data"), [*too_large()], ids=lambda one: one if isinstance(one, str) else "")
def test_gigantic_images_are_refused_before_memory_is_taken(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(WrongUsage, match="40000 x 40000 pixels; at most 160 million"):
        read_image_file(tmp_path / name)


@pytest.mark.parametrize("name", ["0 4", "4 0"])
def test_images_without_pixels_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.pfm").write_bytes(f"PF\n{name}\n-1.0\n".encode())
    with pytest.raises(WrongUsage, match="the image is empty"):
        read_image_file(tmp_path / "a.pfm")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("suffix", [".pfm", ".tif", ".exr"])
def test_values_that_are_not_finite_are_refused(value: float, suffix: str, tmp_path: Path) -> None:
    pixels = np.ones((10, 10, 3), np.float32)
    pixels[3, 4, 1] = value
    path = tmp_path / f"a{suffix}"
    if suffix == ".tif":
        tifffile.imwrite(path, pixels, photometric="rgb", metadata=None)
    elif suffix == ".pfm":
        path.write_bytes(b"PF\n10 10\n-1.0\n" + pixels.tobytes())
    else:
        with OpenEXR.File(
            {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": pixels}
        ) as file:
            file.write(str(path))
    with pytest.raises(WrongUsage, match=r"0\.33% of its values are not finite"):
        read_image_file(path)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".pfm", ".exr", ".jpg", ".webp", ".bmp", ".gif"])
@pytest.mark.parametrize("part", [0.1, 0.6])
def test_truncated_files_are_refused(suffix: str, part: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = tmp_path / f"a{suffix}"
    if suffix in {".pfm", ".exr"}:
        write_flat(path, 64, 64)
    else:
        Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    with pytest.raises(WrongUsage, match=r"truncated|damaged") as caught:
        read_image_file(path)
    assert caught.value.where == str(path)


OTHERS = {
    "photo.dng": (b"II*\0\x08\0\0\0", "a raw file of a camera"),
    "photo.NEF": (b"MM\0*\0\0\0\x08", "a raw file of a camera"),
    "photo.cr2": (b"II*\0\x10\0\0\0CR\2\0", "a raw file of a camera"),
    "photo.tif": (b"II*\0\x10\0\0\0CR\2\0", "a raw file of a camera"),
    "photo.raf": (b"FUJIFILMCCD-RAW 0201", "a raw file of a camera"),
    "photo.bin": (b"IIU\0\x08\0\0\0", "a raw file of a camera"),
    "photo.cr3": (b"\0\0\0\x18ftypcrx \0\0\0\1", "a raw file of a camera"),
    "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC image"),
    "photo.jpg": (b"\0\0\0\x18ftypmif1\0\0\0\0", "a HEIC image"),
    "photo.avif": (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF image"),
    "video.mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0", "a video"),
    "video.mov": (b"\0\0\0\x14ftypqt  \0\0\0\0", "a video"),
    "video.mkv": (b"\x1a\x45\xdf\xa3\x01", "a video"),
    "photo.jxl": (b"\xff\x0a\xfa\x1f", "a JPEG XL image"),
    "boxed.jxl": (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
    "photo.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
    "photo.psd": (b"8BPS\0\1", "a Photoshop document"),
    "photo.xcf": (b"gimp xcf v011\0", "a GIMP project"),
    "photo.hdr": (b"#?RADIANCE\n", "a Radiance HDR image"),
    "drawing.svg": (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
    "plain.svg": (b"<svg/>", "an SVG drawing"),
    "photo.jpg.xmp": (b"<?xml version='1.0'?>\n<x:xmpmeta/>", "a sidecar"),
    "page.png": (b"<!DOCTYPE html><html>", "a web page"),
    "paper.pdf": (b"%PDF-1.7", "a PDF"),
    "photo.zip": (b"PK\3\4", "an archive"),
    "array.npy": (b"\x93NUMPY\1\0", "a NumPy array"),
    "pointer.png": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "old.ppm": (b"P3\n1 1\n255\n0 0 0\n", "Netpbm"),
    "half.pfm": (b"PF4\n1 1\n-1\n", "PFM of another kind"),
    "icon.ico": (b"\0\0\1\0\1\0", "a rare format"),
    "notes.txt": ("Blätter im Wind".encode(), "text"),
    "random.png": (bytes(range(1, 200)), "no image of a known format"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_kinds_are_named_with_formats_that_are_read(name: str, tmp_path: Path) -> None:
    data, kind = OTHERS[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(WrongUsage, match=f"this is .*{kind}") as caught:
        read_image_file(tmp_path / name)
    assert "PNG" in caught.value.fix
    assert "\n" not in caught.value.what


def test_dng_under_another_name_is_a_raw_file(tmp_path: Path) -> None:
    tags = [(50706, "B", 4, (1, 4, 0, 0), True)]
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), np.uint16), extratags=tags, metadata=None)
    with pytest.raises(WrongUsage, match="a raw file of a camera"):
        read_image_file(tmp_path / "a.tif")


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), "white").save(tmp_path / "a.jpg", "PNG")
    assert read_image_file(tmp_path / "a.jpg").light.shape == (4, 4, 3)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "empty.png").touch()
    reasons = {"absent.png": "no such file", "pipe.png": "no regular file", "empty.png": "empty", "": "a directory"}
    for name, reason in reasons.items():
        with pytest.raises(WrongUsage, match=reason):
            read_image_file(tmp_path / name)
    with pytest.raises(WrongUsage, match="cannot be opened"):
        read_image_file(tmp_path / "nul\0.png")


def test_exr_of_other_channels_is_refused(tmp_path: Path) -> None:
    plane = np.zeros((4, 4), np.float32)
    for channels in ({"Z": plane}, {"left.R": plane, "left.G": plane, "left.B": plane}, {"R": plane, "G": plane}):
        with OpenEXR.File({"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}, channels) as file:
            file.write(str(tmp_path / "a.exr"))
        with pytest.raises(WrongUsage, match="R, G and B, or Y alone, can be read"):
            read_image_file(tmp_path / "a.exr")


def test_damage_ends_in_one_sentence_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Flip bytes of small files of each format; `benchmarks.image_fuzz` does more."""
    rng = np.random.default_rng(0)
    for suffix in sorted(SUFFIXES - {".jpeg", ".tiff", ".pnm", ".pgm", ".ppm", ".gif"}):
        path = tmp_path / f"a{suffix}"
        write_flat(path, 12, 9)
        whole = path.read_bytes()
        for _ in range(40):
            data = bytearray(whole)
            for at in rng.integers(0, len(data), 4):
                data[at] = rng.integers(256)
            path.write_bytes(data)
            try:
                assert np.isfinite(read_image_file(path).light).all()
            except Failure as exc:
                assert "\n" not in exc.what
    assert capfd.readouterr() == ("", "")
