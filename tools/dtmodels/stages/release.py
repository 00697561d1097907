"""release: build every model that can be built here and lay out `dist/` as a release would publish it."""

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


def release(root: Path, ids: Sequence[str], console: Console) -> None:
    """Build the chosen models and write `dist/`, atomically.

    Args:
        root: the model repository.
        ids: the models to release; all whose checkpoints come with the repository when empty.
        console: where progress and the closing table go.

    Raises:
        Failure: a model could not be built; `dist/` stays as it was.
        NothingToDo: no model to release.
    """
    workspace = Workspace(root)
    built = run_each(choose(Catalogue.load(root), ids), workspace, console)
    with workspace.locked():
        assembled = _assemble(built, workspace)
    console.say(f"{workspace.dist.name}: {pluralise(len(built), 'model')}, {'written' if assembled else 'unchanged'}")


def choose(catalogue: Catalogue, ids: Sequence[str]) -> list[CatalogueEntry]:
    """The models to release: the named ones, or all that are released and need no download.

    Raises:
        Failure: a named model may not be released.
        NothingToDo: nothing is left to release.
    """
    named = [catalogue.get(model_id) for model_id in ids]
    for entry in named:
        if entry.card.status != "released":
            raise Failure(
                f"is {entry.card.status}, so it cannot be released",
                where=f"models/{entry.card.id}/card.yaml",
                fix="set status: released once every checkpoint digest is verified",
            )
    ready = [entry for entry in catalogue.entries if entry.card.status == "released" and comes_with_repository(entry)]
    if not (chosen := named or ready):
        raise NothingToDo("no released model has its checkpoints here", fix='name models: make release MODELS="<id>"')
    return chosen


def _assemble(built: Sequence[Built], workspace: Workspace) -> bool:
    """Write `dist/` unless it already holds exactly these packages."""
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
    """The package, and each of its files as an asset of its own."""
    _link(model.package, directory / model.package.name)
    for file in sorted(workspace.model(model.entry.card.id).iterdir()):
        _link(file, directory / asset_name(model.entry.card.id, file.name))


def _link(source: Path, target: Path) -> None:
    """Files are only ever replaced, never rewritten, so a hard link is as good as a copy and costs nothing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
