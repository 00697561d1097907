"""Licences named in prose, and the expression to write instead.

Cards of other collections say `CC BY 4.0 / CC0 (per image)` or `no explicit licence`. The licences they name can be
checked. Only the authors know whether AND or OR joins them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dtmodels.card.look_alikes import as_seen
from dtmodels.licence.expression import UNSTATED, leaves, parse
from dtmodels.licence.table import LicenceTable
from dtmodels.licence.tokens import MAX_CHARACTERS, OPERATORS, LicenceError

PER_ITEM = "LicenseRef-Mixed-Per-Item"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_MIN_WORDS = 3
_MIN_UNKNOWN_WORDS = 2
_MAX_NAME_WORDS = 6
"""Maximum number of words of a common name."""
_PER_ITEM_WORDS = re.compile(r"\bper[ -](image|picture|photo|file|item)|\beach\b|\bmixed\b|\bvarious\b", re.IGNORECASE)
_NO_LICENCE_WORDS = re.compile(r"\b(no|none|not|without|unknown|unclear|unspecified|undisclosed)\b", re.IGNORECASE)


def is_prose(text: str, table: LicenceTable) -> bool:
    """True if a text has several words and at least two of them are neither ids nor operators."""
    words = _WORD.findall(text[:MAX_CHARACTERS])
    unknown = [word for word in words if not _is_id_or_operator(word, table)]
    return len(words) >= _MIN_WORDS and len(unknown) >= _MIN_UNKNOWN_WORDS


def expression_advice(text: str, table: LicenceTable) -> str:
    """Say which expression to write instead of prose."""
    ids = licences_in_text(text, table)
    condition = "all of them apply" if len(ids) > 1 else "no other licence applies"
    options = [f"{' AND '.join(ids)} if {condition}"] if ids else []
    if _PER_ITEM_WORDS.search(text):
        options.append(f"{PER_ITEM} if each item has its own licence")
    if not ids and _NO_LICENCE_WORDS.search(text):
        options.append("NOASSERTION if no licence is stated")
    return f"write {', '.join(options or ['the SPDX id of the licence, or LicenseRef- and a name for custom terms'])}"


def expression_from_text(text: str, table: LicenceTable) -> str:
    """The expression that a text unambiguously names, else the text itself."""
    try:
        parse(text)
    except LicenceError:
        if is_prose(text, table):
            return " AND ".join(licences_in_text(text, table)) or text
        if seen := looks_like(text, table):
            start, end, ascii_text = seen
            return text[:start] + ascii_text + text[end:]
    readings = table.ids_for_alias(text) or ()
    return readings[0] if len(readings) == 1 else text


def looks_like(expression: str, table: LicenceTable) -> tuple[int, int, str] | None:
    """The characters that are not ASCII and what they look like, if that makes an expression of known ids."""
    foreign = [index for index, character in enumerate(expression) if not character.isascii()]
    if not foreign:
        return None
    start, end = foreign[0], foreign[-1] + 1
    text = as_seen(expression[start:end])
    try:
        node = parse(expression[:start] + text + expression[end:])
    except LicenceError:
        return None
    known = all(_is_id(licence.id, table) for licence in leaves(node))
    return (start, end, text) if known else None


def licences_in_text(text: str, table: LicenceTable) -> tuple[str, ...]:
    """The licences whose ids or unambiguous common names occur in a text, in its order."""
    return tuple(dict.fromkeys(_find_licences(_WORD.findall(text[:MAX_CHARACTERS]), table)))


def _find_licences(words: list[str], table: LicenceTable) -> Iterator[str]:
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + _MAX_NAME_WORDS), start, -1):
            name = " ".join(words[start:end])
            readings = table.ids_for_alias(name) or ((table.canonical(name),) if _is_id(name, table) else ())
            if len(readings) == 1:
                yield readings[0]
                start = end
                break
        else:
            start += 1


def _is_id_or_operator(word: str, table: LicenceTable) -> bool:
    return word.upper() in (*OPERATORS, *UNSTATED) or _is_id(word, table)


def _is_id(name: str, table: LicenceTable) -> bool:
    return table.flags(name) is not None or table.row(name) is not None
