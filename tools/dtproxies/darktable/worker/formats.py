"""What a pipe says of the pixels that flow through it, put back before a module is called.

While its pipe runs, darktable keeps a record (`dt_iop_buffer_dsc_t`) of the mosaic, the white balance and the largest
value so far; modules before and at demosaic read it, and some change it. After a run it says what came out at the end.
Each piece has kept its own copy of what it got.
"""

from __future__ import annotations

import ctypes as c
import struct
from collections.abc import Mapping

from .library import DarktableError
from .pipe_nodes import Piece

RGGB = 0x94949494
"""darktable's word for a Bayer mosaic that starts red, green."""
START = struct.pack("<III", 1, 1, RGGB)
"""How the record of a mosaic begins: one channel, of floating point, in this arrangement."""
PIECE_BYTES = 1024
COMPARED = 112
"""Bytes of the record up to its last member, the colour space, which is changed between modules."""


class Formats:
    """The records of a pipe that has been run on a mosaic."""

    def __init__(self, pipe: c.Array[c.c_char], pieces: Mapping[str, Piece]) -> None:
        """Find them: white balance gets and makes a mosaic, and what colorout made is what the pipe holds.

        Raises:
            Refused: they are not where they were expected.
        """
        record = c.string_at(pieces["temperature"].address, PIECE_BYTES)
        first = record.find(START)
        second = record.find(START, first + 1)
        last = c.string_at(pieces["colorout"].address + second, COMPARED)
        held = c.string_at(c.addressof(pipe), len(pipe)).find(last)
        if first < 0 or second < 0 or held < 0:
            raise DarktableError("its pipe does not say what flows through it where that was expected")
        self._got, self._size = first, second - first
        self._pipe = c.addressof(pipe) + held

    def put_back(self, piece: Piece) -> None:
        """Let the pipe say what it said when this piece was run."""
        c.memmove(self._pipe, piece.address + self._got, self._size)
