"""Table of docs/comparison.md: models of darktable-ai beside those of this collection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import Card
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.openness.non_open_data import training_data
from dtmodels.pages.markdown import code, table, text

FACTS = "darktable-ai.json"
"""File in a model's directory: package digest and claims of darktable-ai's model of the same name."""
_FINISHED = "onnx"
"""The family of graphs that were not built here."""
_SHOWN = 12
"""Digits of a digest."""


def comparison_table(catalogue: Catalogue) -> str:
    """The models of darktable-ai that this collection has, each with what both say about it.

    Raises:
        Failure: the facts about darktable-ai cannot be read.
    """
    known = [entry for entry in catalogue.entries if (entry.directory / FACTS).is_file()]
    rows = [_row(entry, catalogue.root / "models") for entry in known]
    columns = ["model", "weights, theirs", "weights, ours", "data, theirs", "data, ours", "grade, status"]
    return table([*columns, "files pinned, ours", "graph compared, ours", "package, theirs"], rows)


def _row(entry: CatalogueEntry, models: Path) -> list[str]:
    path = entry.directory / FACTS
    try:
        return _cells(with_inherited(entry.card, models), json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise Failure(f"cannot be read: {exc!r}", where=str(path), fix="restore it from the repository") from exc


def _cells(card: Card, theirs: Mapping[str, Any]) -> list[str]:
    size = f", {theirs['bytes']:,} bytes" if "bytes" in theirs else ""
    return [
        f"[{text(card.id)}](../models/{card.id}/)",
        code(theirs["weights"]) if theirs["weights"] else "not read",
        code(card.license.weights),
        text(theirs["data"] or "not read"),
        text("; ".join(f"{data.name}: {data.license}" for _, data in training_data(card))),
        text(f"{grade(card)}, {card.status}"),
        _pinned(card),
        "no" if card.convert.family == _FINISHED else "yes",
        code(str(theirs["package"])[:_SHOWN]) + size,
    ]


def _pinned(card: Card) -> str:
    if card.checkpoints and all(checkpoint.weights_sha256 for checkpoint in card.checkpoints):
        return "yes, SHA-256"
    return "yes, git blob" if all(checkpoint.identified for checkpoint in card.checkpoints) else "no"
