"""`CITATION.cff`. Read from the Citation File Format 1.2."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "a citation file"
INSTEAD = f"{FILL_IN}: title and DOI belong under publication, authors under source"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(source, r"^cff-version\s*:")
