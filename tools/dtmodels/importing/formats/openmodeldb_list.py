"""Other files of OpenModelDB: all entries in one, a collection, users, architectures, tags."""

from __future__ import annotations

from dtmodels.importing.source import Source

TITLE = "a file of OpenModelDB about many models"
INSTEAD = "name the entry of one model, a file of data/models"


def recognise(source: Source) -> bool:
    """Return whether the file maps names to entries, users, architectures, collections or tags."""
    if not source.is_json:
        return False
    if not source.whole:
        return '"architecture"' in source.text and '"resources"' in source.text
    values = source.document.values
    entries = list(values.values()) if isinstance(values, dict) else []
    return bool(entries) and all(isinstance(entry, dict) and "name" in entry for entry in entries)
