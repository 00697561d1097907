"""Colours that a file states: chunks of PNG, EXIF of cameras, tags of TIFF, profiles in each format, CMYK."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import ExifTags, Image

from dtbase.image_files.image_file import read_image_file
from dtbase.imaging.colour import linear_to_srgb, srgb_to_linear
from dtbase.system.errors import WrongUsage
from tests.support import icc_profiles as icc
from tests.support.image_builders import icc_chunk, png, tiff

COLOUR = (60, 200, 60)
FLAT = np.full((4, 4, 3), COLOUR, np.uint8)
SRGB = srgb_to_linear(np.array(COLOUR) / 255)
P3 = np.array([[1.22494, -0.22494, 0.0], [-0.04206, 1.04206, 0.0], [-0.01964, -0.07864, 1.09828]])
"""Linear P3 under D65 to linear Rec709, as published for CSS Color 4."""
ADOBE = np.array([-0.1754277, 0.5860773, 0.0181162])
"""Linear Rec709 of COLOUR in Adobe RGB (1998), by its published matrix and exponent 563/256."""
CHRM_ADOBE = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
CHRM_REC709 = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
SRGB_CHUNK = (b"sRGB", b"\0")
ADOBE_ICC = icc.matrix_profile(icc.ADOBE, icc.gamma(563 / 256))


def light_of(path: Path) -> NDArray[np.float32]:
    light = read_image_file(path).light
    assert (light == light[0, 0]).all()
    return light[0, 0]


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], SRGB),
        ([SRGB_CHUNK], SRGB),
        ([(b"gAMA", struct.pack(">I", 45455)), (b"cHRM", CHRM_REC709)], SRGB),
        ([(b"gAMA", struct.pack(">I", 100000))], np.array(COLOUR) / 255),
        ([(b"gAMA", struct.pack(">I", 50000))], (np.array(COLOUR) / 255) ** 2),
        ([(b"gAMA", struct.pack(">I", 45470)), (b"cHRM", CHRM_ADOBE)], ADOBE),
        ([SRGB_CHUNK, (b"gAMA", struct.pack(">I", 100000)), (b"cHRM", CHRM_ADOBE)], SRGB),
        ([icc_chunk(ADOBE_ICC), (b"gAMA", struct.pack(">I", 100000))], ADOBE),
        ([(b"cICP", bytes([1, 13, 0, 1])), icc_chunk(ADOBE_ICC)], SRGB),
        ([(b"cICP", bytes([12, 13, 0, 1]))], P3 @ SRGB),
        ([(b"cICP", bytes([1, 8, 0, 1]))], np.array(COLOUR) / 255),
    ],
)
def test_chunks_of_png(chunks: list[tuple[bytes, bytes]], expected: NDArray[np.float64], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(FLAT, chunks))
    np.testing.assert_allclose(light_of(tmp_path / "a.png"), expected, atol=2e-4)


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [
        ((b"cICP", bytes([9, 16, 0, 1])), "HDR"),
        ((b"cICP", bytes([9, 18, 0, 1])), "HDR"),
        ((b"cICP", b"\1"), "damaged"),
        ((b"gAMA", bytes(4)), "damaged"),
        ((b"cHRM", bytes(32)), "damaged"),
        ((b"iCCP", b"profile\0\0not compressed"), "profile is damaged"),
        (icc_chunk(b"no profile at all"), "profile is damaged"),
        (icc_chunk(icc.grey_profile(icc.LINEAR)), "is for grey, but the image is RGB"),
    ],
)
def test_colours_that_cannot_be_honoured_are_refused(chunk: tuple[bytes, bytes], reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(FLAT, [chunk]))
    with pytest.raises(WrongUsage, match=reason):
        read_image_file(tmp_path / "a.png")


@pytest.mark.parametrize(("space", "index", "expected"), [(1, "R98", SRGB), (65535, "R03", ADOBE), (2, "", ADOBE)])
def test_cameras_state_adobe_rgb_by_exif(space: int, index: str, expected: NDArray[np.float64], tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ColorSpace] = space
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.IFD.Interop] = {1: index}
    Image.fromarray(np.full((16, 16, 3), COLOUR, np.uint8)).save(tmp_path / "a.webp", lossless=True, exif=exif)
    np.testing.assert_allclose(light_of(tmp_path / "a.webp"), expected, atol=2e-4)


def test_adobe_rgb_shown_in_srgb(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(FLAT, [icc_chunk(ADOBE_ICC)]))
    shown = linear_to_srgb(np.clip(light_of(tmp_path / "a.png").astype(np.float64), 0, 1))
    assert np.rint(255 * shown).tolist() == [0, 201, 37]


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "TIFF", "PNG"])
def test_pillows_formats_carry_profiles(form: str, tmp_path: Path) -> None:
    options = {"quality": 100, "lossless": True} if form != "TIFF" else {}
    image = Image.fromarray(np.full((16, 16, 3), COLOUR, np.uint8))
    image.save(tmp_path / "a.img", form, icc_profile=ADOBE_ICC, **options)
    np.testing.assert_allclose(read_image_file(tmp_path / "a.img").light[0, 0], ADOBE, atol=6e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_cmyk_by_its_profile(dtype: type, tmp_path: Path) -> None:
    """A profile of two grid points: light is the product of the free parts of each ink and of black."""

    def device(ink: NDArray[np.float64]) -> NDArray[np.float64]:
        return (1 - ink[:, :3]) * (1 - ink[:, 3:])

    from dtbase.imaging.colour import REC709_TO_XYZ_D50

    nodes = icc.grid_of(lambda ink: device(ink) @ REC709_TO_XYZ_D50.T / icc.XYZ_ONE, 4, 2)
    profile = icc.profile({b"A2B0": icc.whole_table(nodes, 4, 2, width=2)}, space=b"CMYK", kind=b"prtr")
    ink = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (6, 5, 4), dtype)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, ink, photometric="separated", planarconfig="contig", iccprofile=profile, metadata=None)
    expected = device((ink / np.iinfo(dtype).max).reshape(-1, 4)).reshape(6, 5, 3)
    np.testing.assert_allclose(read_image_file(path).light, expected, atol=1e-4)


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_without_profile_is_approximate_and_says_so(form: str, tmp_path: Path) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 51)).save(tmp_path / "a.img", form)
    image = read_image_file(tmp_path / "a.img")
    np.testing.assert_allclose(image.light[0, 0], srgb_to_linear(np.array([0.8, 0, 0])), atol=0.01)
    assert image.notes == ("it is CMYK without a colour profile, so its colours are approximate",)


def test_primaries_and_curve_of_tiff_tags(tmp_path: Path) -> None:
    tags = [*rgb_tags(8), (319, "R", [(64, 100), (33, 100), (21, 100), (71, 100), (15, 100), (6, 100)])]
    curve = np.rint(65535 * np.linspace(0, 1, 256) ** (563 / 256)).astype(int).tolist()
    (tmp_path / "a.tif").write_bytes(
        tiff([*tags, (318, "R", [(3127, 10000), (329, 1000)]), (301, "H", curve)], [FLAT.tobytes()])
    )
    np.testing.assert_allclose(light_of(tmp_path / "a.tif"), ADOBE, atol=2e-4)


def test_damaged_colour_tags_of_tiff_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(tiff([*rgb_tags(8), (318, "R", [(1, 0), (1, 3)])], [FLAT.tobytes()]))
    with pytest.raises(WrongUsage, match="damaged"):
        read_image_file(tmp_path / "a.tif")


def test_bmp_with_a_profile(tmp_path: Path) -> None:
    rows = FLAT[..., ::-1].tobytes()
    header = struct.pack("<IiiHHIIiiII", 124, 4, 4, 1, 24, 0, len(rows), 0, 0, 0, 0)
    masks = bytes(16) + b"DEBM" + bytes(36 + 12) + struct.pack("<IIII", 4, 124 + len(rows), len(ADOBE_ICC), 0)
    start = struct.pack("<2sIHHI", b"BM", 14 + 124 + len(rows) + len(ADOBE_ICC), 0, 0, 14 + 124)
    (tmp_path / "a.bmp").write_bytes(start + header + masks + rows + ADOBE_ICC)
    np.testing.assert_allclose(light_of(tmp_path / "a.bmp"), ADOBE, atol=2e-4)


def rgb_tags(bits: int) -> list[tuple[int, str, list[int]]]:
    size = [(256, "H", [4]), (257, "H", [4]), (258, "H", [bits] * 3), (259, "H", [1])]
    return [*size, (262, "H", [2]), (277, "H", [3]), (278, "H", [4])]
