"""Checks of attributes of `config.json` that darktable reads in an unexpected way."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.findings.check_report import CheckProblem, error
from dtmodels.package.config_reader import MISSING
from dtmodels.tasks._protocol import Model


def check_boost(model: Model) -> Iterator[CheckProblem]:
    """Check that `shadow_boost` is a boolean: darktable reads a string as false."""
    value = model.config.attribute("shadow_boost")
    if value is not MISSING and not isinstance(value, (bool, int, float)):
        what = f"is {value!r}: darktable reads anything but a boolean or number as false"
        reason = "the author probably intended another value"
        yield error("attribute.boolean", where_attribute("shadow_boost"), what, "write true or false", reason=reason)


def check_choice(model: Model, path: str, choices: tuple[str, ...]) -> Iterator[CheckProblem]:
    """Check an attribute with a fixed set of strings; darktable replaces any other value by its default."""
    value = model.config.attribute(path)
    if value is not MISSING and value not in choices:
        what = f"is {value!r}, which darktable ignores"
        reason = "it uses its default, which the author did not intend"
        yield error("attribute.choice", where_attribute(path), what, f"one of: {', '.join(choices)}", reason=reason)


def where_attribute(path: str) -> str:
    """Location of an attribute, for messages."""
    return f"config.json: attributes.{path}"
