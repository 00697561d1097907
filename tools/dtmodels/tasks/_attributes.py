"""Checks of attributes of `config.json` that darktable reads in an unexpected way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.config_keys import misspelt
from dtmodels.package.config_reader import MISSING, PackageConfig
from dtmodels.tasks._protocol import Model

RETIRED = {
    "coreml_cpu_only": 'write cpu_only: ["CoreML"] next to attributes',
    "variants": "state the attributes of each file under its name, without .onnx: attributes.model_bayer",
}
"""Attributes of packages before darktable 5.6, which no version reads any more."""


def check_spelling(config: PackageConfig, known: tuple[str, ...]) -> Iterator[CheckProblem]:
    """Check that no attribute is a misspelt one; darktable ignores it, and uses a default.

    Args:
        config: the configuration.
        known: dotted paths of the attributes that darktable reads; without any, nothing is checked.
    """
    groups = {path.partition(".")[0] for path in known}
    for path in _paths(config.values.get("attributes")) if known else ():
        if path in {*known, *groups}:
            continue
        if path in RETIRED:
            yield warning("attribute.unknown", where_attribute(path), "is no longer read by darktable", RETIRED[path])
        elif intended := misspelt(path, {*known, *groups}):
            what = f"is no attribute that darktable reads for the task: did you mean {intended}?"
            yield warning("attribute.unknown", where_attribute(path), what, f"rename it to {intended}")


def _paths(attributes: Any) -> Iterator[str]:
    """Dotted paths of attributes, at most two keys long."""
    for key, value in attributes.items() if isinstance(attributes, dict) else ():
        yield key
        yield from (f"{key}.{inner}" for inner in value) if isinstance(value, dict) else ()


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
