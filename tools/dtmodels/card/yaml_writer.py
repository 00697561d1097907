"""Write YAML that every reader takes the same: block style, and quotes wherever two readers could differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.yaml.document import FieldPath, Scalar, Span
from dtmodels.yaml.values import other_reading

MODELINE = "# yaml-language-server: $schema=../../schema/card-v1.schema.json\n"
"""What tells editors which schema a card follows."""


def card_text(values: Mapping[str, Any], remarks: Mapping[FieldPath, str]) -> str:
    """A card as the text of its file.

    Args:
        values: plain values: mappings, lists, text, numbers, true and false, None.
        remarks: comments by the path of the field they stand behind.
    """
    return MODELINE + "\n".join(_lines(values, remarks, (), "")) + "\n"


def scalar(value: Any) -> str:
    """One value; text without quotes only where no reader takes it for something else."""
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*", value)
    if plain and not other_reading(Scalar(value, True, Span(1, 1, 1)), str):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _lines(values: Mapping[str, Any], remarks: Mapping[FieldPath, str], where: FieldPath, indent: str) -> Iterator[str]:
    for name, value in values.items():
        here = (*where, name)
        remark = f"  # {remarks[here]}" if here in remarks else ""
        key = f"{indent}{scalar(name)}:"
        match value:
            case dict() if value:
                yield key + remark
                yield from _lines(value, remarks, here, indent + "  ")
            case list() if any(isinstance(item, dict) for item in value):
                yield key + remark
                for index, item in enumerate(value):
                    yield from _item(item, remarks, (*here, index), indent + "  ")
            case _:
                yield f"{key} {_flow(value)}{remark}"


def _item(item: Any, remarks: Mapping[FieldPath, str], where: FieldPath, indent: str) -> Iterator[str]:
    if not isinstance(item, dict) or not item:
        yield f"{indent}- {_flow(item)}"
        return
    first, *others = _lines(item, remarks, where, indent + "  ")
    yield f"{indent}- {first.lstrip()}"
    yield from others


def _flow(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{scalar(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(inner) for inner in value) + "]"
        case _:
            return scalar(value)
