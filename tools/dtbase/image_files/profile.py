"""The colour encoding of a file from its embedded profile."""

from __future__ import annotations

from pathlib import Path

from dtbase.image_files.encoded_image import Colour
from dtbase.image_files.icc_elements import UnsupportedProfile
from dtbase.image_files.icc_profile import read_profile
from dtbase.system.errors import WrongUsage

PROFILE_FIX = "export the image with the profile sRGB or a linear one"


def embedded_colour(path: Path, profile: bytes, channels: int) -> Colour:
    """Return the encoding that an embedded ICC profile defines for an image of so many channels.

    Raises:
        WrongUsage: the profile cannot be honoured.
    """
    try:
        return read_profile(profile, channels=channels)
    except UnsupportedProfile as exc:
        raise refused_profile(path, exc) from exc


def refused_profile(path: Path, reason: object) -> WrongUsage:
    """Return the failure for a profile that cannot be honoured, as the colours would be wrong without it."""
    return WrongUsage(f"the colour profile {reason}", where=str(path), fix=PROFILE_FIX)
