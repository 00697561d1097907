"""`config.json` as darktable's two readers take it: the registry (list, card, version) and the loader.

Both use json-glib. What they do with each value was measured on darktable 5.6.0: only JSON strings count as strings,
a null or a number where `backend` stands crashes it, a version that is no "X.Y" string counts as 0.0, and of equal
keys the last one wins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dtmodels.findings.check_report import CheckProblem, error

CONFIG_FILE = "config.json"
MAX_LIST = 256
"""darktable reads at most so many numbers of a list."""
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


def read_config(directory: Path) -> tuple[PackageConfig | None, list[CheckProblem]]:
    """Read `directory/config.json` as darktable does.

    Returns:
        The configuration, or None when darktable cannot read it, and the problems.
    """
    path = directory / CONFIG_FILE
    if not path.is_file():
        what = f"the top directory has no {CONFIG_FILE}: darktable installs the archive, but does not list the model"
        return None, [error("config.absent", CONFIG_FILE, what, f"put {CONFIG_FILE} directly into the top directory")]
    repeated: list[str] = []
    try:
        values = parse_json(path.read_bytes(), repeated)
    except ValueError as exc:
        what = f"cannot be parsed ({exc}): darktable installs the archive and then knows no such model"
        return None, [error("config.syntax", CONFIG_FILE, what, "write plain JSON in UTF-8")]
    if not isinstance(values, dict):
        what = f"holds {json_type_name(values)} instead of an object: darktable knows no such model"
        return None, [error("config.syntax", CONFIG_FILE, what, "write one JSON object")]
    config = PackageConfig(values=values)
    reason = "which one is meant cannot be known"
    twice = [
        error(
            "config.repeated-key",
            f"{CONFIG_FILE}: {key}",
            "is there twice; the last one wins",
            "keep one",
            reason=reason,
        )
        for key in repeated
    ]
    return config, twice


def parse_json(data: bytes, repeated: list[str]) -> Any:
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
    except UnicodeDecodeError as exc:
        raise ValueError(f"not UTF-8: byte {data[exc.start]:#04x} at {exc.start}") from exc
    if not text.strip():
        raise ValueError("it is empty")
    if text.lstrip().startswith(("//", "/*")):
        raise ValueError("it starts with a comment")
    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)
    except RecursionError as exc:
        raise ValueError("too deeply nested") from exc


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def json_type_name(value: Any) -> str:
    """What a JSON value is, for messages."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
