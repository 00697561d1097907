"""Write YAML that all readers parse alike: block style, with quotes wherever two readers could differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.yaml.document import FieldPath, Scalar, Span
from dtmodels.yaml.values import other_reading

MODELINE = "# yaml-language-server: $schema=../../schema/card-v1.schema.json\n"
"""First line of a card: it points editors to the schema."""


def card_text(values: Mapping[str, Any], remarks: Mapping[FieldPath, str]) -> str:
    """Return the text of a card file.

    Args:
        values: plain values: mappings, lists, strings, numbers, booleans, None.
        remarks: comments after a field, by its path.
    """
    return MODELINE + "\n".join(_lines(values, remarks, (), "")) + "\n"


def scalar(value: Any) -> str:
    """Write one value; a string gets no quotes only when every reader parses it as a string."""
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*", value)
    if plain and not other_reading(Scalar(value, True, Span(1, 1, 1)), str):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _lines(values: Mapping[str, Any], remarks: Mapping[FieldPath, str], where: FieldPath, indent: str) -> Iterator[str]:
    for name, value in values.items():
        path = (*where, name)
        remark = f"  # {remarks[path]}" if path in remarks else ""
        key = f"{indent}{scalar(name)}:"
        match value:
            case dict() if value:
                yield key + remark
                yield from _lines(value, remarks, path, indent + "  ")
            case list() if any(isinstance(item, dict) for item in value):
                yield key + remark
                for index, item in enumerate(value):
                    yield from _item(item, remarks, (*path, index), indent + "  ")
            case _:
                yield f"{key} {flow(value)}{remark}"


def _item(item: Any, remarks: Mapping[FieldPath, str], where: FieldPath, indent: str) -> Iterator[str]:
    if not isinstance(item, dict) or not item:
        yield f"{indent}- {flow(item)}"
        return
    first, *following = _lines(item, remarks, where, indent + "  ")
    yield f"{indent}- {first.lstrip()}"
    yield from following


def flow(value: Any) -> str:
    """Write a value on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{scalar(name)}: {flow(inner)}" for name, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(inner) for inner in value) + "]"
        case _:
            return scalar(value)
