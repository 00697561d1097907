"""`figures.json` beside the weights of a proxy: the figures it reached, and what they rest on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import sha256, write_json
from dtproxies.evaluation.results import Evaluation, from_json
from dtproxies.proxy.weight_files import WEIGHTS

NAME = "figures.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvaluation:
    """An evaluation, and what has to be the same for it to hold."""

    darktable: str
    """Version."""
    weights: str
    """SHA-256 of the file."""
    code: str
    """As `code_digest` has it."""
    evaluation: Evaluation


DIGITS = 6
"""Of each figure that is kept."""


def store_results(directory: Path, kept: StoredEvaluation) -> StoredEvaluation:
    """Write it into the directory of a model; returns it as it will be read, with rounded figures."""
    read = _rounded(asdict(kept))
    write_json(directory / NAME, read)
    return _from_json(read)


def read_stored(directory: Path) -> StoredEvaluation | None:
    """What the directory of a model holds; None when it was never evaluated.

    Raises:
        Failure: the file is broken.
    """
    path = directory / NAME
    if not path.exists():
        return None
    try:
        return _from_json(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as exc:
        raise Failure(f"this is no evaluation: {exc!r}", where=str(path), fix="remove it, and evaluate again") from exc


def is_current(kept: StoredEvaluation, directory: Path, *, code: str | None, darktable: str, pairs: int) -> bool:
    """Whether nothing that its figures rest on has changed since; `code` None for any code."""
    wanted = (sha256(directory / WEIGHTS), code or kept.code, darktable, pairs)
    return wanted == (kept.weights, kept.code, kept.darktable, kept.evaluation.pairs)


def _from_json(read: Mapping[str, Any]) -> StoredEvaluation:
    return StoredEvaluation(**{**read, "evaluation": from_json(read["evaluation"])})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
