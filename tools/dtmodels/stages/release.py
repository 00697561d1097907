"""release: build every model that can be built here and lay out `dist/` as a release would publish it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtbase.console import Console
from dtbase.errors import Failure, NothingToDo
from dtbase.files import replacing_folder, sha256
from dtmodels.catalogue import Catalogue, Entry
from dtmodels.freshness import digest, refresh
from dtmodels.lint.engine import require_clean
from dtmodels.stages.index import index
from dtmodels.stages.run import Built, run
from dtmodels.stages.setup import comes_with_repository
from dtmodels.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that could not be built, and why."""

    entry: Entry
    failure: Failure


def release(root: Path, ids: Sequence[str], console: Console) -> None:
    """Lint all cards, build the chosen models and write `dist/`, whole or not at all.

    Args:
        root: the model repository.
        ids: the models to release; all whose checkpoints come with the repository when empty.
        console: where progress and the closing table go.

    Raises:
        Failure: findings, or a model that could not be built; `dist/` stays as it was.
        NothingToDo: no model to release.
    """
    workspace = Workspace(root)
    require_clean(root, console)
    entries = choose(Catalogue.load(root), ids)
    with workspace.locked():
        results = [_build(entry, workspace, console) for entry in entries]
        built = [result for result in results if isinstance(result, Built)]
        if refused := [result for result in results if isinstance(result, Refused)]:
            console.table(*_table(built, refused))
            raise Failure(
                f"{len(refused)} of {len(results)} models could not be built; dist/ was not touched\n"
                + "\n".join(f"{result.entry.card.id}: {result.failure}" for result in refused)
            )
        assembled = _assemble(built, workspace)
    console.table(*_table(built, []))
    console.say(f"{workspace.dist}: {_plural(len(built), 'model')}, {'written' if assembled else 'unchanged'}")


def choose(catalogue: Catalogue, ids: Sequence[str]) -> list[Entry]:
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


def _build(entry: Entry, workspace: Workspace, console: Console) -> Built | Refused:
    try:
        return run(entry, workspace, console)
    except Failure as failure:
        return Refused(entry, failure)


def _assemble(built: Sequence[Built], workspace: Workspace) -> bool:
    """Write `dist/` unless it already holds exactly these packages."""
    inputs = digest(*(f"{model.entry.card.id} {sha256(model.package)}" for model in built))
    stamp = workspace.output / "dist.json"

    def write() -> None:
        with replacing_folder(workspace.dist) as folder:
            for model in built:
                _assets(model, workspace, folder)
            index(folder)

    return refresh(stamp, inputs, [workspace.dist], write)


def _assets(model: Built, workspace: Workspace, folder: Path) -> None:
    """The package, and each of its files as an asset of its own, prefixed with the id to keep names apart."""
    _link(model.package, folder / model.package.name)
    for file in sorted(workspace.model(model.entry.card.id).iterdir()):
        _link(file, folder / f"{model.entry.card.id}-{file.name}")


def _link(source: Path, target: Path) -> None:
    """Files are only ever replaced, never rewritten, so a hard link is as good as a copy and costs nothing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _table(built: Sequence[Built], refused: Sequence[Refused]) -> tuple[list[str], list[list[str]]]:
    columns = ["model", "version", "task", "grade", "licence", "bytes", "sha256", "work done", "seconds"]
    rows = [
        [
            *_card_cells(model.entry),
            f"{model.package.stat().st_size:,}",
            sha256(model.package)[:12],
            ", ".join(model.work) or "none, still valid",
            f"{model.seconds:.1f}",
        ]
        for model in built
    ]
    return columns, rows + [[*_card_cells(result.entry), "", "", "failed", ""] for result in refused]


def _card_cells(entry: Entry) -> list[str]:
    card = entry.card
    return [card.id, card.version, card.task, card.grade, card.license.weights]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
