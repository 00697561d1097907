"""Results stored in `figures.json` next to the weights, with the inputs that they depend on."""

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
    """Evaluation, and the inputs that must be unchanged for it to stay valid."""

    darktable: str
    """Version of darktable."""
    weights: str
    """SHA-256 of the weight file."""
    code: str
    """Result of `code_digest`."""
    evaluation: Evaluation


DIGITS = 6
"""Significant digits of stored values."""


def store_results(directory: Path, result: StoredEvaluation) -> StoredEvaluation:
    """Write the result into the directory of a model; return it as `read_stored` will, rounded."""
    document = _rounded(asdict(result))
    write_json(directory / NAME, document)
    return _from_json(document)


def read_stored(directory: Path) -> StoredEvaluation | None:
    """Return the results in the directory of a model; None if there are none.

    Raises:
        Failure: the file is not a stored evaluation.
    """
    path = directory / NAME
    if not path.exists():
        return None
    try:
        return _from_json(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as exc:
        raise Failure(
            f"is not a stored evaluation: {exc!r}", where=str(path), fix="remove it, and evaluate again"
        ) from exc


def is_current(stored: StoredEvaluation, directory: Path, *, code: str | None, darktable: str, pairs: int) -> bool:
    """Return whether no input of the results has changed since; `code` None accepts any code."""
    current = (sha256(directory / WEIGHTS), code or stored.code, darktable, pairs)
    return current == (stored.weights, stored.code, stored.darktable, stored.evaluation.pairs)


def _from_json(document: Mapping[str, Any]) -> StoredEvaluation:
    return StoredEvaluation(**{**document, "evaluation": from_json(document["evaluation"])})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
