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
        name: of a module that has a file in `modules`.
        directory: of models, with `proxy-<module>/` for each of them.

    Raises:
        Failure: it was not trained, or this is not the directory of models.
    """
    path = directory / f"proxy-{name}" / WEIGHTS
    if not path.is_file():
        fix = f"dtproxies train {name} --out {path.parent}, or name the directory of models with --models"
        raise Failure(f"there are no weights of the proxy of {name}", where=str(path), fix=fix)
    return path


def modules_with_weights(directory: Path = DIRECTORY) -> list[str]:
    """Return the names of the modules whose proxies have weights, sorted."""
    return [name for name in plugin_names(modules) if (directory / f"proxy-{name}" / WEIGHTS).is_file()]
