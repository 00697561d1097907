"""Public names of a package that are imported on first use, so that importing the package itself stays fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module, metadata
from typing import Any

DISTRIBUTION = "dtmodels"
"""The distribution that holds all three packages, and whose version is theirs."""


def lazy_exports(package: str, exports: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: its `__name__`.
        exports: each public name, with the module inside the package that defines it, as `card.reader`. `__version__`
            is added.
    """

    def load(name: str) -> Any:
        if name == "__version__":
            return metadata.version(DISTRIBUTION)
        if name not in exports:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(f"{package}.{exports[name]}"), name)

    return load
