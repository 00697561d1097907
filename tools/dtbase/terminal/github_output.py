"""Outputs of a GitHub Actions step: values for later jobs, and markdown for the summary page of the run.

Outside GitHub Actions the environment names no files for them, and nothing is written.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAX_SUMMARY_BYTES = 1_000_000
"""Limit of one step's summary in bytes: GitHub drops a summary larger than 1 MiB entirely."""


def set_outputs(values: Mapping[str, Any]) -> None:
    """Append to `$GITHUB_OUTPUT`: strings unchanged, everything else as JSON on one line.

    A random delimiter encloses each value, so that no value can end itself and inject another output.
    """
    if not (target := os.environ.get("GITHUB_OUTPUT")):
        return
    with Path(target).open("a", encoding="utf-8") as file:
        for name, value in values.items():
            delimiter = f"end-{secrets.token_hex(16)}"
            content = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), sort_keys=True)
            file.write(f"{name}<<{delimiter}\n{content}\n{delimiter}\n")


def add_summary(markdown: str) -> None:
    """Append markdown to `$GITHUB_STEP_SUMMARY`, truncated with a note at `MAX_SUMMARY_BYTES`."""
    if target := os.environ.get("GITHUB_STEP_SUMMARY"):
        file = Path(target)
        room = MAX_SUMMARY_BYTES - (file.stat().st_size if file.exists() else 0)
        with file.open("a", encoding="utf-8") as summary:
            summary.write(_truncate(markdown, room))


def _truncate(markdown: str, room: int) -> str:
    """Truncate text to at most `room` bytes, at the end of a line."""
    if len(data := markdown.encode()) <= room:
        return markdown
    note = "\n\nThe rest did not fit into this summary.\n"
    start = data[: max(0, room - len(note))].decode(errors="ignore")
    return start.rpartition("\n")[0] + note if room >= len(note) else ""
