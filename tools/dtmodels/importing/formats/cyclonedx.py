"""CycloneDX documents, also with machine-learning models, in JSON or XML. Read from the CycloneDX specification."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "a CycloneDX document"
INSTEAD = f"{FILL_IN}: licences and datasets of its component of type machine-learning-model"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(source, r'"bomFormat"\s*:\s*"CycloneDX"|xmlns(:\w+)?="http://cyclonedx\.org/schema/bom')
