"""Croissant, the description of datasets by MLCommons. Read from its specification 1.0."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "a Croissant description of a dataset"
INSTEAD = f"a dataset is no model: name its model, or {FILL_IN} under training.datasets"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(source, r"mlcommons\.org/croissant|(?i:\"cr\"\s*:\s*\"http)")
