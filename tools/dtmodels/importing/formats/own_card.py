"""Cards of this repository."""

from __future__ import annotations

from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "a card of this repository"
INSTEAD = "move it to models/<id>/card.yaml"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return has_marks(source, r"^schema\s*:\s*[0-9]+\s*(#|$)", r"^(id|task|convert|package)\s*:")
