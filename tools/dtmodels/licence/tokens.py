"""Tokeniser of licence expressions; called by the parser."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

MAX_CHARACTERS = 512
MAX_TOKENS = 64
_TOKEN = re.compile(r"[()]|[^ \t()]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\+?")
_EXTERNAL_REFERENCE = re.compile(r"(DocumentRef|AdditionRef)-|:", re.IGNORECASE)
OPERATORS = ("AND", "OR", "WITH")
_OPERATOR_SIGNS = {"/": "OR", "|": "OR", "||": "OR", ",": "AND or OR", ";": "AND or OR", "&": "AND", "&&": "AND"}


class LicenceError(Exception):
    """A text that is not a licence expression, with the position of the error and a fix."""

    def __init__(self, what: str, start: int, end: int, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.start = start
        """First character of the error, counted from 0; `end` is exclusive."""
        self.end = end
        self.fix = fix


class Token(NamedTuple):
    """An id, an operator or a bracket, with its position."""

    text: str
    start: int
    end: int


def tokenise(expression: str) -> tuple[Token, ...]:
    """Split an expression into tokens, and check each one.

    Raises:
        LicenceError: the text is too long, or a token is neither an id, an operator nor a bracket.
    """
    if len(expression) > MAX_CHARACTERS:
        what = f"the expression has {len(expression)} characters, more than {MAX_CHARACTERS}"
        raise LicenceError(what, MAX_CHARACTERS, len(expression), "shorten it")
    tokens = tuple(Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(expression))
    for token in tokens:
        _check_token(token)
    if len(tokens) > MAX_TOKENS:
        what = f"the expression has {len(tokens)} ids, operators and brackets, more than {MAX_TOKENS}"
        raise LicenceError(what, tokens[MAX_TOKENS].start, tokens[-1].end, "shorten it")
    return tokens


def _check_token(token: Token) -> None:
    if token.text in ("(", ")") or _ID.fullmatch(token.text):
        if _EXTERNAL_REFERENCE.match(token.text):
            fix = "write the SPDX id of the licence, or an id with LicenseRef-"
            raise token_error(token, f"'{abbreviate(token.text)}' refers to another document", fix)
        return
    for offset, character in enumerate(token.text):
        if not character.isascii():
            position = Token(character, token.start + offset, token.start + offset + 1)
            raise token_error(position, f"{_describe_character(character)} is not ASCII", _ascii_fix(token.text))
    if _EXTERNAL_REFERENCE.search(token.text):
        fix = "write the SPDX id of the licence, or an id with LicenseRef-"
        raise token_error(token, f"'{abbreviate(token.text)}' refers to another document", fix)
    sign = next((sign for sign in sorted(_OPERATOR_SIGNS, key=len, reverse=True) if sign in token.text), None)
    if sign:
        offset = token.start + token.text.index(sign)
        raise LicenceError(f"'{sign}' is not an operator", offset, offset + len(sign), f"write {_OPERATOR_SIGNS[sign]}")
    raise token_error(
        token, f"'{abbreviate(token.text)}' cannot be a licence id", "use only letters, digits, dots and hyphens"
    )


def _describe_character(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} ({name})" if name else f"U+{ord(character):04X}"


def _ascii_fix(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return f"write {abbreviate(plain)}" if plain.isascii() and _ID.fullmatch(plain) else "use ASCII characters only"


def abbreviate(text: str) -> str:
    """Shorten a text to at most 40 characters, for a message."""
    return text if len(text) <= 40 else f"{text[:37]}..."


def token_error(token: Token, what: str, fix: str) -> LicenceError:
    """Build the error for one token."""
    return LicenceError(what, token.start, token.end, fix)
