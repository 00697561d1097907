"""Read a card strictly, with the line and column of every value, and without importing `jsonschema`."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.model import Card
from dtmodels.card.schema_fit import validate_against_schema
from dtmodels.card.schemas import load_schema
from dtmodels.yaml.document import (
    MAX_DOCUMENT_BYTES,
    ReadProblem,
    Scalar,
    Sequence,
    Span,
    UnreadableDocument,
    YamlNode,
    compose_document,
    decode_document,
)
from dtmodels.yaml.document import Mapping as Fields

SCHEMA = "card-v1"
_TOP = Span(1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReading:
    """Result of reading a card file: problems, source text, document, values and card."""

    path: Path
    problems: tuple[ReadProblem, ...]
    text: str = ""
    root: Fields | None = None
    """The document, used to locate values; None when it is no YAML mapping."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The fields of the card, converted to the types of the schema."""
    card: Card | None = None
    """The card; None when a structural field is missing. It may still have problems."""


def read_card(path: Path) -> Card:
    """Read the card at `path`.

    Raises:
        Failure: the card has an error; the message states line and column of the first one, and a fix.
        WrongUsage: there is no such file.
    """
    if not path.is_file():
        raise WrongUsage("there is no such card", where=str(path), fix="pass the path of a card.yaml")
    reading = parse_card_file(path)
    for problem in reading.problems:
        if problem.severity == "error":
            where = f"{path}:{problem.span.line}:{problem.span.column}"
            raise Failure(problem.what, where=where, fix=problem.fix)
    assert reading.card is not None  # noqa: S101 - it is None only after an error
    return reading.card


def parse_card_file(path: Path) -> CardReading:
    """Read the card file at `path` and collect all its problems, in the order of the file."""
    try:
        text = decode_document(_read_bytes(path))
    except UnreadableDocument as exc:
        return CardReading(path=path, problems=(exc.problem,))
    return parse_card_text(path, text)


def parse_card_text(path: Path, text: str) -> CardReading:
    """Parse the text of a card and collect all its problems; `path` is only used in the result."""
    try:
        root, problems = compose_document(text)
        root = _mapping(root)
    except UnreadableDocument as exc:
        return CardReading(path=path, text=text, problems=(exc.problem,))
    values, departures = validate_against_schema(root, load_schema(SCHEMA))
    if unknown_version := [problem for problem in departures if problem.rule == "SCH005"]:
        return CardReading(path=path, text=text, problems=tuple(unknown_version), root=root)
    problems = _in_order([*problems, *departures])
    complete = not any(problem.structural for problem in problems)
    return CardReading(
        path=path,
        text=text,
        problems=tuple(problems),
        root=root,
        values=values,
        card=build_dataclass(Card, values) if complete else None,
    )


def card_values(data: bytes) -> Mapping[str, Any] | None:
    """Return the fields of a card file that fit the schema; None when the bytes are no card."""
    try:
        root, _ = compose_document(decode_document(data))
        values, _ = validate_against_schema(_mapping(root), load_schema(SCHEMA))
    except UnreadableDocument:
        return None
    return values


def build_dataclass(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Build the dataclass `kind` and its nested dataclasses from plain values; lists become tuples."""
    hints = _hints(typing.cast(Hashable, kind))
    return kind(
        **{item.name: _convert(hints[item.name], values[item.name]) for item in fields(kind) if item.name in values}
    )


@functools.cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(typing.cast(type[Any], kind))


def _convert(hint: Any, value: Any) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _convert(_alternative(inner, value), value)
    if is_dataclass(hint):
        return build_dataclass(typing.cast(type[Any], hint), value)
    if origin is tuple:
        return tuple(_convert(inner[0], item) for item in value)
    if origin is Mapping and inner[-1] is not Any:
        return {name: _convert(inner[-1], item) for name, item in value.items()}
    return value


def _alternative(hints: tuple[Any, ...], value: Any) -> Any:
    """Return the mapping among the alternatives of a field for a mapping, and the first one for other values."""
    mappings = [hint for hint in hints if typing.get_origin(hint) is Mapping]
    return mappings[0] if mappings and isinstance(value, dict) else hints[0]


def _read_bytes(path: Path) -> bytes:
    """Read a card file, at most one byte more than the size limit."""
    if path.is_symlink() or path.parent.is_symlink():
        raise _unreadable("YML001", "the card is a link", "replace it with a regular file in the model's directory")
    if path.exists() and not path.is_file():
        raise _unreadable("YML001", "cannot be read: it is a directory or a device", "replace it with a regular file")
    try:
        with path.open("rb") as file:
            return file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as exc:
        raise _unreadable("YML001", f"cannot be read: {exc.strerror}", "replace it with a readable file") from exc


def _mapping(root: YamlNode | None) -> Fields:
    match root:
        case Fields():
            return root
        case None | Scalar(text=""):
            raise _unreadable("SCH001", "the file is empty", "start with `dtmodels new`")
        case Sequence():
            raise _unreadable("SCH001", "the file contains a list, not a card", "start with `schema: 1`", root.span)
        case Scalar():
            raise _unreadable("SCH001", "the file contains text, not a card", "start with `schema: 1`", root.span)


def _in_order(problems: list[ReadProblem]) -> list[ReadProblem]:
    """Sort problems by position, and drop warnings about values that also have an error."""
    with_error = {problem.where for problem in problems if problem.severity == "error" and problem.where}
    reported = [problem for problem in problems if problem.severity == "error" or problem.where not in with_error]
    return sorted(reported, key=lambda problem: (problem.span.line, problem.span.column))


def _unreadable(rule: str, what: str, fix: str, span: Span = _TOP) -> UnreadableDocument:
    return UnreadableDocument(ReadProblem(rule=rule, span=span, what=what, fix=fix, structural=True))
