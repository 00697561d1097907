"""`rdf.yaml` of BioImage.IO. Read from spec-bioimage-io, model versions 0.3 to 0.5."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "a resource description of BioImage.IO"
INSTEAD = f"{FILL_IN}: weights, licence, authors and training data; darktable reads none of its pre-processing"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(
        source, r'^\s*"?format_version"?\s*:', r'^\s*"?(type|authors|cite|weights|test_inputs|inputs)"?\s*:'
    )
