"""The order in which darktable applies its modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dtbase.system.errors import Failure

LISTED = 0
"""Version of an order that a sidecar lists module by module."""
SCENE = 4
"""Version that darktable 5.0 gave to raw files and other linear pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order by its version, or one that somebody made."""

    version: int
    """`iop_order_version` of a sidecar."""
    names: Sequence[str]
    """All modules, first to last."""
    text: str = ""
    """`iop_order_list` of a sidecar, for version 0: names and numbers of instances in turn."""

    def position(self, module: str) -> int:
        """Number of the module in the pipe.

        Raises:
            Failure: the order does not have it.
        """
        if module not in self.names:
            raise Failure(f"the order of modules, version {self.version}, has no {module}")
        return self.names.index(module)


def order_of(version: int, orders: Mapping[int, Sequence[str]], text: str = "") -> Order:
    """The order of a sidecar.

    Args:
        version: its `iop_order_version`.
        orders: as `introspection.orders` returns them.
        text: its `iop_order_list`, where it has one.

    Raises:
        Failure: this darktable does not know the version.
    """
    if version == LISTED and text:
        return Order(version=version, names=text.split(",")[::2], text=text)
    if version not in orders:
        known = ", ".join(map(str, sorted(orders)))
        raise Failure(f"an order of modules of version {version}; this darktable knows {known}")
    return Order(version=version, names=orders[version])
