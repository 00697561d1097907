"""Blending parameters of a module: do they change its output?

Field offsets are those of `dt_develop_blend_params_t` in darktable 5.4.1 and of its earlier versions in `blend.c`.
"""

from __future__ import annotations

import struct
import zlib

from dtproxies.darktable.parameter_text import decode

OFF = 0
"""`DEVELOP_MASK_DISABLED`, and the blend mode "off" of the first versions."""
UNIFORM = 1
"""`DEVELOP_MASK_ENABLED`: the same opacity everywhere; masks set further bits."""
NORMAL = 0x18
"""`DEVELOP_BLEND_NORMAL2`. The older normal mode, 1, also clips. A reversed mode has its top bit set."""
FIRST_WITH_MASK_MODE, FIRST_WITH_COLOUR_SPACE = 5, 10
"""Versions of the struct that put a field before the blend mode."""


def blends(params: bytes, version: int) -> bool:
    """Return whether these blending parameters change the output of a module.

    Uniform blending in normal mode at an opacity of 100 % does not.

    Raises:
        struct.error: the parameters are cut off.
    """
    if not params:
        return False
    (first,) = struct.unpack_from("<I", params)
    if version < FIRST_WITH_MASK_MODE:
        return bool(first != OFF)
    if not first & UNIFORM:
        return False
    mode, opacity = struct.unpack_from("<8xI4xf" if version >= FIRST_WITH_COLOUR_SPACE else "<4xIf", params)
    return bool((first, mode, opacity) != (UNIFORM, NORMAL, 100.0))


def decoded(text: str) -> bytes:
    """Decode blending parameters; empty if they are damaged, since darktable then blends nothing."""
    try:
        return decode(text)
    except (ValueError, zlib.error):
        return b""
