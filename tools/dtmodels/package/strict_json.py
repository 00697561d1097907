"""JSON as darktable's parser, json-glib, and all others agree on it."""

from __future__ import annotations

import json
import math
from typing import Any

INT64 = range(-(1 << 63), 1 << 63)
"""Integers that json-glib can hold."""


def parse_json(data: bytes, repeated: list[str]) -> Any:
    """Parse JSON strictly; keys that occur twice in one object are added to `repeated`.

    Raises:
        ValueError: not JSON in UTF-8. Comments, trailing commas, NaN, numbers out of range and incomplete escapes of
            characters are rejected.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(pairs)

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ValueError(f"not UTF-8: byte {data[exc.start]:#04x} at {exc.start}") from exc
    if not text.strip():
        raise ValueError("it is empty")
    if text.lstrip().startswith(("//", "/*")):
        raise ValueError("it starts with a comment")
    try:
        value = json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=_reject_constant,
            parse_int=_bounded_integer,
            parse_float=_finite_float,
        )
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as exc:
        raise ValueError("too deeply nested") from exc
    except UnicodeEncodeError as exc:
        raise ValueError("an escape such as \\ud800 is half a character") from exc
    return value


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _bounded_integer(digits: str) -> int:
    if len(digits) > len(str(INT64.start)) or int(digits) not in INT64:
        raise ValueError(f"{digits[:30]} is too large for a JSON integer")
    return int(digits)


def _finite_float(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError(f"{digits[:30]} is too large for a JSON number")
    return value


def json_type_name(value: Any) -> str:
    """Return the type of a JSON value for messages."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
