"""Read options of a card strictly; an invalid value raises a Failure with the location and a fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from dtbase.system.errors import Failure
from dtmodels.card.model import Card

Kind = TypeVar("Kind")
DEFAULT_TILE = 512
"""Suggested tile size, rounded up to a multiple that the network requires."""


def option(card: Card, name: str, default: Kind) -> Kind:
    """Option `name` of `convert.options`, of the type of `default`, or `default` if the card does not set it.

    Raises:
        Failure: the option has another type, or is an integer below 1.
    """
    value = card.convert.options.get(name, default)
    if type(value) is not type(default) or (isinstance(value, int) and not isinstance(value, bool) and value < 1):
        raise Failure(f"is {value!r}", where=_where(card, name), fix=f"write it like this: {name}: {_text(default)}")
    return value


def text_option(card: Card, name: str, example: str) -> str:
    """Option `name` as text; empty if the card does not set it.

    Raises:
        Failure: the value is not text, or is empty.
    """
    value = card.convert.options.get(name)
    if value is None and name not in card.convert.options:
        return ""
    if not isinstance(value, str) or not value:
        raise Failure(f"is {value!r}", where=_where(card, name), fix=f"write it like this: {name}: {example}")
    return value


def positive_integers(card: Card, name: str, default: Sequence[int]) -> tuple[int, ...]:
    """Option `name` as a list of positive integers.

    Raises:
        Failure: the value is not such a list.
    """
    value = card.convert.options.get(name, default)
    if isinstance(value, str) or not isinstance(value, Sequence) or not value or not all(map(_is_count, value)):
        raise Failure(f"is {value!r}", where=_where(card, name), fix=f"write it like this: {name}: {list(default)}")
    return tuple(value)


def choice(card: Card, name: str, choices: Sequence[str]) -> str:
    """Option `name` as one of `choices`; the first is the default.

    Raises:
        Failure: the value is none of them.
    """
    value = card.convert.options.get(name, choices[0])
    if value not in choices:
        raise Failure(f"is {value!r}", where=_where(card, name), fix=f"one of: {', '.join(choices)}")
    return str(value)


def tile_size(card: Card, file: str, multiple: int) -> int:
    """Tile size that darktable uses for the graph `file`: first element of `input_sizes` in its attributes.

    Args:
        card: card of the model.
        file: name of the graph without `.onnx`; its own attributes override those of the model.
        multiple: the network requires sides that are a multiple of this.

    Raises:
        Failure: the card has no tile size, or one that the network does not support.
    """
    attributes: Mapping[str, Any] = card.package.attributes
    own = attributes.get(file)
    sizes = (
        own.get("input_sizes") if isinstance(own, Mapping) and "input_sizes" in own else attributes.get("input_sizes")
    )
    where = f"models/{card.id}/card.yaml: package.attributes.input_sizes"
    if not isinstance(sizes, Sequence) or isinstance(sizes, str) or not sizes or not _is_count(sizes[0]):
        fix = f"write a list of one number: [{-(-DEFAULT_TILE // multiple) * multiple}]"
        raise Failure(f"has no tile size for {file}", where=where, fix=fix)
    size = int(sizes[0])
    if size % multiple:
        nearest = max(round(size / multiple), 1) * multiple
        raise Failure(f"{size} is not a multiple of {multiple}", where=where, fix=f"write {nearest}")
    return size


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _where(card: Card, name: str) -> str:
    return f"models/{card.id}/card.yaml: convert.options.{name}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
