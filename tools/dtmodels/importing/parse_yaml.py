"""YAML of a foreign description, read as strictly as a card, with its comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from dtbase.system.errors import Failure
from dtmodels.importing.values import Document, check_limits
from dtmodels.yaml.document import (
    Mapping,
    Scalar,
    Sequence,
    UnreadableDocument,
    YamlNode,
    compose_document,
    decode_document,
)
from dtmodels.yaml.values import NotJson, is_null, plain_value

_BLOCK_HEADER = re.compile(r"[|>][^\n#]*\s(#[^\n]*)")


def parse_yaml(text: str, where: str, *, body: str = "") -> Document:
    """Parse the text of one YAML document.

    Raises:
        Failure: it is no YAML, ambiguous YAML, or not within the limits of a card.
    """
    try:
        root, problems = compose_document(decode_document(text.encode()))
        if problems:
            raise UnreadableDocument(problems[0])
    except UnreadableDocument as exc:
        span = exc.problem.span
        raise Failure(exc.problem.what, where=f"{where}:{span.line}:{span.column}", fix=exc.problem.fix) from exc
    values = _value(root, _typed) if root else None
    check_limits(values, where)
    texts = _value(root, lambda scalar: scalar.text) if root else None
    return Document(values=values, texts=texts, comments=tuple(_comments(text)), body=body)


def _value(node: YamlNode, convert: Any) -> Any:
    match node:
        case Mapping():
            return {key.text: _value(inner, convert) for key, inner in node.pairs}
        case Sequence():
            return [_value(item, convert) for item in node.items]
        case Scalar():
            return None if is_null(node) else convert(node)


def _typed(scalar: Scalar) -> Any:
    if not scalar.plain:
        return scalar.text
    try:
        return plain_value(scalar.text)
    except NotJson:
        return scalar.text


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment with its line: it is what stands between two tokens, apart from white space."""
    end = 0
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader  # as for the values; the two differ
    for token in yaml.scan(text, Loader=loader):
        start = token.start_mark.index
        yield from _in_gap(text, end, start)
        end = max(end, token.end_mark.index)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header = _BLOCK_HEADER.match(text, start)
            if header and header.end() <= end:
                yield text.count("\n", 0, start) + 1, header[1].lstrip("#").strip()
    yield from _in_gap(text, end, len(text))


def _in_gap(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    for comment in re.finditer(r"#([^\n]*)", text[start:end]):
        if words := comment[1].strip():
            yield text.count("\n", 0, start + comment.start()) + 1, words
