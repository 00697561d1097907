"""`config.json` as darktable's two readers take it: the registry (list, card, version) and the loader.

Both use json-glib. What they do with each value was measured on darktable 5.6.0: only JSON strings count as strings,
a null or a number where `backend` stands crashes it, a version that is no "X.Y" string counts as 0.0, and of equal
keys the last one wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dtmodels.report import Problem, error, warning

FILE = "config.json"
MAX_LIST = 256
"""darktable reads at most so many numbers of a list."""
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
"""The texts darktable shows about an installed model; anything but a string is dropped."""
PROVIDERS = {"coreml", "cuda", "migraphx", "openvino", "directml"}
MISSING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageConfig:
    """The content of a `config.json`, with the accessors darktable reads it by."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A top-level string; empty when absent or not a string."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def attribute(self, path: str) -> Any:
        """The raw attribute at a dotted path such as `model_x2.input_sizes`; `MISSING` when there is none.

        Dots always separate, so a key that contains one cannot be reached.
        """
        value: Any = self.values.get("attributes", MISSING)
        for key in path.split("."):
            if not isinstance(value, dict) or key not in value:
                return MISSING
            value = value[key]
        return value

    def string(self, path: str) -> str | None:
        """The attribute when it is a JSON string; anything else counts as absent."""
        value = self.attribute(path)
        return value if isinstance(value, str) else None

    def boolean(self, path: str, default: bool = False) -> bool:
        """True for `true` and for numbers other than zero; the string "true" is false; null is the default."""
        value = self.attribute(path)
        if value is MISSING or value is None:
            return default
        return bool(value) if isinstance(value, (bool, int, float)) else False

    def integer(self, path: str, default: int) -> int:
        """A number or boolean as an integer; a string gives 0, not the default."""
        value = self.attribute(path)
        if value is MISSING or value is None or isinstance(value, (list, dict)):
            return default
        return int(value) if isinstance(value, (bool, int, float)) else 0

    def integers(self, path: str) -> tuple[int, ...]:
        """A list of numbers, at most 256; elements that are no numbers give 0; not a list counts as absent."""
        value = self.attribute(path)
        if not isinstance(value, list):
            return ()
        return tuple(int(item) if isinstance(item, (int, float)) else 0 for item in value[:MAX_LIST])


def read(folder: Path) -> tuple[PackageConfig | None, list[Problem]]:
    """Read `folder/config.json` and hold its top-level keys against what darktable's readers do with them.

    Returns:
        The configuration, or None when darktable cannot read it, and the problems.
    """
    path = folder / FILE
    if not path.is_file():
        what = f"there is no {FILE} in the top folder: darktable installs the archive and then knows no such model"
        return None, [error("config.absent", FILE, what, f"put {FILE} directly into the top folder")]
    repeated: list[str] = []
    try:
        values = parse(path.read_bytes(), repeated)
    except ValueError as wrong:
        what = f"cannot be parsed ({wrong}): darktable installs the archive and then knows no such model"
        return None, [error("config.syntax", FILE, what, "write plain JSON in UTF-8")]
    if not isinstance(values, dict):
        what = f"holds {_kind(values)} instead of an object: darktable knows no such model"
        return None, [error("config.syntax", FILE, what, "write one JSON object")]
    config = PackageConfig(values=values)
    reason = "which one is meant cannot be known"
    twice = [
        error("config.repeated-key", f"{FILE}: {key}", "is there twice; the last one wins", "keep one", reason=reason)
        for key in repeated
    ]
    return config, [*twice, *check(config, folder.name)]


def parse(data: bytes, repeated: list[str]) -> Any:
    """Parse JSON strictly; names of keys that occur twice in one object are added to `repeated`.

    Raises:
        ValueError: not JSON; comments, trailing commas, NaN and other encodings than UTF-8 are not.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(pairs)

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise ValueError(f"not UTF-8: byte {data[wrong.start]:#04x} at {wrong.start}") from wrong
    if not text.strip():
        raise ValueError("it is empty")
    if text.lstrip().startswith(("//", "/*")):
        raise ValueError("it starts with a comment")
    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)
    except RecursionError as wrong:
        raise ValueError("too deeply nested") from wrong


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def check(config: PackageConfig, folder: str) -> Iterator[Problem]:
    """Top-level keys against what darktable's readers do with them.

    Args:
        config: the configuration.
        folder: name of the model's folder, which must be the id.
    """
    yield from _check_identity(config, folder)
    yield from _check_version(config)
    yield from _check_backend(config)
    if "description" in config.values and not isinstance(config.values["description"], str):
        what = f"is {_kind(config.values['description'])}: darktable shows nothing"
        yield _text_problem("description", what)
    if not isinstance(config.values.get("attributes", {}), dict):
        what = f"is {_kind(config.values['attributes'])} instead of an object: no attribute can be read"
        yield error("config.attributes", f"{FILE}: attributes", what, "write an object")
    yield from _check_model_card(config)
    yield from _check_providers(config)


def _check_identity(config: PackageConfig, folder: str) -> Iterator[Problem]:
    for key in ("id", "name"):
        value = config.values.get(key, MISSING)
        if not isinstance(value, str):
            what = "is missing" if value is MISSING else f"is {_kind(value)} instead of a string"
            yield error(
                f"config.{key}", f"{FILE}: {key}", f"{what}: darktable does not load the model", "write a string"
            )
        elif not value:
            yield error(f"config.{key}", f"{FILE}: {key}", "is empty: darktable does not find the model", "fill it in")
    if (model_id := config.text("id")) and model_id != folder:
        what = f"is {model_id!r}, but the folder is {folder!r}: darktable looks for the model in the wrong place"
        reason = "removing it, its card and its update status break"
        yield error("config.id-folder", f"{FILE}: id", what, "let both be the same", reason=reason)
    if not config.text("task"):
        value = config.values.get("task", MISSING)
        what = "is missing" if value is MISSING else f"is {_kind(value) if value != '' else 'empty'}"
        yield error("config.task", f"{FILE}: task", f"{what}: no part of darktable can run the model", "name the task")


def _check_version(config: PackageConfig) -> Iterator[Problem]:
    value = config.values.get("version", MISSING)
    if isinstance(value, str) and re.fullmatch(r"\d+\.\d+", value, re.ASCII):
        return
    if value is MISSING:
        what = "is missing: darktable takes the model for version 0.0"
    elif not isinstance(value, str):
        what = f"is {_kind(value)} instead of a string: darktable takes the model for version 0.0"
    elif re.match(r"\d+\.\d+", value, re.ASCII):
        what = f"is {value!r}: darktable compares the first two numbers only and ignores the rest"
    else:
        what = f"is {value!r}: darktable takes the model for version 0.0"
    reason = "updates are never offered, or always"
    yield error("config.version", f"{FILE}: version", what, 'write two integers as a string: "1.0"', reason=reason)


def _check_backend(config: PackageConfig) -> Iterator[Problem]:
    value = config.values.get("backend", MISSING)
    where, fix = f"{FILE}: backend", 'write "onnx"'
    if value is not MISSING and not isinstance(value, str):
        yield error("config.backend", where, f"is {_kind(value)}: darktable crashes when it loads the model", fix)
    elif value not in {MISSING, "onnx"}:
        yield error("config.backend", where, f"is {value!r}: darktable refuses to load the model", fix)
    arch = config.values.get("arch", "")
    if not isinstance(arch, str) and config.text("task") != "mask":
        what = f"is {_kind(arch)}: harmless for this task, a crash in a mask"
        yield warning("config.arch", f"{FILE}: arch", what, "write a string")


def _check_model_card(config: PackageConfig) -> Iterator[Problem]:
    card = config.values.get("model_card", MISSING)
    if card is MISSING:
        yield warning("config.model-card", f"{FILE}: model_card", "is missing: darktable shows an empty card")
    elif not isinstance(card, dict):
        yield _text_problem("model_card", f"is {_kind(card)} instead of an object: darktable shows an empty card")
    else:
        for key in CARD_TEXTS:
            if not isinstance(card.get(key, ""), str):
                what = f"is {_kind(card[key])} instead of a string: darktable drops it"
                yield _text_problem(f"model_card.{key}", what)


def _text_problem(key: str, what: str) -> Problem:
    reason = "the user does not see what the author meant to say"
    return error("config.text", f"{FILE}: {key}", what, "write a string", reason=reason)


def _check_providers(config: PackageConfig) -> Iterator[Problem]:
    banned = config.values.get("cpu_only", [])
    lists = banned.values() if isinstance(banned, dict) else [banned]
    for names in lists:
        if not isinstance(names, list):
            what = f"holds {_kind(names)} instead of a list of providers: it has no effect"
            yield warning("config.cpu-only", f"{FILE}: cpu_only", what, "write a list")
            continue
        for name in names:
            if not isinstance(name, str) or name.lower() not in PROVIDERS:
                what = f"{name!r} is no provider darktable knows: it has no effect"
                yield warning("config.cpu-only", f"{FILE}: cpu_only", what, f"known: {', '.join(sorted(PROVIDERS))}")


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
