"""Terms told in prose where an expression belongs: which licences the words name, and what an expression would be.

Cards of other collections say `CC BY 4.0 / CC0 (per image)` or `no explicit licence`. What of it is certain can be
judged all the same; how the parts belong together only the authors know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dtmodels.licence.expression import UNSTATED, parse
from dtmodels.licence.table import Table
from dtmodels.licence.tokens import MOST_CHARACTERS, OPERATORS, LicenceError

PER_ITEM = "LicenseRef-Mixed-Per-Item"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_FEWEST_WORDS = 3
_FEWEST_UNKNOWN = 2
_LONGEST_NAME = 6
"""Words of the longest common name worth looking for."""
_EACH = re.compile(r"\bper[ -](image|picture|photo|file|item)|\beach\b|\bmixed\b|\bvarious\b", re.IGNORECASE)
_NOTHING = re.compile(r"\b(no|none|not|without|unknown|unclear|unspecified|undisclosed)\b", re.IGNORECASE)


def is_prose(text: str, table: Table) -> bool:
    """Whether a text that is no expression is not meant as one either: several words, and most of them no ids."""
    words = _WORD.findall(text[:MOST_CHARACTERS])
    unknown = [word for word in words if not _known(word, table)]
    return len(words) >= _FEWEST_WORDS and len(unknown) >= _FEWEST_UNKNOWN


def advice(text: str, table: Table) -> str:
    """What to write instead of terms told in prose."""
    found = named(text, table)
    ways = [f"{' AND '.join(found)} if {'all of them hold' if len(found) > 1 else 'that is all'}"] if found else []
    if _EACH.search(text):
        ways.append(f"{PER_ITEM} if each item has a licence of its own")
    if not found and _NOTHING.search(text):
        ways.append("NOASSERTION if nobody states a licence")
    return (
        f"write {', '.join(ways or ['the SPDX id of the licence, or LicenseRef- and a name for terms of their own'])}"
    )


def expression_from_text(text: str, table: Table) -> str:
    """The expression a text stands for where its words leave no choice, else the text itself."""
    try:
        parse(text)
    except LicenceError:
        if is_prose(text, table):
            return " AND ".join(named(text, table)) or text
    readings = table.meant(text) or ()
    return readings[0] if len(readings) == 1 else text


def named(text: str, table: Table) -> tuple[str, ...]:
    """The licences whose ids or unambiguous common names stand in a text, in its order."""
    return tuple(dict.fromkeys(_named(_WORD.findall(text[:MOST_CHARACTERS]), table)))


def _named(words: list[str], table: Table) -> Iterator[str]:
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + _LONGEST_NAME), at, -1):
            name = " ".join(words[at:end])
            readings = table.meant(name) or ((table.canonical(name),) if _is_id(name, table) else ())
            if len(readings) == 1:
                yield readings[0]
                at = end
                break
        else:
            at += 1


def _known(word: str, table: Table) -> bool:
    return word.upper() in (*OPERATORS, *UNSTATED) or _is_id(word, table)


def _is_id(name: str, table: Table) -> bool:
    return table.flags(name) is not None or table.row(name) is not None
