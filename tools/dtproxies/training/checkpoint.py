"""Checkpoint of an interrupted training, stored next to its weights until it ends."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from dtbase.system.errors import Failure
from dtbase.system.files import write_bytes
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

STATE = "training.state"
ANEW = "remove the file to begin anew"


@dataclass(frozen=True, kw_only=True)
class State:
    """All values that a step changes."""

    step: int
    """Done."""
    seconds: float
    """Spent on training so far."""
    network: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    log: list[dict[str, Any]]


def save(directory: Path, state: State, module: Module, recipe: Recipe) -> None:
    """Write the state, atomically."""
    buffer = io.BytesIO()
    torch.save({**vars(state), "of": _of(module, recipe)}, buffer)
    write_bytes(directory / STATE, buffer.getvalue())


def load(directory: Path, module: Module, recipe: Recipe) -> State | None:
    """Return the state in `directory`, or None if there is none.

    Raises:
        Failure: it cannot be read, or belongs to another recipe or module.
    """
    path = directory / STATE
    if not path.exists():
        return None
    try:
        read = torch.load(path, weights_only=True)
        of = read.pop("of")
        state = State(**read)
    except Exception as exc:
        raise Failure(f"is not a training checkpoint: {exc}", where=str(path), fix=ANEW) from exc
    if of != _of(module, recipe):
        raise Failure("an interrupted training by another recipe lies here", where=str(path), fix=ANEW)
    return state


def _of(module: Module, recipe: Recipe) -> str:
    return json.dumps({"module": asdict(module), "recipe": asdict(recipe)}, sort_keys=True)
