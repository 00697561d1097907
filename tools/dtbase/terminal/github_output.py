"""What a step of GitHub Actions may hand on: outputs for later jobs, and markdown for the page of the run.

Outside Actions the files these go to are not named in the environment, and nothing is written.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAX_SUMMARY_BYTES = 1_000_000
"""Bytes of one step's summary: GitHub drops all of one that is larger than 1 MiB."""


def set_outputs(values: Mapping[str, Any]) -> None:
    """Append to `$GITHUB_OUTPUT`: texts as they are, everything else as JSON on one line.

    Each value stands between two lines nobody can guess, so that no value can end itself and begin another output.
    """
    if not (target := os.environ.get("GITHUB_OUTPUT")):
        return
    with Path(target).open("a", encoding="utf-8") as file:
        for name, value in values.items():
            end = f"end-{secrets.token_hex(16)}"
            content = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), sort_keys=True)
            file.write(f"{name}<<{end}\n{content}\n{end}\n")


def add_summary(markdown: str) -> None:
    """Append markdown to `$GITHUB_STEP_SUMMARY`; what goes beyond `MAX_SUMMARY_BYTES` is left out, and said to be."""
    if target := os.environ.get("GITHUB_STEP_SUMMARY"):
        file = Path(target)
        room = MAX_SUMMARY_BYTES - (file.stat().st_size if file.exists() else 0)
        with file.open("a", encoding="utf-8") as summary:
            summary.write(_cut(markdown, room))


def _cut(markdown: str, room: int) -> str:
    """At most `room` bytes, cut at the end of a line."""
    if len(data := markdown.encode()) <= room:
        return markdown
    note = "\n\nThe rest did not fit into this summary.\n"
    kept = data[: max(0, room - len(note))].decode(errors="ignore")
    return kept.rpartition("\n")[0] + note if room >= len(note) else ""
