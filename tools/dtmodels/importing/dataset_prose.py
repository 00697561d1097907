"""Names of datasets, and the terms of each, in a sentence such as `SIDD: MIT; DIV2K, WED: no licence`.

Only what reads as a name counts: few words, the first with a capital, a digit or an underscore.
"""

from __future__ import annotations

import re

_MOST_WORDS = 5
_MOST_CHARACTERS = 120
_HIDDEN = "\0"
"""Stands for each character inside parentheses, where nothing is a name or ends one."""
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_LEAD = re.compile(r"^(pre-?|fine-?)?(trained|tuned|training)( only)? (on|with)( the)? ", re.IGNORECASE)
_END_OF_NAMES = re.compile(r"\s+[–—-]\s+|:\s|\.\s|\n")
_BETWEEN = re.compile(r"\s*(?:,|;|\+|&|\s/\s|\band\b|\bplus\b)\s*")
_NO_NAMES = frozenset({"license", "licence", "licenses", "licences", "note", "notes", "see", "terms", "source"})
_NAMES_THEN_TERMS = re.compile(r"(?:^|[;.]\s+)([^:;]{1,200}?):\s+")


def dataset_parts(text: str) -> dict[str, str]:
    """Return the names with which a text about training data begins, each with its own part of the text.

    The end of the text, which follows all names, belongs to each. Empty if the text begins with no name.
    """
    text = _LEAD.sub("", text)
    masked = _masked(text)
    end = _END_OF_NAMES.search(masked)
    tail = text[end.start() :] if end else ""
    head = masked[: end.start()] if end else masked
    spans = _spans(head)
    named = [(_plain(head[start:stop]), text[start:stop].strip() + tail) for start, stop in spans]
    if len(named) == 1 and _is_single_word(named[0][0]):
        return dict(named)
    return {name: part for name, part in named if is_name(name)}


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


def _is_single_word(text: str) -> bool:
    word = re.fullmatch(r"\S*\w\S*", text)
    return word is not None and len(text) <= _MOST_CHARACTERS and text.lower() not in _NO_NAMES


def _names(text: str) -> list[str]:
    masked = _masked(text)
    return [name for start, stop in _spans(masked) if is_name(name := _plain(masked[start:stop]))]


def _spans(masked: str) -> list[tuple[int, int]]:
    """Return start and end of the parts between separators."""
    separators = [match.span() for match in _BETWEEN.finditer(masked)]
    starts, ends = [0, *(end for _, end in separators)], [*(start for start, _ in separators), len(masked)]
    return list(zip(starts, ends, strict=True))


def _masked(text: str) -> str:
    return _PARENTHESES.sub(lambda match: _HIDDEN * len(match[0]), text)


def _plain(part: str) -> str:
    return re.sub(r"\s+(data ?sets?)$", "", part.replace(_HIDDEN, "").strip(" .'\"`*"), flags=re.IGNORECASE)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
