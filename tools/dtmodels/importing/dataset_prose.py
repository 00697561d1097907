"""Names of datasets, and the terms of each, in a sentence such as `SIDD: MIT; DIV2K, WED: no licence`.

Only what reads as a name counts: few words, the first with a capital, a digit or an underscore.
"""

from __future__ import annotations

import re

_MOST_WORDS = 5
_MOST_CHARACTERS = 120
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_LEAD = re.compile(r"^(pre-?|fine-?)?(trained|tuned|training)( only)? (on|with)( the)? ", re.IGNORECASE)
_END_OF_NAMES = re.compile(r"\s+[–—-]\s+|:\s|\.\s|\n")
_BETWEEN = re.compile(r"\s*(?:,|;|\+|&|\s/\s|\band\b|\bplus\b)\s*")
_NO_NAMES = frozenset({"license", "licence", "licenses", "licences", "note", "notes", "see", "terms", "source"})
_NAMES_THEN_TERMS = re.compile(r"(?:^|[;.]\s+)([^:;]{1,200}?):\s+")


def dataset_names(text: str) -> list[str]:
    """Return the names with which a text about training data begins, as they are written; empty if it names none."""
    head = _END_OF_NAMES.split(_LEAD.sub("", _without_parentheses(text)), maxsplit=1)[0]
    parts = [_plain(part) for part in _BETWEEN.split(head)]
    if len(parts) == 1 and re.fullmatch(r"\S*\w\S*", parts[0]) and parts[0].lower() not in _NO_NAMES:
        return parts if len(parts[0]) <= _MOST_CHARACTERS else []
    return list(dict.fromkeys(part for part in parts if is_name(part)))


def dataset_terms(text: str) -> dict[str, str]:
    """Return the terms of each dataset that a text about licences names, by name; empty if it names none."""
    found = [match for match in _NAMES_THEN_TERMS.finditer(text) if _names(match[1])]
    ends = [*(match.start() for match in found[1:]), len(text)][: len(found)]
    terms: dict[str, str] = {}
    for match, end in zip(found, ends, strict=True):
        stated = text[match.end() : end].strip(" ;.")
        terms |= {name: stated for name in _names(match[1]) if stated}
    return terms


def is_name(text: str) -> bool:
    """Return whether a few words can be the name of a dataset."""
    words = text.split()
    if not words or len(words) > _MOST_WORDS or len(text) > _MOST_CHARACTERS or text.lower() in _NO_NAMES:
        return False
    return bool(re.search(r"[A-Z0-9_]", words[0]))


def same_dataset(one: str, other: str) -> bool:
    """Return whether two names are of one dataset: one begins with the words of the other, in any case."""
    first, second = _words(one), _words(other)
    length = min(len(first), len(second))
    return bool(length) and first[:length] == second[:length]


def _names(text: str) -> list[str]:
    return [name for part in _BETWEEN.split(_without_parentheses(text)) if is_name(name := _plain(part))]


def _without_parentheses(text: str) -> str:
    return _PARENTHESES.sub("", text)


def _plain(part: str) -> str:
    return re.sub(r"\s+(data ?sets?)$", "", part.strip(" .'\"`*"), flags=re.IGNORECASE)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
