"""Buffer descriptions of a pipe, restored before a module is called.

While a pipe runs, darktable describes its buffer in a record (`dt_iop_buffer_dsc_t`): mosaic, white balance and largest
value so far. Modules up to demosaic read it, and some change it. After a run it describes the final output. Each piece
has its own copy of the description of its input.
"""

from __future__ import annotations

import ctypes as c
import struct
from collections.abc import Mapping

from .library import DarktableError
from .pipe_nodes import Piece

RGGB = 0x94949494
"""darktable's code of a Bayer mosaic whose rows start red, green."""
START = struct.pack("<III", 1, 1, RGGB)
"""First bytes of the record of a mosaic: one channel, floating point, this CFA pattern."""
PIECE_BYTES = 1024
COMPARED = 112
"""Bytes of the record before its last field, the colour space, which changes between modules."""


class BufferFormats:
    """Buffer descriptions of a pipe that has been run on a mosaic."""

    def __init__(self, pipe: c.Array[c.c_char], pieces: Mapping[str, Piece]) -> None:
        """Find the records: white balance has a mosaic as input and output; the pipe describes the output of colorout.

        Raises:
            DarktableError: a record is not at its expected location.
        """
        record = c.string_at(pieces["temperature"].address, PIECE_BYTES)
        first = record.find(START)
        second = record.find(START, first + 1)
        last = c.string_at(pieces["colorout"].address + second, COMPARED)
        in_pipe = c.string_at(c.addressof(pipe), len(pipe)).find(last)
        if first < 0 or second < 0 or in_pipe < 0:
            raise DarktableError("the buffer description of its pipe is not at the expected location")
        self._input_offset, self._size = first, second - first
        self._pipe = c.addressof(pipe) + in_pipe

    def restore(self, piece: Piece) -> None:
        """Restore the pipe's buffer description to the input of this piece."""
        c.memmove(self._pipe, piece.address + self._input_offset, self._size)
