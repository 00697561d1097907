"""Fields of darktable's records that a whole edit needs, at their offsets in darktable 5.4.1 on 64-bit hosts.

darktable exports its functions, but not the layout of its records. Each offset was compared with the C headers and with
the values of a running pipe; another version has to be looked at anew.
"""

from __future__ import annotations

import ctypes as c
from collections.abc import Iterator
from dataclasses import dataclass

POINTER = 8
NAME_BYTES = 20
DSC_BYTES = 128
"""Size of `dt_iop_buffer_dsc_t`."""
BLENDING_BYTES = 420
"""Size of `dt_develop_blend_params_t`, version 14."""
UNSIGNED_16 = 2
"""`TYPE_UINT16` of `dt_iop_buffer_type_t`."""
CST_IN_DSC = 112
"""Offset of the colour space in a buffer description."""


class Area(c.Structure):
    """`dt_iop_roi_t`: a region of the image at a scale."""

    _fields_ = (("x", c.c_int), ("y", c.c_int), ("width", c.c_int), ("height", c.c_int), ("scale", c.c_float))


@dataclass(frozen=True, slots=True)
class PieceRecord:
    """`dt_dev_pixelpipe_iop_t`: one node of a pipe."""

    address: int

    @property
    def module(self) -> ModuleRecord:
        """Module of the piece."""
        return ModuleRecord(pointer(self.address))

    @property
    def enabled(self) -> bool:
        """True if the pipe runs it."""
        return bool(c.c_int32.from_address(self.address + 32).value)

    def enable(self, *, enabled: bool) -> None:
        """Let the pipe run it, or not."""
        c.c_int32.from_address(self.address + 32).value = int(enabled)

    @property
    def area_in(self) -> Area:
        """Region of its input in the last run."""
        return Area.from_address(self.address + 176)

    @property
    def area_out(self) -> Area:
        """Region of its output in the last run."""
        return Area.from_address(self.address + 196)

    @property
    def spaces(self) -> tuple[int, int]:
        """Colour spaces of its input and output, `dt_iop_colorspace_type_t`."""
        start = self.address + 224 + CST_IN_DSC
        return c.c_int32.from_address(start).value, c.c_int32.from_address(start + DSC_BYTES).value

    @property
    def blending(self) -> bytes:
        """Blending parameters, in the current version."""
        return c.string_at(pointer(self.address + 24), BLENDING_BYTES)

    @property
    def holds_integers(self) -> bool:
        """True if its input has 16-bit integers (`TYPE_UINT16`), as the values of most sensors are."""
        return c.c_int32.from_address(self.address + 224 + 4).value == UNSIGNED_16

    @property
    def output_format(self) -> int:
        """Address of the description of its output."""
        return self.address + 224 + DSC_BYTES

    @property
    def channels(self) -> tuple[int, int]:
        """Channels of its input and output."""
        start = self.address + 224
        return c.c_uint32.from_address(start).value, c.c_uint32.from_address(start + DSC_BYTES).value


@dataclass(frozen=True, slots=True)
class ModuleRecord:
    """`dt_iop_module_t`: one instance of a module."""

    address: int

    @property
    def name(self) -> str:
        """Operation name."""
        return c.string_at(self.address + 472, NAME_BYTES).split(b"\0")[0].decode()

    @property
    def order(self) -> int:
        """Position in the pipe, `iop_order`."""
        return c.c_int32.from_address(self.address + 496).value

    @property
    def size(self) -> int:
        """Size of the parameter struct in bytes."""
        return c.c_int32.from_address(self.address + 712).value

    @property
    def params_address(self) -> int:
        """Address of the parameters that the history set."""
        return pointer(self.address + 696)

    @property
    def params(self) -> bytes:
        """Parameters that the history set, in the current version."""
        return c.string_at(self.params_address, self.size)


class PipeRecord:
    """`dt_dev_pixelpipe_t`: a pipe."""

    def __init__(self, address: int) -> None:
        self.address = address

    def pieces(self) -> list[PieceRecord]:
        """List the pieces in the order of the pipe."""
        return [PieceRecord(one) for one in elements(pointer(self.address + 328))]

    def set_export(self, levels: int) -> None:
        """Make it an export pipe (`DT_DEV_PIXELPIPE_EXPORT`) with this output format."""
        c.c_int32.from_address(self.address + 636).value = 1
        c.c_int32.from_address(self.address + 640).value = levels

    @property
    def result(self) -> int:
        """Address of the pixels of the last run."""
        return pointer(self.address + 352)

    @property
    def result_format(self) -> tuple[int, int]:
        """Channels and colour space of the last run."""
        start = self.address + 176
        return c.c_uint32.from_address(start).value, c.c_int32.from_address(start + CST_IN_DSC).value


def set_space(form: int, space: int) -> None:
    """State the colour space in the buffer description at an address."""
    c.c_int32.from_address(form + CST_IN_DSC).value = space


def history_end(develop: c.Array[c.c_char]) -> int:
    """Return the number of applied entries of the history of a `dt_develop_t`."""
    return c.c_int32.from_address(c.addressof(develop) + 2016).value


def pointer(address: int) -> int:
    """Read the pointer stored at an address."""
    return c.c_uint64.from_address(address).value


def elements(element: int) -> Iterator[int]:
    """Yield the data pointers of a `GList`."""
    while element:
        yield pointer(element)
        element = pointer(element + POINTER)
