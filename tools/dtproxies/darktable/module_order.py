"""Order in which darktable applies its modules (iop order)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dtbase.system.errors import Failure

LISTED = 0
"""Version of a custom order, which a sidecar lists module by module."""
LEGACY = 1
"""Version that darktable used up to 2.6, and of sidecars without an order version."""
SCENE = 4
"""Version that darktable 5.0 uses for raw files and other linear images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Built-in order, identified by its version, or a custom order."""

    version: int
    """`iop_order_version` of a sidecar."""
    names: Sequence[str]
    """All modules, first to last."""
    text: str = ""
    """`iop_order_list` of a sidecar, which takes precedence over the version: names, each with an instance number."""

    def position(self, module: str) -> int:
        """Return the index of the module in the pipe.

        Raises:
            Failure: the order does not contain it.
        """
        if module not in self.names:
            raise Failure(f"module order version {self.version} does not contain {module}")
        return self.names.index(module)


def order_of(version: int, orders: Mapping[int, Sequence[str]], text: str = "") -> Order:
    """Return the order of a sidecar.

    Args:
        version: its `iop_order_version`.
        orders: as `introspection.orders` returns them.
        text: its `iop_order_list`; empty if it has none.

    Raises:
        Failure: this darktable does not know the version.
    """
    if text:
        return Order(version=version, names=text.split(",")[::2], text=text)
    if version not in orders:
        known = ", ".join(map(str, sorted(orders)))
        raise Failure(f"unknown module order version {version}; this darktable knows {known}")
    return Order(version=version, names=orders[version])
