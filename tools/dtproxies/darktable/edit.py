"""Edit of an image: the modules that a history or a style sets, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dtproxies.darktable.blending import blends


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Last state of one instance of a module."""

    module: str
    instance: int = 0
    """0 for the first instance of a history; a module with one instance may have another number."""
    enabled: bool
    version: int
    """Version of the parameter struct."""
    params: bytes
    """Parameter struct; empty if darktable chooses the parameters for the image."""
    blending: bytes = b""
    """Struct of blending parameters; empty if there is none."""
    blending_version: int = 1

    @property
    def blended(self) -> bool:
        """True if its output is blended with its input, by opacity, a blend mode or a mask."""
        return blends(self.blending, self.blending_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Pixelpipe of an image, as a sidecar or a style describes it."""

    entries: Sequence[Entry]
    order_version: int
    order_text: str = ""
    """Listed order, alternating names and instances; empty if the version says all."""
    sidecar: bytes = b""
    """The file, if it is a sidecar: it also holds masks; empty for a style."""


def last_states(history: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the last entry of each instance of a module."""
    return tuple({(entry.module, entry.instance): entry for entry in history}.values())
