"""import: find the format of a description and write it as a card; refuse others with what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import WrongUsage
from dtbase.text.plural import pluralise
from dtmodels import tasks
from dtmodels.card.placeholders import TODO
from dtmodels.importing import formats
from dtmodels.importing.card_draft import Fields, draft_text, missing
from dtmodels.importing.source import Source, read_source
from dtmodels.importing.stated import Reader, Stated


class Format(Protocol):
    """What every file of `formats` has."""

    TITLE: str
    """Noun phrase: `a model.yaml of darktable-ai`."""

    def recognise(self, source: Source) -> bool:
        """Return whether the file is in this format."""


class ImportedFormat(Format, Protocol):
    """A format that can become a card."""

    NAME: str
    """What remarks call the file: `model.yaml`."""

    def draft(self, reader: Reader) -> Fields:
        """Return the fields that the file states."""


class RecognisedFormat(Format, Protocol):
    """A format that cannot become a card."""

    INSTEAD: str
    """What to do with such a file."""


@dataclass(frozen=True, slots=True)
class ImportedCard:
    """The result of an import."""

    text: str
    """Of the card."""
    notes: Sequence[str]
    """Remarks for the person who imports."""


def import_card(path: Path) -> ImportedCard:
    """Write the description at `path` as a card: what it states, and TODO for what it does not.

    Raises:
        WrongUsage: there is no such file, or it is in a format that cannot become a card.
        Failure: it is no text, no plain YAML or JSON, or not within the limits of a card.
    """
    source = read_source(path)
    form = _importable(source)
    reader = Reader(source.document, path.name)
    stated = dict(form.draft(reader))
    _note_unknown_task(stated, reader)
    text = draft_text(stated, reader, form.NAME)
    todo = pluralise(text.count(f"# {missing(form.NAME)}\n"), "field")
    summary = f"read {path} as {form.TITLE}, which does not state {todo} of the card"
    return ImportedCard(text, [summary, *reader.notes])


def _importable(source: Source) -> ImportedFormat:
    """Return the format of a file.

    Raises:
        WrongUsage: it cannot become a card.
    """
    known = [cast(Format, load_plugin(formats, name)) for name in plugin_names(formats)]
    for form in known:
        if hasattr(form, "INSTEAD") and form.recognise(source):
            raise WrongUsage(f"is {form.TITLE}", where=str(source.path), fix=cast(RecognisedFormat, form).INSTEAD)
    importable = [cast(ImportedFormat, form) for form in known if hasattr(form, "draft")]
    for form in importable:
        if form.recognise(source):
            return form
    titles = ", ".join(form.TITLE for form in importable)
    raise WrongUsage(
        "is in no format that can be imported", where=str(source.path), fix=f"name {titles}; or {formats.NEW}"
    )


def _note_unknown_task(stated: dict[str, Stated | None], reader: Reader) -> None:
    """Keep the name of a task that darktable does not know, and say so."""
    task, known = stated.get("task"), plugin_names(tasks)
    if task and task.value not in (*known, TODO.lower()):
        what = f"darktable knows no task '{task.value}'; known here: {', '.join(known)}"
        stated["task"] = Stated(task.value, f"{task.remark}; {TODO}: {what}")
        reader.notes.append(f"{what}. The card stays a draft until there is such a task")
