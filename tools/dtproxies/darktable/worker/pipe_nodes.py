"""Find a pipe's nodes in memory: darktable exports its functions, but not the layout of its records.

A pipe (`dt_dev_pixelpipe_t`) holds a list of pieces; each piece starts with a pointer to its module and one back to the
pipe. A module (`dt_iop_module_t`) holds its name in 20 bytes at an offset that is the same for all. That is enough to
recognise both. This was verified for darktable 5.4; compare another version with `--dump-pipe` first.
"""

from __future__ import annotations

import ctypes as c
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .library import DarktableError
from .records import NAME_BYTES, POINTER, elements, pointer

MODULE_BYTES = 1200
WITNESSES = 12
"""Minimum number of modules that must agree on an offset."""


@dataclass(frozen=True)
class Piece:
    """One node of a pipe: addresses of its piece and its module, and its position in the pipe."""

    address: int
    module: int
    position: int

    @property
    def data(self) -> int:
        """Address of the data that `commit_params` writes: the third pointer of a piece."""
        return pointer(self.address + 2 * POINTER)


def find_pieces(pipe: c.Array[c.c_char], names: Iterable[str]) -> dict[str, Piece]:
    """Find the first piece of each module of `names` in `pipe`, by name.

    Raises:
        DarktableError: the pipe has no list of pieces.
    """
    pieces = _pieces(pipe)
    padded = {name.encode().ljust(NAME_BYTES, b"\0"): name for name in names}
    offset = _name_offset([pointer(piece) for piece in pieces[:WITNESSES]], padded)
    found: dict[str, Piece] = {}
    for position, piece in enumerate(pieces):
        module = pointer(piece)
        name = padded.get(c.string_at(module + offset, NAME_BYTES))
        if name is not None:
            found.setdefault(name, Piece(piece, module, position))
    return found


def default_params(pieces: Mapping[str, Piece], sizes: Mapping[str, int]) -> dict[str, bytes]:
    """Read the default parameters that darktable set for its image, by module; `sizes` are the struct sizes.

    A module record holds consecutively the address of its parameters, the address of its defaults, and their size.

    Raises:
        DarktableError: no single offset fits all modules.
    """
    known = {name: pieces[name].module for name in sizes if name in pieces}
    writable = _writable()

    def fits(name: str, at: int) -> bool:
        module = known[name]
        addresses = (pointer(module + at), pointer(module + at + POINTER))
        size = c.c_int32.from_address(module + at + 2 * POINTER).value
        return size == sizes[name] and all(any(low <= one < high for low, high in writable) for one in addresses)

    found = [at for at in range(0, MODULE_BYTES - 3 * POINTER, POINTER) if all(fits(name, at) for name in known)]
    if len(found) != 1 or len(known) < WITNESSES:
        raise DarktableError("the parameters of its modules are not at the expected location")
    start = found[0] + POINTER
    return {name: c.string_at(pointer(module + start), sizes[name]) for name, module in known.items()}


def _pieces(pipe: c.Array[c.c_char]) -> list[int]:
    start = c.addressof(pipe)
    writable = _writable()

    def readable(address: int) -> bool:
        return address % POINTER == 0 and any(low <= address < high - 8 * POINTER for low, high in writable)

    for address in range(start, start + len(pipe), POINTER):
        head = pointer(address)
        # The first element of a GList (data, next, previous) has no previous element.
        if readable(head) and pointer(head + 2 * POINTER) == 0:
            piece = pointer(head)
            if readable(piece) and pointer(piece + POINTER) == start:
                return list(elements(head))
    raise DarktableError("the module list of its pipe is not at the expected location")


def _name_offset(modules: Iterable[int], padded: Iterable[bytes]) -> int:
    known = set(padded)
    seen: Counter[int] = Counter()
    for module in modules:
        record = c.string_at(module, MODULE_BYTES)
        seen.update(at for at in range(MODULE_BYTES - NAME_BYTES) if record[at : at + NAME_BYTES] in known)
    if not seen:
        raise DarktableError("the names of its modules are not at the expected location")
    return seen.most_common(1)[0][0]


def _writable() -> list[tuple[int, int]]:
    """List the writable address ranges of this process, which contain darktable's records."""
    ranges = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        bounds, permissions = line.split()[:2]
        if permissions.startswith("rw"):
            low, high = bounds.split("-")
            ranges.append((int(low, 16), int(high, 16)))
    return ranges
