"""The file to import: its text, and its values with the text of each, from YAML, JSON or the front matter of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.recognise import file_kind
from dtmodels.importing.parse_json import parse_json
from dtmodels.importing.parse_yaml import parse_yaml
from dtmodels.importing.values import Document

MAX_BYTES = 128 * 1024
"""Largest description. The card made of it has remarks and has to stay below the limit of a card."""
_DATA_SUFFIXES = (".yaml", ".yml", ".json")
"""Files of these names are no pages, though YAML may begin with `---` too."""
_PAGE_SUFFIXES = (".md", ".markdown")
_READABLE = ("text", "page")
"""Kinds of files that may describe a model; an XML document is a page."""
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A file that describes a model."""

    path: Path
    text: str
    """The first `MAX_BYTES` of it, with line feeds as line breaks."""
    whole: bool
    """False if the file is longer than that."""

    @cached_property
    def front_matter(self) -> str | None:
        """The YAML between two lines `---` at the start of a Markdown page; None if there is none."""
        found = _FRONT_MATTER.match(self.text)
        return found[1] if found and self.path.suffix.lower() not in _DATA_SUFFIXES else None

    @property
    def is_json(self) -> bool:
        """Whether the file begins as JSON does."""
        return self.text.lstrip()[:1] in ("{", "[")

    @cached_property
    def document(self) -> Document:
        """The values of the file, or of its front matter.

        Raises:
            Failure: it is too long, no plain YAML or JSON, or not within the limits of a card.
        """
        where = str(self.path)
        if self.front_matter is not None:
            body = self.text.partition(self.front_matter)[2].partition("\n")[2]
            return parse_yaml("\n" + self.front_matter, where, body=body)
        if self.path.suffix.lower() in _PAGE_SUFFIXES:
            fix = "name the README.md of a model on the Hugging Face Hub: it begins with YAML between two lines ---"
            raise Failure("has no front matter", where=where, fix=fix)
        if not self.whole:
            raise Failure(f"is longer than {MAX_BYTES // 1024} KiB", where=where, fix="import the entry of one model")
        return parse_json(self.text, where) if self.is_json else parse_yaml(self.text, where)


def read_source(path: Path) -> Source:
    """Read the file at `path`.

    Raises:
        WrongUsage: there is no such file.
        Failure: it is no text.
    """
    wanted = "the description of a model"
    if not path.exists():
        fix = "download it, and name the file" if re.match("https?:", str(path)) else f"name {wanted}"
        raise WrongUsage("there is no such file", where=str(path), fix=fix)
    if (kind := file_kind(path)) and (kind.name not in _READABLE or kind.title == "a web page"):
        raise kind.refusal(wanted, where=str(path), fix=f"name {wanted}")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        text = data[:MAX_BYTES].decode("utf-8-sig", errors="strict" if len(data) <= MAX_BYTES else "ignore")
    except UnicodeDecodeError as exc:
        what = f"byte 0x{data[exc.start]:02x} at offset {exc.start} is not UTF-8"
        raise Failure(what, where=str(path), fix=f"save it as UTF-8, if it is {wanted}") from exc
    return Source(path, re.sub(r"\r\n?", "\n", text), whole=len(data) <= MAX_BYTES)
