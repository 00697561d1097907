"""Optional dependencies: which extra of the distribution installs a Python package that is missing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from dtbase.system.errors import Failure
from dtbase.system.lazy_exports import DISTRIBUTION

_OWN_PACKAGES = ("dtbase", "dtmodels", "dtproxies")
_DISTRIBUTION_NAMES = {"PIL": "pillow", "cyclonedx_py": "cyclonedx-bom", "yaml": "PyYAML"}
"""Names on the package index that differ from the name to import by more than case and hyphens."""


def missing_package(exc: ModuleNotFoundError, extra: str) -> Failure | None:
    """Return the error to print for an import that failed, with the command that installs the package.

    Args:
        exc: the failed import.
        extra: the extra to name where it holds the package, or where none does: pip installs all that it needs.

    Returns:
        None if one of our own modules is missing, which is a bug.
    """
    module = (exc.name or str(exc)).partition(".")[0]
    if module in _OWN_PACKAGES:
        return None
    if module in sys.stdlib_module_names:
        return Failure(f"this Python has no module '{module}'", fix="use a Python with its whole standard library")
    what = f"the Python package '{module}' is not installed"
    extras = extras_with(module)
    if "" in extras:
        return Failure(what, fix=f"pip install --force-reinstall {DISTRIBUTION}")
    named = extra if extra in extras or not extras else extras[0]
    return Failure(what, fix=f"pip install '{DISTRIBUTION}[{named}]'")


def extras_with(module: str) -> list[str]:
    """Return the extras that install the package of a module, in the order of pyproject.toml; empty text: all do."""
    wanted = _normalised(_DISTRIBUTION_NAMES.get(module, module))
    return [extra for name, extra in _requirements() if name == wanted]


def _requirements() -> Iterator[tuple[str, str]]:
    """Yield each requirement of the installed distribution with its extra."""
    for requirement in metadata.requires(DISTRIBUTION) or ():
        name = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"extra\s*==\s*[\"']([\w-]+)[\"']", requirement)
        if name:
            yield _normalised(name[0]), extra[1] if extra else ""


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
