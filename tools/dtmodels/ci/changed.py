"""changed: models to build since a revision, with the reason and the job of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtbase.terminal.github_output import set_outputs
from dtmodels.card.catalogue import Catalogue
from dtmodels.ci.affected import Affected, affected
from dtmodels.ci.shards import Shard, shards
from dtmodels.lint.format_helpers import escape_control, escape_json
from dtmodels.lint.history import History, merge_base

ALL_REQUESTED = "all models were requested"


def changed(root: Path, since: str, console: Console, *, most: int, as_json: bool) -> None:
    """Print the models to build, and set the job outputs `models`, `shards` and `count`.

    Args:
        root: the model repository.
        since: a git revision; empty or all zeros, as GitHub passes for a new branch, selects all models.
        console: output for the table.
        most: largest number of jobs.
        as_json: print JSON instead of a table.

    Raises:
        WrongUsage: no git repository, no such revision, or a clone without the required history.
    """
    catalogue = Catalogue.load(root)
    to_build = _affected_since(catalogue, since)
    jobs = shards([catalogue.get(model_id).card for model_id in to_build.models], most)
    values = {
        "models": list(to_build.models),
        "shards": [job.json_value() for job in jobs],
        "count": len(to_build.models),
    }
    set_outputs(values)
    if as_json:
        because = {name: list(files) for name, files in to_build.models.items()}
        document = {**values, "because": because, "broken": to_build.broken, "gone": to_build.gone}
        console.say(escape_json(json_text(document)).rstrip())
    else:
        _print_table(to_build, jobs, console)


def _affected_since(catalogue: Catalogue, since: str) -> Affected:
    if since.strip("0"):
        return affected(History.since(catalogue.root, merge_base(catalogue.root, since)).changed, catalogue)
    models = {entry.card.id: (ALL_REQUESTED,) for entry in catalogue.entries}
    return Affected(models=models, broken=tuple(sorted(catalogue.broken)))


def _print_table(to_build: Affected, jobs: Sequence[Shard], console: Console) -> None:
    """Print the job first: a directory name is untrusted, and a runner executes lines that begin like a command."""
    job_of = {model_id: job.name for job in jobs for model_id in job.ids}
    rows = [[job_of[model_id], model_id, _reason(files)] for model_id, files in to_build.models.items()]
    rows += [["none", escape_control(name), "its card cannot be read; lint says why"] for name in to_build.broken]
    rows += [["none", escape_control(name), "it was deleted"] for name in to_build.gone]
    if rows:
        console.table(["job", "model", "because of"], rows)
    console.say(f"to build: {len(to_build.models)} in {len(jobs)} jobs")


def _reason(files: Sequence[str]) -> str:
    more = f" and {len(files) - 2} more" if len(files) > 2 else ""
    return escape_control(", ".join(files[:2]) + more)
