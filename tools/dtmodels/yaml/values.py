"""What a scalar without quotes means: to YAML 1.2, which counts here, and to the YAML 1.1 readers still around."""

from __future__ import annotations

import re
from typing import Any

import yaml

from dtmodels.yaml.document import Node, Scalar

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
_MOST_DIGITS = 18
"""Longer integers do not fit 64 bits, which is where JSON readers part."""
_YAML_1_1 = yaml.resolver.Resolver()


class NotJson(ValueError):
    """A value JSON has no word for, such as infinity."""


def is_null(node: Node) -> bool:
    """Whether nothing is given: an empty value, `~` or `null` without quotes."""
    return isinstance(node, Scalar) and node.plain and node.text in _WORDS and _WORDS[node.text] is None


def plain_value(text: str) -> Any:
    """The value of a scalar without quotes by the core schema of YAML 1.2: null, bool, int, float or str.

    Raises:
        NotJson: infinity, not-a-number, or an integer beyond 64 bits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            raise NotJson(text)
        return int(text)
    if _BASED.fullmatch(text) and len(text) < _MOST_DIGITS:
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
    """What another reader may take a scalar for when it is meant as `kind`; empty when all agree.

    A YAML 1.1 reader takes `NO` for false and `12:30` for 750, a YAML 1.2 reader takes `12e4567` for a number.
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
    return next((_NAMES[seen] for seen in (older, newer) if not _same(seen, kind)), "")


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


def _same(seen: type, kind: type) -> bool:
    return seen is kind or (kind is float and seen is int)
