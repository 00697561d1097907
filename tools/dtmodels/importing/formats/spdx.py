"""SPDX documents 2 and 3, also with the AI profile, in JSON, YAML, tag-value or RDF. Read from its specification."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "an SPDX document"
INSTEAD = f"{FILL_IN}: it states licences and digests, and lacks what darktable needs to run a model"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(source, r'^\s*[{,]?\s*"?spdxVersion"?\s*:|^SPDXVersion\s*:|spdx\.org/rdf/(terms|3\.)')
