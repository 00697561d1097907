"""Read darktable's built-in module orders from its library.

`dt_ioppr_get_iop_order_list_version` returns a list of entries: a number of 8 bytes, then the module name in 20 bytes
(`dt_iop_order_entry_t` of `src/common/iop_order.h` in darktable 5.4).
"""

from __future__ import annotations

import ctypes as c
from collections.abc import Iterator
from pathlib import Path

from .records import NAME_BYTES, elements

NUMBER_BYTES = 8
FIRST = 1
"""Lowest version of a built-in order; 0 is a custom order."""


def read_orders(library: Path) -> dict[str, list[str]]:
    """Read module names in pipe order, by order version, as plain JSON values."""
    darktable = c.CDLL(str(library / "libdarktable.so"), mode=c.RTLD_GLOBAL)
    order_list = darktable.dt_ioppr_get_iop_order_list_version
    order_list.restype, order_list.argtypes = c.c_void_p, [c.c_int]
    orders = {}
    version = FIRST
    while names := list(_names(order_list(version))):
        orders[str(version)] = names
        version += 1
    return orders


def _names(element: int | None) -> Iterator[str]:
    for entry in elements(element or 0):
        yield c.string_at(entry + NUMBER_BYTES, NAME_BYTES).split(b"\0", 1)[0].decode()
