"""Dates of models for the feed of releases, from the history of their cards."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.errors import WrongUsage
from dtmodels.release.git import git


def model_dates(root: Path) -> dict[str, str]:
    """Date of the last commit that changed each model's card, as ISO 8601, by id; empty outside git."""
    try:
        listed = git(root, "log", "--format=%x00%cI", "--name-only", "--", "models/*/card.yaml")
    except WrongUsage:
        return {}
    dates: dict[str, str] = {}
    for commit in listed.decode(errors="replace").split("\0")[1:]:
        date, *names = commit.split()
        for name in names:
            dates.setdefault(Path(name).parent.name, date)
    return dates
