"""Read a card: strictly, with the line and column of every value, and without the weight of a general validator."""

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
    MAX_BYTES,
    Node,
    ReadProblem,
    Scalar,
    Sequence,
    Span,
    UnreadableDocument,
    compose,
    decode,
)
from dtmodels.yaml.document import Mapping as Fields

SCHEMA = "card-v1"
_TOP = Span(1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReading:
    """All that one reading of a card file yields."""

    path: Path
    problems: tuple[ReadProblem, ...]
    text: str = ""
    root: Fields | None = None
    """The document, for looking up where a value stands; None when it is no YAML mapping."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The fields of the card in their types."""
    card: Card | None = None
    """The card, unless something it cannot do without is missing. It may still have problems."""


def read_card(path: Path) -> Card:
    """Read the card at `path`.

    Raises:
        Failure: the card has an error; says line and column of the first one, and how to correct it.
        WrongUsage: there is no such file.
    """
    if not path.is_file():
        raise WrongUsage("there is no such card", where=str(path), fix="name a card.yaml")
    reading = parse_card_file(path)
    for problem in reading.problems:
        if problem.severity == "error":
            where = f"{path}:{problem.span.line}:{problem.span.column}"
            raise Failure(problem.what, where=where, fix=problem.fix)
    assert reading.card is not None  # noqa: S101 - only an error leaves it out
    return reading.card


def parse_card_file(path: Path) -> CardReading:
    """Read the card at `path` and collect everything that is wrong with it, errors in the order of the file."""
    try:
        text = decode(_load(path))
    except UnreadableDocument as stop:
        return CardReading(path=path, problems=(stop.problem,))
    return parse_card_text(path, text)


def parse_card_text(path: Path, text: str) -> CardReading:
    """The same for a card whose file, at `path`, has this text or could have it."""
    try:
        root, problems = compose(text)
        root = _mapping(root)
    except UnreadableDocument as stop:
        return CardReading(path=path, text=text, problems=(stop.problem,))
    values, departures = validate_against_schema(root, load_schema(SCHEMA))
    if version := [problem for problem in departures if problem.rule == "SCH005"]:
        return CardReading(path=path, text=text, problems=tuple(version), root=root)
    problems = _in_order([*problems, *departures])
    whole = not any(problem.structural for problem in problems)
    return CardReading(
        path=path,
        text=text,
        problems=tuple(problems),
        root=root,
        values=values,
        card=build_dataclass(Card, values) if whole else None,
    )


def card_values(data: bytes) -> Mapping[str, Any] | None:
    """The fields of a card from the bytes of its file, as far as they fit the schema; None when it is no card."""
    try:
        root, _ = compose(decode(data))
        values, _ = validate_against_schema(_mapping(root), load_schema(SCHEMA))
    except UnreadableDocument:
        return None
    return values


def build_dataclass(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """The dataclass `kind` from plain values, parts included; lists become tuples."""
    hints = _hints(typing.cast(Hashable, kind))
    return kind(
        **{part.name: _built(hints[part.name], values[part.name]) for part in fields(kind) if part.name in values}
    )


@functools.cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(typing.cast(type[Any], kind))


def _built(hint: Any, value: Any) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _built(next(choice for choice in inner if choice is not type(None)), value)
    if is_dataclass(hint):
        return build_dataclass(typing.cast(type[Any], hint), value)
    if origin is tuple:
        return tuple(_built(inner[0], item) for item in value)
    if origin is Mapping and inner[-1] is not Any:
        return {name: _built(inner[-1], item) for name, item in value.items()}
    return value


def _load(path: Path) -> bytes:
    """The bytes of a card file, never more than needed to see that it is too large."""
    if path.is_symlink() or path.parent.is_symlink():
        raise _refused("YML001", "the card is a link", "put the file itself into the model's directory")
    if path.exists() and not path.is_file():
        raise _refused("YML001", "cannot be read: it is a directory or a device", "put the file itself there")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise _refused("YML001", f"cannot be read: {exc.strerror}", "put a readable file there") from exc


def _mapping(root: Node | None) -> Fields:
    match root:
        case Fields():
            return root
        case None | Scalar(text=""):
            raise _refused("SCH001", "the file is empty", "start with `dtmodels new`")
        case Sequence():
            raise _refused("SCH001", "the file holds a list, not a card", "start with `schema: 1`", root.span)
        case Scalar():
            raise _refused("SCH001", "the file holds a text, not a card", "start with `schema: 1`", root.span)


def _in_order(problems: list[ReadProblem]) -> list[ReadProblem]:
    """Sorted by place; a warning about a value that is wrong anyway is left out."""
    wrong = {problem.where for problem in problems if problem.severity == "error" and problem.where}
    kept = [problem for problem in problems if problem.severity == "error" or problem.where not in wrong]
    return sorted(kept, key=lambda problem: (problem.span.line, problem.span.column))


def _refused(rule: str, what: str, fix: str, span: Span = _TOP) -> UnreadableDocument:
    return UnreadableDocument(ReadProblem(rule=rule, span=span, what=what, fix=fix, structural=True))
