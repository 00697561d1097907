"""changed: which models have to be built since a revision, why, and in which jobs."""

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

EVERYTHING = "everything was asked for"


def changed(root: Path, since: str, console: Console, *, most: int, as_json: bool) -> None:
    """Print the models to build, and hand `models`, `shards` and `count` to the next jobs.

    Args:
        root: the model repository.
        since: a git revision; where it is empty or git's zeros, as for a branch nobody has pushed before: everything.
        console: where the table goes.
        most: how many jobs there may be.
        as_json: for a program.

    Raises:
        WrongUsage: no git repository, no such revision, or a clone without the history that is needed.
    """
    catalogue = Catalogue.load(root)
    found = _found(catalogue, since)
    jobs = shards([catalogue.get(model_id).card for model_id in found.models], most)
    values = {
        "models": list(found.models),
        "shards": [job.json_value() for job in jobs],
        "count": len(found.models),
    }
    set_outputs(values)
    if as_json:
        because = {name: list(files) for name, files in found.models.items()}
        told = {**values, "because": because, "broken": found.broken, "gone": found.gone}
        console.say(escape_json(json_text(told)).rstrip())
    else:
        _show(found, jobs, console)


def _found(catalogue: Catalogue, since: str) -> Affected:
    if since.strip("0"):
        return affected(History.since(catalogue.root, merge_base(catalogue.root, since)).changed, catalogue)
    models = {entry.card.id: (EVERYTHING,) for entry in catalogue.entries}
    return Affected(models=models, broken=tuple(sorted(catalogue.broken)))


def _show(found: Affected, jobs: Sequence[Shard], console: Console) -> None:
    """The job comes first: a directory name is untrusted, and a runner obeys lines that begin like a command."""
    job_of = {model_id: job.name for job in jobs for model_id in job.ids}
    rows = [[job_of[model_id], model_id, _because(files)] for model_id, files in found.models.items()]
    rows += [["none", escape_control(name), "its card cannot be read; lint says why"] for name in found.broken]
    rows += [["none", escape_control(name), "it is no longer here"] for name in found.gone]
    if rows:
        console.table(["job", "model", "because of"], rows)
    console.say(f"to build: {len(found.models)} in {len(jobs)} jobs")


def _because(files: Sequence[str]) -> str:
    more = f" and {len(files) - 2} more" if len(files) > 2 else ""
    return escape_control(", ".join(files[:2]) + more)
