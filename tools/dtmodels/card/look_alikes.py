"""Texts as a reader sees them: letters of other scripts that look Latin become Latin, invisible characters vanish.

The table `schema/look-alikes-v1.json` is taken from Unicode Technical Standard 39.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache

from dtmodels.card.schemas import schema_directory

FILE = "look-alikes-v1.json"
_CAPITALS = {"l": "I"}


def as_seen(text: str) -> str:
    """The text without accents, invisible characters and look-alikes, in its original case.

    Latin letters of any form become ASCII. Words of other scripts keep only the letters that have no Latin look-alike.
    """
    return text if text.isascii() else "".join(map(letter_as_seen, text))


@lru_cache(maxsize=4096)
def letter_as_seen(character: str) -> str:
    """What one character looks like: no, one or several ASCII letters, or the character itself."""
    if character.isascii():
        return character
    table = _look_alikes()
    decomposed = unicodedata.normalize("NFKD", table.get(character, character))
    return "".join(table.get(part, part) for part in decomposed if not _is_invisible(part))


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc")


@cache
def _look_alikes() -> dict[str, str]:
    """The Latin letter for each look-alike; capital if the look-alike is. Capitals that read like `l` are an `I`."""
    rows = json.loads((schema_directory() / FILE).read_bytes())["letters"]
    pairs = ((character, row["letter"]) for row in rows for character in row["unicode"] + row.get("also", ""))
    return {
        character: _CAPITALS.get(letter, letter.upper()) if character.isupper() else letter
        for character, letter in pairs
    }
