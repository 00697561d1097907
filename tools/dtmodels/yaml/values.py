"""Types of scalars without quotes: by YAML 1.2, which applies here, and by YAML 1.1, which other readers use."""

from __future__ import annotations

import re
from typing import Any

import yaml

from dtmodels.yaml.document import Scalar, YamlNode

_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_OCTAL_LOOK = re.compile(r"[-+]?0[0-9]+")
_MAX_DIGITS = 18
"""Longer integers do not fit 64 bits, and JSON readers handle them differently."""
_YAML_1_1 = yaml.resolver.Resolver()


class NotJson(ValueError):
    """A value that JSON cannot represent, such as infinity."""


def is_null(node: YamlNode) -> bool:
    """Return True for an empty value, `~` or `null` without quotes."""
    return isinstance(node, Scalar) and node.plain and node.text in _WORDS and _WORDS[node.text] is None


def plain_value(text: str) -> Any:
    """Convert a scalar without quotes by the core schema of YAML 1.2: null, bool, int, float or str.

    Raises:
        NotJson: infinity, not-a-number, or an integer beyond 64 bits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise NotJson(text)
        return int(text)
    if _BASED.fullmatch(text) and len(text) < _MAX_DIGITS:
        return int(text, 0)
    if _SPECIAL.fullmatch(text):
        raise NotJson(text)
    if _NUMBER.fullmatch(text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise NotJson(text)
        return value
    return text


def other_reading(scalar: Scalar, kind: type) -> str:
    """Describe how another reader may parse a scalar of the intended type `kind`; empty when all readers agree.

    A YAML 1.1 reader parses `NO` as false and `12:30` as 750. A YAML 1.2 reader parses `12e4567` as a number.
    """
    if not scalar.plain:
        return ""
    older = _older_kind(scalar.text)
    try:
        newer = type(plain_value(scalar.text))
    except NotJson:
        newer = float
    if kind in (int, float) and _OCTAL_LOOK.fullmatch(scalar.text):
        return "an octal number"
    return next((_NAMES[parsed] for parsed in (older, newer) if not _same(parsed, kind)), "")


_NAMES: dict[type, str] = {
    bool: "yes or no",
    int: "a number",
    float: "a number",
    type(None): "no value",
    str: "text",
    object: "a date or time",
}


def _older_kind(text: str) -> type:
    tag: str = _YAML_1_1.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    kinds = {"bool": bool, "int": int, "float": float, "null": type(None), "str": str}
    return kinds.get(tag.rpartition(":")[2], object)


def _same(parsed: type, kind: type) -> bool:
    return parsed is kind or (kind is float and parsed is int)
