"""Attributes of `config.json` that darktable reads otherwise than one would think."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.findings.check_report import CheckProblem, error
from dtmodels.package.config_reader import MISSING
from dtmodels.tasks._protocol import Model


def check_boost(model: Model) -> Iterator[CheckProblem]:
    """`shadow_boost` must be a boolean: darktable takes a string for false."""
    value = model.config.attribute("shadow_boost")
    if value is not MISSING and not isinstance(value, (bool, int, float)):
        what = f"is {value!r}: darktable takes anything but a boolean or number for false"
        reason = "the author meant something else"
        yield error("attribute.boolean", where_attribute("shadow_boost"), what, "write true or false", reason=reason)


def check_choice(model: Model, path: str, choices: tuple[str, ...]) -> Iterator[CheckProblem]:
    """An attribute with a fixed set of strings; darktable ignores any other value and uses its default."""
    value = model.config.attribute(path)
    if value is not MISSING and value not in choices:
        what = f"is {value!r}, which darktable ignores"
        reason = "it uses its default instead, which is not what the author meant"
        yield error("attribute.choice", where_attribute(path), what, f"one of: {', '.join(choices)}", reason=reason)


def where_attribute(path: str) -> str:
    """The place of an attribute, for messages."""
    return f"config.json: attributes.{path}"
