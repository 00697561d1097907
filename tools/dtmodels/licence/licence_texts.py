"""Licences recognised by their text, and texts that forbid commercial use, by `schema/licence-texts-v1.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache

from dtmodels.card.schemas import schema_directory

FILE = "licence-texts-v1.json"
_WORD = re.compile(r"\w+")
_IDENTIFIER = re.compile(r"SPDX-License-Identifier:\s*([^\n*]+)")


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of a licence text: its SPDX ids, and the phrases it contains."""

    licences: tuple[str, ...]
    phrases: tuple[str, ...]


def stated_identifiers(text: str) -> tuple[str, ...]:
    """The expressions that a text states as `SPDX-License-Identifier`."""
    return tuple(match[1].strip().removesuffix("-->").strip() for match in _IDENTIFIER.finditer(text))


def recognised_licences(text: str) -> tuple[tuple[str, ...], ...]:
    """The licences whose text this is, each as the SPDX ids that share it; empty if none is known."""
    forms, _ = _table()
    words = _words(text)
    found = [form.licences for form in forms if all(f" {phrase} " in words for phrase in form.phrases)]
    return tuple(dict.fromkeys(found))


def forbids_commerce(text: str) -> str:
    """The phrase by which a text forbids commercial use; empty if none is found.

    Free licences have such phrases too, where they speak of special cases: the GPL about offers of source code.
    """
    _, bans = _table()
    words = _words(text)
    return next((ban for ban in bans if (f" {ban} " if ban.isascii() else ban) in words), "")


def _words(text: str) -> str:
    return " " + " ".join(_WORD.findall(text.lower())) + " "


@cache
def _table() -> tuple[tuple[_Form, ...], tuple[str, ...]]:
    table = json.loads((schema_directory() / FILE).read_bytes())
    forms = tuple(_Form(tuple(row["licences"]), tuple(row["phrases"])) for row in table["rows"])
    return forms, tuple(phrase for row in table["no_commerce"] for phrase in row["phrases"])
