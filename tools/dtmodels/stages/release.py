"""release: build released models, and candidates by name, and write `dist/` as a release would publish it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo
from dtbase.system.files import atomic_directory
from dtbase.terminal.console import Console
from dtbase.text.plural import pluralise
from dtmodels.build.cache import digest, run_if_stale
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.stages.index import asset_name, index
from dtmodels.stages.package import reject_seeded_weights
from dtmodels.stages.run import Built, run_each
from dtmodels.stages.setup import comes_with_repository

CANDIDATE = "candidate"


def release(root: Path, ids: Sequence[str], console: Console) -> None:
    """Build models and write `dist/`, atomically.

    Args:
        root: the model repository.
        ids: the models to release; empty for all released models whose checkpoints are stored in the repository.
        console: prints progress and the final table.

    Raises:
        Failure: a model could not be built; `dist/` is left unchanged.
        NothingToDo: no model to release.
    """
    workspace = Workspace(root)
    chosen = choose(Catalogue.load(root), ids)
    for entry in chosen:
        if entry.card.status == CANDIDATE:
            console.note(f"{entry.card.id}: is a candidate; no tag publishes it before `dtmodels promote` released it")
    built = run_each(chosen, workspace, console)
    with workspace.locked():
        assembled = _assemble(built, workspace)
    candidates = [entry.card.id for entry in chosen if entry.card.status == CANDIDATE]
    named = f"; candidates: {', '.join(candidates)}" if candidates else ""
    state = "written" if assembled else "unchanged"
    console.say(f"{workspace.dist.name}: {pluralise(len(built), 'model')}, {state}{named}")


def choose(catalogue: Catalogue, ids: Sequence[str]) -> list[CatalogueEntry]:
    """The models to release: those with these ids, candidates too; without ids the released ones that need no download.

    Raises:
        Failure: a model with one of these ids must not be released.
        NothingToDo: there is no model to release.
    """
    named = [catalogue.get(model_id) for model_id in ids]
    for entry in named:
        if entry.card.status not in (CANDIDATE, "released"):
            raise Failure(
                f"is {entry.card.status}, so it cannot be released",
                where=f"models/{entry.card.id}/card.yaml",
                fix="decide about its licences and data, and set status: candidate once each checkpoint is identified",
            )
    ready = [entry for entry in catalogue.entries if entry.card.status == "released" and comes_with_repository(entry)]
    if not (selected := named or ready):
        raise NothingToDo(
            "no released model has its checkpoints in the repository", fix='name models: make release MODELS="<id>"'
        )
    return selected


def _assemble(built: Sequence[Built], workspace: Workspace) -> bool:
    """Write `dist/`; returns False when it already contains exactly these packages."""
    for model in built:
        reject_seeded_weights(model.entry, workspace)
    inputs = digest(*(f"{model.entry.card.id} {model.sha256}" for model in built))

    def write() -> None:
        with atomic_directory(workspace.dist) as directory:
            for model in built:
                _assets(model, workspace, directory)
            index(directory)

    return run_if_stale(workspace.output / "dist.json", inputs, [workspace.dist], write)


def _assets(model: Built, workspace: Workspace, directory: Path) -> None:
    """Add the package, and each of its files as a separate asset."""
    _link(model.package, directory / model.package.name)
    for file in sorted(workspace.model(model.entry.card.id).iterdir()):
        _link(file, directory / asset_name(model.entry.card.id, file.name))


def _link(source: Path, target: Path) -> None:
    """Link or copy a file. A hard link is safe, because files are replaced and never written in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
