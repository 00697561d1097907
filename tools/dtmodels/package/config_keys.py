"""Checks of the top-level keys of `config.json`, by how darktable's readers handle them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dtbase.system.suggestions import edit_distance, nearest_names
from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.config_reader import CONFIG_FILE, MISSING, PackageConfig
from dtmodels.package.config_writer import LOADER_KEYS
from dtmodels.package.strict_json import json_type_name

CARD_TEXTS = (
    "long_description",
    "scope",
    "author",
    "source",
    "paper",
    "license",
    "training_data",
    "training_data_license",
    "notes",
)
"""Texts that darktable shows for an installed model; it drops values that are not strings."""

KNOWN = (
    *("id", "name", "description", "task", "version", "arch", "backend", "num_inputs", "spatial_dims", "attributes"),
    *("model_card", *LOADER_KEYS),
)
"""Keys that darktable reads."""
MAX_TYPOS = 2
"""Number of different letters up to which an unknown key is taken for a misspelt one; any other is the author's own."""


def check_keys(config: PackageConfig, top: str) -> Iterator[CheckProblem]:
    """Check the top-level keys of a configuration.

    Args:
        config: the configuration.
        top: name of the model's directory, which must equal the id; not compared when empty.
    """
    yield from _check_spelling(config)
    yield from _check_identity(config, top)
    yield from _check_version(config)
    yield from _check_backend(config)
    if "description" in config.values and not isinstance(config.values["description"], str):
        what = f"is {json_type_name(config.values['description'])}: darktable shows nothing"
        yield _text_problem("description", what)
    if not isinstance(config.values.get("attributes", {}), dict):
        what = f"is {json_type_name(config.values['attributes'])} instead of an object: no attribute can be read"
        yield error("config.attributes", f"{CONFIG_FILE}: attributes", what, "write an object")
    yield from _check_model_card(config)


def _check_spelling(config: PackageConfig) -> Iterator[CheckProblem]:
    """Check that no key is a misspelt one, or one of the loader's in the wrong object."""
    for key in config.values:
        if key not in KNOWN and (intended := misspelt(key, KNOWN)):
            what = f"is no key of darktable, which ignores it: did you mean {intended}?"
            yield warning("config.unknown-key", f"{CONFIG_FILE}: {key}", what, f"rename it to {intended}")
    attributes = config.values.get("attributes")
    for key in attributes if isinstance(attributes, dict) else ():
        if key in LOADER_KEYS:
            what = "is no attribute: darktable reads the key at the top level only"
            yield warning("config.unknown-key", f"{CONFIG_FILE}: attributes.{key}", what, "move it next to attributes")


def misspelt(name: str, known: Iterable[str]) -> str:
    """Return the known name that `name` differs from by a few letters; empty when there is none, or it is short."""
    near = nearest_names(name, known, limit=1) if len(name) > 2 * MAX_TYPOS else []
    return near[0] if near and edit_distance(name.lower(), near[0].lower()) <= MAX_TYPOS else ""


def _check_identity(config: PackageConfig, top: str) -> Iterator[CheckProblem]:
    for key in ("id", "name"):
        value = config.values.get(key, MISSING)
        if not isinstance(value, str):
            what = "is missing" if value is MISSING else f"is {json_type_name(value)} instead of a string"
            yield error(
                f"config.{key}", f"{CONFIG_FILE}: {key}", f"{what}: darktable does not load the model", "write a string"
            )
        elif not value:
            yield error(
                f"config.{key}", f"{CONFIG_FILE}: {key}", "is empty: darktable does not find the model", "fill it in"
            )
    if (model_id := config.text("id")) and top and model_id != top:
        what = f"is {model_id!r}, but the directory is {top!r}: darktable looks for the model in the wrong directory"
        reason = "removal, model card and update status do not work"
        yield error("config.id-folder", f"{CONFIG_FILE}: id", what, "make them equal", reason=reason)
    if not config.text("task"):
        value = config.values.get("task", MISSING)
        what = "is missing" if value is MISSING else f"is {json_type_name(value) if value != '' else 'empty'}"
        yield error(
            "config.task", f"{CONFIG_FILE}: task", f"{what}: no part of darktable can run the model", "set the task"
        )


def _check_version(config: PackageConfig) -> Iterator[CheckProblem]:
    value = config.values.get("version", MISSING)
    if isinstance(value, str) and re.fullmatch(r"\d+\.\d+", value, re.ASCII):
        return
    if value is MISSING:
        what = "is missing: darktable uses version 0.0"
    elif not isinstance(value, str):
        what = f"is {json_type_name(value)} instead of a string: darktable uses version 0.0"
    elif re.match(r"\d+\.\d+", value, re.ASCII):
        what = f"is {value!r}: darktable compares only the first two numbers"
    else:
        what = f"is {value!r}: darktable uses version 0.0"
    reason = "updates are never offered, or always"
    yield error(
        "config.version", f"{CONFIG_FILE}: version", what, 'write two integers as a string: "1.0"', reason=reason
    )


def _check_backend(config: PackageConfig) -> Iterator[CheckProblem]:
    value = config.values.get("backend", MISSING)
    where, fix = f"{CONFIG_FILE}: backend", 'write "onnx"'
    if value is not MISSING and not isinstance(value, str):
        yield error(
            "config.backend", where, f"is {json_type_name(value)}: darktable crashes when it loads the model", fix
        )
    elif value not in {MISSING, "onnx"}:
        yield error("config.backend", where, f"is {value!r}: darktable rejects the model", fix)
    arch = config.values.get("arch", "")
    if not isinstance(arch, str) and config.text("task") != "mask":
        what = f"is {json_type_name(arch)}: harmless for this task, but a crash for mask models"
        yield warning("config.arch", f"{CONFIG_FILE}: arch", what, "write a string")


def _check_model_card(config: PackageConfig) -> Iterator[CheckProblem]:
    card = config.values.get("model_card", MISSING)
    if card is MISSING:
        yield warning("config.model-card", f"{CONFIG_FILE}: model_card", "is missing: darktable shows an empty card")
    elif not isinstance(card, dict):
        yield _text_problem(
            "model_card", f"is {json_type_name(card)} instead of an object: darktable shows an empty card"
        )
    else:
        for key in CARD_TEXTS:
            if not isinstance(card.get(key, ""), str):
                what = f"is {json_type_name(card[key])} instead of a string: darktable drops it"
                yield _text_problem(f"model_card.{key}", what)


def _text_problem(key: str, what: str) -> CheckProblem:
    reason = "the user does not see the author's text"
    return error("config.text", f"{CONFIG_FILE}: {key}", what, "write a string", reason=reason)
