"""Colours by ICC profiles, against their definition at full precision, and against LittleCMS at its 8 bits."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from dtbase.image_files.icc_elements import UnsupportedProfile
from dtbase.image_files.icc_profile import read_profile
from dtbase.imaging.colour import (
    REC709_TO_XYZ_D50,
    lab_to_linear_rec709,
    linear_rec709_to_lab,
    linear_to_srgb,
    srgb_to_linear,
)
from tests.support import icc_profiles as icc

Array = NDArray[np.float64]
SIDE = 17


def rgb_light(device: Array) -> Array:
    """A device of three channels within the gamut of sRGB."""
    return 0.1 + 0.7 * device[:, [1, 0, 2]] ** 1.5 * (0.8 + 0.2 * device[:, [2, 2, 1]])


def cmyk_light(device: Array) -> Array:
    return 0.05 + 0.8 * (1 - device[:, :3]) * (1 - 0.9 * device[:, 3:]) ** 1.2


def grey_light(device: Array) -> Array:
    return np.repeat(0.05 + 0.9 * device**2, 3, axis=1)


DEVICES: dict[bytes, tuple[int, Callable[[Array], Array]]] = {
    b"GRAY": (1, grey_light),
    b"RGB ": (3, rgb_light),
    b"CMYK": (4, cmyk_light),
}


def lab_stored(light: Array, end: float) -> Array:
    lab = linear_rec709_to_lab(light)
    return (lab + np.array([0, 128, 128])) / np.array([100, 255, 255]) / end


def xyz_stored(light: Array) -> Array:
    return light @ REC709_TO_XYZ_D50.T / icc.XYZ_ONE


def table_profile(kind: str, space: bytes, pcs: bytes, side: int = SIDE) -> bytes:
    channels, device = DEVICES[space]
    end = 65535 / 65280 if kind == "mft2" else 1.0

    def stored(values: Array) -> Array:
        # The A curves of mAB square their input, so its grid holds values at the roots.
        light = device(np.sqrt(values) if kind == "mAB " else values)
        return xyz_stored(light) if pcs == b"XYZ " else lab_stored(light, end)

    nodes = icc.grid_of(stored, channels, side)
    if kind == "mAB ":
        matrix = [*np.eye(3).ravel().tolist(), 0, 0, 0]
        tag = icc.listed_elements(nodes, channels, side, icc.gamma(2.0), matrix)
    else:
        tag = icc.whole_table(nodes, channels, side, width=1 if kind == "mft1" else 2)
    return icc.profile({b"A2B0": tag}, space=space, pcs=pcs, kind=b"prtr" if space == b"CMYK" else b"scnr")


def device_colours(channels: int, count: int = 4000) -> NDArray[np.uint8]:
    return np.random.default_rng(channels).integers(0, 256, (1, count, channels), np.uint8)


def by_littlecms(profile: bytes, values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Encoded sRGB of 0 to 255, of LittleCMS."""
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[values.shape[2]]
    height, width = values.shape[:2]
    image = Image.frombytes(mode, (width, height), values.tobytes())
    source, target = (ImageCms.ImageCmsProfile(io.BytesIO(data)) for data in (profile, SRGB_PROFILE))
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    flags = ImageCms.Flags.HIGHRESPRECALC | ImageCms.Flags.NOOPTIMIZE
    converted = ImageCms.profileToProfile(image, source, target, intent, "RGB", flags=flags)
    assert converted is not None
    return np.asarray(converted, np.float64)


SRGB_PROFILE = icc.matrix_profile(icc.SRGB, icc.SRGB_CURVE)
PARAMETRIC = {
    "para0": icc.parametric(0, 1.9),
    "para1": icc.parametric(1, 2.2, 0.9, 0.1),
    "para2": icc.parametric(2, 2.2, 0.85, 0.05, 0.02),
    "para3": icc.SRGB_CURVE,
    "para4": icc.parametric(4, 2.4, 0.93, 0.05, 0.07, 0.04, 0.01, 0.002),
}
PROFILES = {
    "srgb": SRGB_PROFILE,
    "adobe": icc.matrix_profile(icc.ADOBE, icc.gamma(563 / 256)),
    "prophoto under D50": icc.matrix_profile(icc.PROPHOTO, icc.gamma(1.8), (0.3457, 0.3585)),
    "table": icc.matrix_profile(icc.REC2020, icc.table(np.linspace(0, 1, 1024) ** 2.2)),
    **{name: icc.matrix_profile(icc.SRGB, curve) for name, curve in PARAMETRIC.items()},
    "grey": icc.grey_profile(icc.gamma(2.2)),
    "littlecms srgb": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    **{
        f"{kind} {space.decode()} {pcs.decode()}": table_profile(kind, space, pcs)
        for kind in ("mft1", "mft2", "mAB ")
        for space in DEVICES
        for pcs in ((b"Lab ", b"XYZ ") if kind != "mft1" else (b"Lab ",))
    },
}


def channels_of(profile: bytes) -> int:
    return DEVICES[profile[16:20]][0]


@pytest.mark.parametrize("name", PROFILES)
def test_colours_agree_with_littlecms(name: str) -> None:
    profile = PROFILES[name]
    values = device_colours(channels_of(profile))
    light = read_profile(profile, channels=values.shape[2]).to_light(values / 255)
    within = ((light >= 0) & (light <= 1)).all(axis=2)
    assert within.mean() > 0.15
    difference = np.abs(255 * linear_to_srgb(light) - by_littlecms(profile, values))[within]
    # Of 255: rounding to 8 bits; in tables also LittleCMS' division of the grid into tetrahedra.
    assert difference.max() < (2.5 if b"A2B0" in profile[:256] else 1.0)
    assert difference.mean() < 0.35


@pytest.mark.parametrize("kind", ["mft1", "mft2", "mAB "])
@pytest.mark.parametrize("space", DEVICES)
def test_nodes_of_tables_are_exact(kind: str, space: bytes) -> None:
    channels, device = DEVICES[space]
    at = np.linspace(0, 1, 5)
    nodes = np.stack(np.meshgrid(*[at] * channels, indexing="ij"), axis=-1).reshape(-1, channels)
    if kind == "mAB ":
        nodes = np.sqrt(nodes)
    light = read_profile(table_profile(kind, space, b"Lab ", 5), channels=channels).to_light(nodes)
    worst = np.abs(linear_rec709_to_lab(light) - linear_rec709_to_lab(device(nodes))).max()
    assert worst < (0.51 if kind == "mft1" else 0.01)


def test_grey_of_lab_is_lightness() -> None:
    grey = read_profile(icc.grey_profile(icc.LINEAR, b"Lab "), channels=1).to_light(np.array([[0.5]]))
    np.testing.assert_allclose(grey, lab_to_linear_rec709(np.array([[50.0, 0, 0]])), atol=1e-12)


def test_profiles_of_rgb_take_grey() -> None:
    for name in ("adobe", "mft2 RGB  Lab "):
        colour = read_profile(PROFILES[name], channels=1)
        whole = read_profile(PROFILES[name], channels=3)
        np.testing.assert_allclose(
            colour.to_light(np.full((1, 1), 0.4)), whole.to_light(np.full((1, 3), 0.4)), atol=2e-4
        )


@pytest.mark.parametrize("name", ["adobe", "para1", "table", "grey"])
def test_light_beyond_white_and_below_black_continues(name: str) -> None:
    channels = channels_of(PROFILES[name])
    colour = read_profile(PROFILES[name], channels=channels)
    beyond = colour.to_light(np.full((1, channels), 2.0))
    assert (beyond > 2 * colour.to_light(np.ones((1, channels)))).all()
    np.testing.assert_allclose(
        colour.to_light(np.full((1, channels), -0.5)), -colour.to_light(np.full((1, channels), 0.5))
    )


def test_tables_refuse_values_outside() -> None:
    with pytest.raises(UnsupportedProfile, match="ends at 0 and 1"):
        read_profile(PROFILES["mft2 RGB  Lab "], channels=3).to_light(np.full((1, 3), 1.5))


def test_srgb_by_its_profile_is_srgb() -> None:
    encoded = np.random.default_rng(0).random((1000, 3))
    np.testing.assert_allclose(
        read_profile(SRGB_PROFILE, channels=3).to_light(encoded), srgb_to_linear(encoded), atol=6e-5
    )


WHOLE = PROFILES["adobe"]
DAMAGED = {
    "empty": b"",
    "text": b"profile" * 40,
    "no tags": WHOLE[:128],
    "cut off": WHOLE[: len(WHOLE) // 2],
    "too many tags": WHOLE[:128] + struct.pack(">I", 1 << 30) + WHOLE[132:],
    "no primaries": icc.profile({b"rTRC": icc.LINEAR}),
    "one dimension": WHOLE.replace(b"gXYZ", b"rXYZ").replace(b"bXYZ", b"gXYZ"),
    "curve of zeros": icc.matrix_profile(icc.SRGB, icc.table(np.zeros(16))),
    "no curve": icc.matrix_profile(icc.SRGB, b"text" + bytes(12)),
    "link": icc.profile({}, kind=b"link"),
    "table cut off": icc.profile({b"A2B0": icc.whole_table(np.zeros(3 * 8), 3, 2, width=2)[:70]}),
    "table of 255 ^ 4": icc.profile(
        {b"A2B0": icc.whole_table(np.zeros(3), 4, 255, width=2)}, space=b"CMYK", kind=b"prtr"
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_profiles_are_refused(name: str) -> None:
    with pytest.raises(UnsupportedProfile):
        read_profile(DAMAGED[name], channels=4 if "4" in name else 3)


@pytest.mark.parametrize(
    ("name", "channels"), [("grey", 3), ("adobe", 4), ("mft2 CMYK Lab ", 3), ("mft2 CMYK Lab ", 1)]
)
def test_profiles_of_other_channels_are_refused(name: str, channels: int) -> None:
    with pytest.raises(UnsupportedProfile, match="but the image is"):
        read_profile(PROFILES[name], channels=channels)


@pytest.mark.parametrize("space", [b"Lab ", b"YCbr", b"HSV "])
def test_profiles_of_other_spaces_are_refused(space: bytes) -> None:
    with pytest.raises(UnsupportedProfile, match="but the image is RGB"):
        read_profile(icc.profile({}, space=space), channels=3)
