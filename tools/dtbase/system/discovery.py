"""Find and load plug-in modules: the public modules of a package, one file or directory each.

Rules, tasks, families and darktable modules are found this way, so no list names them.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean


def plugin_names(package: ModuleType) -> list[str]:
    """Return the names of the plug-in modules of `package`, sorted, without importing them.

    Names with a leading underscore are shared code, not plug-ins.
    """
    return list(_names(tuple(package.__path__)))


@functools.cache
def _names(path: tuple[str, ...]) -> tuple[str, ...]:
    modules = pkgutil.iter_modules(path)
    return tuple(sorted(module.name for module in modules if not module.name.startswith("_")))


def load_plugin(package: ModuleType, name: str) -> ModuleType:
    """Import the plug-in module `name` of `package`.

    Raises:
        WrongUsage: there is no such plug-in; the message suggests similar names.
    """
    names = plugin_names(package)
    if name not in names:
        kind = package.__name__.rpartition(".")[2]
        raise WrongUsage(f"'{name}' is not one of the {kind}", fix=did_you_mean(name, names))
    return importlib.import_module(f"{package.__name__}.{name}")
