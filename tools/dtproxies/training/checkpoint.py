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

CHECKPOINT = "training.state"
START_AGAIN = "remove the file to start again"


@dataclass(frozen=True, kw_only=True)
class TrainingState:
    """All values that a training step changes."""

    step: int
    """Number of finished steps."""
    seconds: float
    """Wall time of the training so far."""
    network: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    log: list[dict[str, Any]]


def save(directory: Path, state: TrainingState, module: Module, recipe: Recipe) -> None:
    """Write the state into `directory`, atomically."""
    buffer = io.BytesIO()
    torch.save({**vars(state), "of": _identity(module, recipe)}, buffer)
    write_bytes(directory / CHECKPOINT, buffer.getvalue())


def load(directory: Path, module: Module, recipe: Recipe) -> TrainingState | None:
    """Return the state in `directory`, or None if there is none.

    Raises:
        Failure: the file cannot be read, or belongs to another recipe or module.
    """
    path = directory / CHECKPOINT
    if not path.exists():
        return None
    try:
        stored = torch.load(path, weights_only=True)
        identity = stored.pop("of")
        state = TrainingState(**stored)
    except Exception as exc:
        raise Failure(f"is not a training checkpoint: {exc}", where=str(path), fix=START_AGAIN) from exc
    if identity != _identity(module, recipe):
        raise Failure("the checkpoint belongs to another recipe", where=str(path), fix=START_AGAIN)
    return state


def _identity(module: Module, recipe: Recipe) -> str:
    return json.dumps({"module": asdict(module), "recipe": asdict(recipe)}, sort_keys=True)
