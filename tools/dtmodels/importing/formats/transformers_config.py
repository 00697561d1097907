"""`config.json` of the library transformers or diffusers."""

from __future__ import annotations

from dtmodels.importing.formats._text_marks import has_marks
from dtmodels.importing.source import Source

TITLE = "the configuration of a network for transformers or diffusers"
INSTEAD = "name the README.md beside it, which states licence and data"


def recognise(source: Source) -> bool:
    """Return whether the file has the marks of the format."""
    return source.is_json and has_marks(source, r'"(transformers_version|_diffusers_version|model_type)"\s*:')
