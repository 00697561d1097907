"""Locations of trained weights: next to the cards that release them."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure
from dtproxies import modules

DIRECTORY = Path("models")
WEIGHTS = "weights.safetensors"


def weights_of(name: str, directory: Path = DIRECTORY) -> Path:
    """Return the path of the weights of the module `name`.

    Args:
        name: name of a module that has a file in `modules`.
        directory: directory of models, with one `proxy-<module>/` per module.

    Raises:
        Failure: there is no weight file, because the proxy is not trained or `directory` is another directory.
    """
    path = directory / f"proxy-{name}" / WEIGHTS
    if not path.is_file():
        fix = f"dtproxies train {name} --out {path.parent}, or set the directory of models with --models"
        raise Failure(f"the proxy of {name} has no weights", where=str(path), fix=fix)
    return path


def modules_with_weights(directory: Path = DIRECTORY) -> list[str]:
    """Return the names of the modules whose proxies have weights, sorted."""
    return [name for name in plugin_names(modules) if (directory / f"proxy-{name}" / WEIGHTS).is_file()]
