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
    """Append markdown to `$GITHUB_STEP_SUMMARY`."""
    if target := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(markdown)
