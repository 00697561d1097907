"""Files of `.github/` for checkers, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A workflow or an action. All values are strings, because YAML 1.1 parses `on` as a boolean."""

    path: Path
    text: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.parent.name if self.path.name == "action.yml" else self.path.name

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return self.data.get("jobs", {})

    @property
    def triggers(self) -> set[str]:
        """Return the events that start it."""
        return set(self.data.get("on", ()))

    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each step with its location."""
        for name, job in self.jobs.items():
            yield from ((f"{self.name}: {name}", step) for step in job.get("steps", ()))
        yield from ((self.name, step) for step in self.data.get("runs", {}).get("steps", ()))


def load_strings(text: str) -> Any:
    """Parse YAML with texts as leaves, with the fast loader where PyYAML has it."""
    return yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 -- strings only


def workflows(root: Path) -> list[File]:
    return _read(root, "workflows/*.yml")


def actions(root: Path) -> list[File]:
    return _read(root, "actions/*/action.yml")


def every_file(root: Path) -> list[File]:
    return workflows(root) + actions(root)


def _read(root: Path, pattern: str) -> list[File]:
    files = []
    for path in sorted((root / ".github").glob(pattern)):
        text = path.read_text(encoding="utf-8")
        files.append(File(path=path, text=text, data=load_strings(text)))
    return files
