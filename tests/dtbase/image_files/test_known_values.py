"""Every bit depth, number of channels and profile, in every format that can hold them, against known values."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from dtbase.image_files.image_file import read_image_file
from dtbase.imaging.colour import REC709, WHITE_D65, primaries_to_xyz, srgb_to_linear
from tests.support import icc_profiles as icc
from tests.support.image_builders import icc_chunk, png

Values = NDArray[np.generic]
HEIGHT, WIDTH = 5, 7
INTEGERS = {"u8": np.uint8, "u16": np.uint16}
ALL_TYPES = {**INTEGERS, "u32": np.uint32, "f16": np.float16, "f32": np.float32, "f64": np.float64}
RGB_PROFILES = {
    "none": b"",
    "srgb": icc.matrix_profile(icc.SRGB, icc.SRGB_CURVE),
    "adobe": icc.matrix_profile(icc.ADOBE, icc.gamma(563 / 256)),
    "rec2020": icc.matrix_profile(icc.REC2020, icc.LINEAR),
    "table": icc.matrix_profile(icc.REC2020, icc.table(np.linspace(0, 1, 4096) ** 1.8)),
}
GREY_PROFILES = {"none": b"", "gamma": icc.grey_profile(icc.gamma(1.75))}
PRIMARIES = {"srgb": icc.SRGB, "adobe": icc.ADOBE, "rec2020": icc.REC2020, "table": icc.REC2020}
CURVES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "srgb": lambda v: np.asarray(srgb_to_linear(v)),
    "adobe": lambda v: np.copysign(np.abs(v) ** (563 / 256), v),
    "rec2020": lambda v: v,
    "table": lambda v: np.copysign(np.abs(v) ** 1.8, v),
    "gamma": lambda v: np.copysign(np.abs(v) ** 1.75, v),
}


def random_values(dtype: type, channels: int) -> Values:
    rng = np.random.default_rng(channels)
    if np.issubdtype(dtype, np.integer):
        return rng.integers(0, np.iinfo(dtype).max, (HEIGHT, WIDTH, channels), dtype, endpoint=True)
    return rng.uniform(-0.5, 4, (HEIGHT, WIDTH, channels)).astype(dtype)


def known_light(values: Values, profile: str) -> NDArray[np.float64]:
    """Light by the definition of the colour space; all are under D65, so nothing is adapted."""
    floating = np.issubdtype(values.dtype, np.floating)
    colours = values[..., : 1 if values.shape[2] < 3 else 3].astype(np.float64)
    encoded = colours if floating else colours / np.iinfo(values.dtype).max
    name = profile if profile != "none" else "rec2020" if floating else "srgb"
    linear = CURVES[name](encoded)
    if colours.shape[2] == 1:
        return np.repeat(linear, 3, axis=2)
    if profile == "none":
        return linear
    to_xyz = primaries_to_xyz(np.array(PRIMARIES[profile]), WHITE_D65)
    return linear @ (np.linalg.inv(primaries_to_xyz(REC709, WHITE_D65)) @ to_xyz).T


def profiles_of(channels: int) -> dict[str, bytes]:
    return RGB_PROFILES if channels >= 3 else GREY_PROFILES


def assert_light(path: Path, values: Values, profile: str) -> None:
    """Within 1e-4 of the brightest value: what the 16 fractional bits of a profile's numbers allow."""
    image, known = read_image_file(path), known_light(values, profile)
    tolerance = 2e-7 if profile == "none" else 1e-4 * max(1, float(np.abs(known).max()))
    np.testing.assert_allclose(image.light, known, rtol=2e-7, atol=tolerance)
    assert image.light.dtype == np.float32
    assert image.floating == np.issubdtype(values.dtype, np.floating)
    alpha = values.shape[2] in {2, 4}
    assert [note for note in image.notes if "transparency" in note] == ["its transparency is ignored"] * alpha


PACKINGS: list[dict[str, object]] = [{}, {"compression": "zlib"}, {"compression": "zlib", "predictor": 2}]
"""The last one is for integers: differences of floats have a test of their own."""
CASES = [
    (depth, channels, profile)
    for channels in (1, 2, 3, 4)
    for depth, profile in product(INTEGERS, profiles_of(channels))
]
TIFF_CASES = [
    (depth, channels, profile)
    for channels in (1, 2, 3, 4)
    for depth, profile in product(ALL_TYPES, profiles_of(channels))
]


@pytest.mark.parametrize(("depth", "channels", "profile"), CASES)
def test_png(depth: str, channels: int, profile: str, tmp_path: Path) -> None:
    values = random_values(INTEGERS[depth], channels)
    data = profiles_of(channels)[profile]
    (tmp_path / "a.png").write_bytes(png(values, [icc_chunk(data)] if data else []))
    assert_light(tmp_path / "a.png", values, profile)


@pytest.mark.parametrize(("depth", "channels", "profile"), TIFF_CASES)
def test_tiff(depth: str, channels: int, profile: str, tmp_path: Path) -> None:
    values = random_values(ALL_TYPES[depth], channels)
    write_tiff(tmp_path / "a.tif", values, iccprofile=profiles_of(channels)[profile] or None)
    assert_light(tmp_path / "a.tif", values, profile)


@pytest.mark.parametrize("depth", ALL_TYPES)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("segments", [{}, {"rowsperstrip": 2}, {"tile": (16, 16)}])
def test_layouts_of_tiff(depth: str, order: str, planes: str, segments: dict[str, object], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = (rng.random((37, 21, 3)) * (200 if depth[0] == "u" else 3)).astype(ALL_TYPES[depth])
    for packing in PACKINGS[: 3 if depth[0] == "u" else 2]:
        write_tiff(tmp_path / "a.tif", values, byteorder=order, planarconfig=planes, **segments, **packing)
        assert_light(tmp_path / "a.tif", values, "none")


@pytest.mark.parametrize("order", ["<", ">"])
def test_bigtiff(order: str, tmp_path: Path) -> None:
    values = random_values(np.float32, 3)
    write_tiff(tmp_path / "a.tif", values, bigtiff=True, byteorder=order)
    assert_light(tmp_path / "a.tif", values, "none")


@pytest.mark.parametrize(("form", "options"), [("WEBP", {"lossless": True, "exact": True}), ("BMP", {}), ("PPM", {})])
@pytest.mark.parametrize("channels", [3, 4])
def test_other_formats_of_8_bits(form: str, options: dict[str, bool], channels: int, tmp_path: Path) -> None:
    if channels == 4 and form != "WEBP":
        pytest.skip(f"{form} of Pillow has no transparency")
    values = random_values(np.uint8, channels)
    Image.fromarray(values).save(tmp_path / "a.img", form, **options)
    assert_light(tmp_path / "a.img", values, "none")


@pytest.mark.parametrize(("maximum", "dtype"), [(1, "u1"), (255, "u1"), (1023, ">u2"), (65535, ">u2")])
@pytest.mark.parametrize("kind", [b"P5", b"P6"])
def test_netpbm_of_any_maximum(maximum: int, dtype: str, kind: bytes, tmp_path: Path) -> None:
    channels = 1 if kind == b"P5" else 3
    values = np.random.default_rng(0).integers(0, maximum, (HEIGHT, WIDTH, channels), endpoint=True)
    header = kind + b"\n# a remark\n%d %d\n%d\n" % (WIDTH, HEIGHT, maximum)
    (tmp_path / "a.ppm").write_bytes(header + values.astype(dtype).tobytes())
    light = np.broadcast_to(srgb_to_linear(values / maximum), (HEIGHT, WIDTH, 3))
    np.testing.assert_allclose(read_image_file(tmp_path / "a.ppm").light, light, atol=3e-5)


@pytest.mark.parametrize(("mode", "bits"), [("1", 1), ("P", 8), ("L", 8)])
@pytest.mark.parametrize("form", ["PNG", "GIF", "TIFF", "BMP"])
def test_palettes_and_bits(mode: str, bits: int, form: str, tmp_path: Path) -> None:
    grey = np.random.default_rng(1).integers(0, 2, (HEIGHT, WIDTH)).astype(np.uint8) * 255
    image = Image.fromarray(grey)
    if mode == "P":
        image = image.convert("P")
        image.putpalette([20, 40, 60] * 128 + [200, 100, 50] * 128)
    image.convert(mode).save(tmp_path / "a.img", form)
    expected = np.where(grey[..., None] > 0, [200, 100, 50], [20, 40, 60]) if mode == "P" else grey[..., None]
    light = np.broadcast_to(srgb_to_linear(expected / 255), (HEIGHT, WIDTH, 3))
    np.testing.assert_allclose(read_image_file(tmp_path / "a.img").light, light, atol=1e-6)


@pytest.mark.parametrize("profile", RGB_PROFILES)
def test_jpeg(profile: str, tmp_path: Path) -> None:
    flat = np.full((16, 16, 3), (60, 200, 60), np.uint8)
    Image.fromarray(flat).save(tmp_path / "a.jpg", quality=100, icc_profile=RGB_PROFILES[profile])
    np.testing.assert_allclose(read_image_file(tmp_path / "a.jpg").light, known_light(flat, profile), atol=0.01)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("channels", ["Y", "RGB", "RGBA"])
@pytest.mark.parametrize("space", ["none", "rec2020"])
def test_exr(dtype: type, channels: str, space: str, tmp_path: Path) -> None:
    values = random_values(dtype, len(channels))
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if space == "rec2020":
        header["chromaticities"] = (*(xy for pair in icc.REC2020 for xy in pair), *icc.D65)
    planes = {name: np.ascontiguousarray(values[..., at]) for at, name in enumerate(channels)}
    with OpenEXR.File(header, planes) as file:
        file.write(str(tmp_path / "a.exr"))
    image = read_image_file(tmp_path / "a.exr")
    known = known_light(values, space if len(channels) > 1 else "none")
    np.testing.assert_allclose(image.light, known, rtol=1e-5, atol=1e-5)
    assert image.notes == (("its channels A are ignored",) if "A" in channels else ())


@pytest.mark.parametrize(("kind", "channels"), [(b"PF", 3), (b"Pf", 1)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_pfm(kind: bytes, channels: int, order: str, tmp_path: Path) -> None:
    values = random_values(np.float32, channels)
    header = kind + b"\n%d %d\n%s1.0\n" % (WIDTH, HEIGHT, b"-" if order == "<" else b"")
    (tmp_path / "a.pfm").write_bytes(header + values[::-1].astype(f"{order}f4").tobytes())
    assert_light(tmp_path / "a.pfm", values, "none")


def write_tiff(path: Path, values: Values, **options: object) -> None:
    """Write channels as RGB or grey, with alpha beside."""
    channels = values.shape[2]
    extra = ["unassalpha"] if channels in {2, 4} else None
    photometric = "rgb" if channels >= 3 else "minisblack"
    if channels == 1:
        values = values[..., 0]
    if options.get("planarconfig") == "separate":
        values = np.moveaxis(values, -1, 0)
    elif channels > 1:
        options["planarconfig"] = "contig"
    tifffile.imwrite(path, values, photometric=photometric, extrasamples=extra, metadata=None, **options)
