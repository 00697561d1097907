"""The defects of `defects.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.workflows.scenarios.mutations.runs import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One defect, injected by text edits."""

    name: str
    detected_by: str
    """Name of a run check or a checker."""
    edits: tuple[Edit, ...]


def _read(part: str) -> tuple[Defect, ...]:
    document = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return tuple(_defect(entry, document["files"]) for entry in document[part])


def _defect(entry: dict[str, Any], files: dict[str, str]) -> Defect:
    edits = tuple(
        Edit(file=files[entry["file"]], original=original, replacement=replacement)
        for original, replacement in entry["edits"]
    )
    return Defect(name=entry["name"], detected_by=entry["detected_by"], edits=edits)


DEFECTS = _read("defects")
HARMLESS = _read("harmless")
"""Changes without an effect."""
