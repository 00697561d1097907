"""Find a pipe's nodes in memory: darktable exports its functions, but not the layout of its records.

A pipe (`dt_dev_pixelpipe_t`) holds a list of pieces; each piece starts with a pointer to its module and one back to the
pipe. A module (`dt_iop_module_t`) holds its name in 20 bytes at an offset that is the same for all. That is enough to
recognise both. It was found right in darktable 5.4; another version has to be compared with `--dump-pipe` first.
"""

from __future__ import annotations

import ctypes as c
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .library import DarktableError

NAME_BYTES = 20
MODULE_BYTES = 1200
POINTER = 8
WITNESSES = 12


@dataclass(frozen=True)
class Piece:
    """One node of a pipe: addresses of its piece and its module, and its place in the pipe."""

    address: int
    module: int
    place: int

    @property
    def data(self) -> int:
        """Address of what `commit_params` fills in: the third pointer of a piece."""
        return _pointer(self.address + 2 * POINTER)


def find_pieces(pipe: c.Array[c.c_char], names: Iterable[str]) -> dict[str, Piece]:
    """The first piece of each module of `names` in `pipe`, by name.

    Raises:
        Refused: no list of pieces is there.
    """
    pieces = _pieces(pipe)
    padded = {name.encode().ljust(NAME_BYTES, b"\0"): name for name in names}
    offset = _name_offset([_pointer(piece) for piece in pieces[:WITNESSES]], padded)
    found: dict[str, Piece] = {}
    for place, piece in enumerate(pieces):
        module = _pointer(piece)
        name = padded.get(c.string_at(module + offset, NAME_BYTES))
        if name is not None:
            found.setdefault(name, Piece(piece, module, place))
    return found


def default_params(pieces: Mapping[str, Piece], sizes: Mapping[str, int]) -> dict[str, bytes]:
    """What darktable set the parameters of each module to for its image, by name; `sizes` are those of the structs.

    A module holds the address of its parameters, that of its defaults, and their size, one after the other.

    Raises:
        Refused: they are not at one offset for all modules.
    """
    known = {name: pieces[name].module for name in sizes if name in pieces}
    writable = _writable()

    def fits(name: str, at: int) -> bool:
        module = known[name]
        places = (_pointer(module + at), _pointer(module + at + POINTER))
        size = c.c_int32.from_address(module + at + 2 * POINTER).value
        return size == sizes[name] and all(any(low <= one < high for low, high in writable) for one in places)

    found = [at for at in range(0, MODULE_BYTES - 3 * POINTER, POINTER) if all(fits(name, at) for name in known)]
    if len(found) != 1 or len(known) < WITNESSES:
        raise DarktableError("its modules have no parameters where they were expected")
    start = found[0] + POINTER
    return {name: c.string_at(_pointer(module + start), sizes[name]) for name, module in known.items()}


def _pieces(pipe: c.Array[c.c_char]) -> list[int]:
    start = c.addressof(pipe)
    writable = _writable()

    def readable(address: int) -> bool:
        return address % POINTER == 0 and any(low <= address < high - 8 * POINTER for low, high in writable)

    for place in range(start, start + len(pipe), POINTER):
        head = _pointer(place)
        # The first element of a GList (data, next, previous) has nothing before it.
        if readable(head) and _pointer(head + 2 * POINTER) == 0:
            piece = _pointer(head)
            if readable(piece) and _pointer(piece + POINTER) == start:
                return list(_list(head))
    raise DarktableError("its pipe has no list of modules where one was expected")


def _list(element: int) -> Iterator[int]:
    while element:
        yield _pointer(element)
        element = _pointer(element + POINTER)


def _name_offset(modules: Iterable[int], padded: Iterable[bytes]) -> int:
    known = set(padded)
    seen: Counter[int] = Counter()
    for module in modules:
        record = c.string_at(module, MODULE_BYTES)
        seen.update(at for at in range(MODULE_BYTES - NAME_BYTES) if record[at : at + NAME_BYTES] in known)
    if not seen:
        raise DarktableError("its modules have no names where they were expected")
    return seen.most_common(1)[0][0]


def _writable() -> list[tuple[int, int]]:
    """Address ranges this process may write to: where darktable's records are."""
    ranges = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        bounds, rights = line.split()[:2]
        if rights.startswith("rw"):
            low, high = bounds.split("-")
            ranges.append((int(low, 16), int(high, 16)))
    return ranges


def _pointer(address: int) -> int:
    return c.c_uint64.from_address(address).value
