"""OpenEXR, read by the format's own library: float light, with the chromaticities that the file states."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dtbase.image_files.colour_encoding import LINEAR, RgbColour, chromatic_matrix, linear
from dtbase.image_files.encoded_image import EncodedImage, check_size
from dtbase.image_files.formats import FIX, damaged, not_read
from dtbase.system.errors import WrongUsage

RGB = ("R", "G", "B")
REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
"""Chromaticities of a file that states none, as the format defines."""
DARKTABLE = "Created with darktable"
"""Start of the comment of darktable's files; it states chromaticities for linear profiles, and nothing for others."""


def read(path: Path) -> EncodedImage:
    """Read channels R, G and B, or Y alone, of the first part.

    Raises:
        WrongUsage: the file is too large, or has other channels.
    """
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True, header_only=True) as file:
        header = dict(file.header(0))
        low, high = header["dataWindow"]
        parts = len(file.parts)
    width, height = (int(end) - int(start) + 1 for start, end in zip(low, high, strict=True))
    check_size(path, width, height)
    names = [str(channel.name) for channel in header["channels"]]
    chosen, notes = _chosen(path, names)
    if "deep" in str(header.get("type", "")):
        raise not_read(path, "an EXR of deep pixels")
    with OpenEXR.File(str(path), separate_channels=True) as file:
        if len(file.parts) != parts:
            # The library leaves out parts that it cannot decode.
            raise damaged(path, "the file is damaged or truncated")
        channels: Mapping[str, Any] = file.channels(0)
        planes = [np.asarray(channels[name].pixels) for name in chosen]
    if any(plane.shape != (height, width) for plane in planes):
        raise not_read(path, "an EXR of subsampled channels")
    if any(plane.dtype.kind != "f" for plane in planes):
        raise not_read(path, "an EXR of integers")
    if parts > 1:
        notes = (*notes, f"the first of its {parts} parts is read")
    values = np.stack([plane.astype(np.float32) for plane in planes], axis=-1)
    return EncodedImage(values=values, colour=_colour(path, header), notes=notes)


def _chosen(path: Path, names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The channels of the image, and a note about others."""
    chosen = RGB if set(RGB) <= set(names) else ("Y",)
    if not set(chosen) <= set(names) or {"RY", "BY"} & set(names):
        what = f"the channels of the EXR are {', '.join(sorted(names)[:8])}; R, G and B, or Y alone, can be read"
        raise WrongUsage(what, where=str(path), fix=FIX)
    others = sorted(set(names) - set(chosen))
    return chosen, (f"its channels {', '.join(others[:8])} are ignored",) if others else ()


def _colour(path: Path, header: Mapping[str, Any]) -> RgbColour:
    if "chromaticities" not in header and str(header.get("comment", "")).startswith(DARKTABLE):
        what = "darktable wrote this EXR with an encoded profile, which the file does not name"
        raise WrongUsage(what, where=str(path), fix="export it with the profile linear Rec709 or linear Rec2020")
    stated = tuple(float(one) for one in header.get("chromaticities", REC709))
    if np.allclose(stated, REC709, atol=1e-5):
        return LINEAR
    try:
        return RgbColour(linear, chromatic_matrix(np.reshape(stated, (4, 2)).tolist()))
    except ValueError as exc:
        raise damaged(path, str(exc)) from exc
