"""Read `config.json` as darktable's two readers do: the registry (list, card, version) and the loader.

Both use json-glib. Their behaviour was measured on darktable 5.6.0. Only JSON strings count as strings. A null or a
number as `backend` crashes darktable. A version that is no "X.Y" string counts as 0.0. Of equal keys the last wins.
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
"""Maximum number of list items that darktable reads."""
MISSING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageConfig:
    """Content of a `config.json`, with accessors that behave like darktable's."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return a top-level string; empty when absent or not a string."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def attribute(self, path: str) -> Any:
        """Return the raw attribute at a dotted path such as `model_x2.input_sizes`, or `MISSING`.

        A dot always separates keys, so a key that contains a dot is inaccessible.
        """
        value: Any = self.values.get("attributes", MISSING)
        for key in path.split("."):
            if not isinstance(value, dict) or key not in value:
                return MISSING
            value = value[key]
        return value

    def string(self, path: str) -> str | None:
        """Return a string attribute; anything but a JSON string counts as absent."""
        value = self.attribute(path)
        return value if isinstance(value, str) else None

    def boolean(self, path: str, default: bool = False) -> bool:
        """Return a boolean attribute: `true` and non-zero numbers are True, strings False, null is the default."""
        value = self.attribute(path)
        if value is MISSING or value is None:
            return default
        return bool(value) if isinstance(value, (bool, int, float)) else False

    def integer(self, path: str, default: int) -> int:
        """Return a number or boolean as an integer; a string gives 0, not the default."""
        value = self.attribute(path)
        if value is MISSING or value is None or isinstance(value, (list, dict)):
            return default
        return int(value) if isinstance(value, (bool, int, float)) else 0

    def integers(self, path: str) -> tuple[int, ...]:
        """Return a list of at most 256 integers; other items give 0, and a value that is no list counts as absent."""
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
        what = f"cannot be parsed ({exc}): darktable installs the archive, but does not list the model"
        return None, [error("config.syntax", CONFIG_FILE, what, "write plain JSON in UTF-8")]
    if not isinstance(values, dict):
        what = f"contains {json_type_name(values)} instead of an object: darktable does not list the model"
        return None, [error("config.syntax", CONFIG_FILE, what, "write one JSON object")]
    config = PackageConfig(values=values)
    reason = "it is unknown which value is intended"
    duplicates = [
        error(
            "config.repeated-key",
            f"{CONFIG_FILE}: {key}",
            "occurs twice; the last one wins",
            "keep one",
            reason=reason,
        )
        for key in repeated
    ]
    return config, duplicates


def parse_json(data: bytes, repeated: list[str]) -> Any:
    """Parse JSON strictly; keys that occur twice in one object are added to `repeated`.

    Raises:
        ValueError: not JSON in UTF-8. Comments, trailing commas and NaN are rejected.
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
        return json.loads(text, object_pairs_hook=unique, parse_constant=_reject_constant)
    except RecursionError as exc:
        raise ValueError("too deeply nested") from exc


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def json_type_name(value: Any) -> str:
    """Return the type of a JSON value for messages."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
