"""Locations of trained weights: next to the cards that release them, and in the installed package."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure
from dtbase.system.shipped_files import here_or_shipped, is_installed_copy
from dtproxies import modules

WEIGHTS = "weights.safetensors"


def default_directory() -> Path:
    """Return `models` of the current directory if it holds a proxy, else the released weights of these tools."""
    return here_or_shipped("models", "proxy-*")


def weights_of(name: str, directory: Path | None = None) -> Path:
    """Return the path of the weights of the module `name`.

    Args:
        name: name of a module that has a file in `modules`.
        directory: directory of models, with one `proxy-<module>/` per module; None for `default_directory`.

    Raises:
        Failure: there is no weight file, because the proxy is not trained or `directory` is another directory.
    """
    models = directory or default_directory()
    path = models / f"proxy-{name}" / WEIGHTS
    if not path.is_file():
        out = Path("models", f"proxy-{name}") if is_installed_copy(path) else path.parent
        fix = f"dtproxies train {name} --out {out}, or set the directory of models with --models"
        raise Failure(f"the proxy of {name} has no weights", where=str(path), fix=fix)
    return path


def modules_with_weights(directory: Path) -> list[str]:
    """Return the names of the modules whose proxies have weights, sorted."""
    return [name for name in plugin_names(modules) if (directory / f"proxy-{name}" / WEIGHTS).is_file()]
