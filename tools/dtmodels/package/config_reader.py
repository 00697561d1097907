"""Read `config.json` as darktable's two readers do: the registry (list, card, version) and the loader.

Both use json-glib. Their behaviour was measured on darktable 5.6.0. Only JSON strings count as strings. A null or a
number as `backend` crashes darktable. A version that is no "X.Y" string counts as 0.0. Of equal keys the last wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.strict_json import json_type_name, parse_json

CONFIG_FILE = "config.json"
MAX_BYTES = 1 << 20
"""Limit of the file: darktable reads all of it at each start."""
USUAL_BYTES = 64 << 10
"""Size above which a configuration is worth a look; those of the collection have less than a tenth of it."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        what = f"has {path.stat().st_size:,} bytes, more than {MAX_BYTES:,}"
        reason = "darktable reads all of it at each start"
        return None, [error("config.size", CONFIG_FILE, what, "leave out what darktable does not read", reason=reason)]
    repeated: list[str] = []
    try:
        values = parse_json(data, repeated)
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
    return config, [*_check_bytes(data), *duplicates]


def _check_bytes(data: bytes) -> Iterator[CheckProblem]:
    if data.startswith(BYTE_ORDER_MARK):
        what = "begins with a byte order mark, which darktable skips and other readers of JSON reject"
        yield warning("config.byte-order-mark", CONFIG_FILE, what, "save it as UTF-8 without the mark")
    if len(data) > USUAL_BYTES:
        what = f"has {len(data):,} bytes, more than {USUAL_BYTES:,}: darktable reads all of it at each start"
        yield warning("config.size", CONFIG_FILE, what, "leave out what darktable does not read")
