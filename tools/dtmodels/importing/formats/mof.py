"""`mof.yml` of the Model Openness Framework. Read from models of lfai/model_openness_tool."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "a description for the Model Openness Framework"
INSTEAD = f"{FILL_IN}: its components belong into openness.components, each with licence and location"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(source, r'^\s*[{,]?\s*"?framework"?\s*:', r"Model Openness Framework")
