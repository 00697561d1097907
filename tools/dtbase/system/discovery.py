"""Members of a package are found, not listed: one file each, public names only."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean


def plugin_names(package: ModuleType) -> list[str]:
    """Names of the members of `package`, sorted. A leading underscore marks shared parts, not members.

    Imports nothing but the package itself.
    """
    return list(_names(tuple(package.__path__)))


@functools.cache
def _names(path: tuple[str, ...]) -> tuple[str, ...]:
    found = pkgutil.iter_modules(path)
    return tuple(sorted(module.name for module in found if not module.name.startswith("_")))


def load_plugin(package: ModuleType, name: str) -> ModuleType:
    """Import the member `name` of `package`.

    Raises:
        WrongUsage: no such member; the nearest names are offered.
    """
    names = plugin_names(package)
    if name not in names:
        kind = package.__name__.rpartition(".")[2]
        raise WrongUsage(f"'{name}' is not one of the {kind}", fix=did_you_mean(name, names))
    return importlib.import_module(f"{package.__name__}.{name}")
