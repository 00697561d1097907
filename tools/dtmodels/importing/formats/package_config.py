"""`config.json` of a built package."""

from __future__ import annotations

from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "the config.json of a package"
INSTEAD = "name the card or model.yaml that the package was built from; `dtmodels validate` checks a package"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return source.is_json and has_marks(source, r'"backend"\s*:', r'"task"\s*:', r'"id"\s*:')
