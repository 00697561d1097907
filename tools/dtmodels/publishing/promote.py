"""promote: make released models of candidates, from the files that their authors publish.

Everything is made in a copy of the model's directory below `output/`, which replaces the directory in one step.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.exchange import exchange
from dtbase.system.files import write_bytes
from dtbase.terminal.console import Console
from dtbase.text.plural import pluralise
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CARD_FILE, Catalogue, CatalogueEntry
from dtmodels.card.reader import read_card
from dtmodels.lint.engine import lint
from dtmodels.lint.formats.text import text_report
from dtmodels.pages.generate import PAGE, write_docs
from dtmodels.pages.model_page import model_page
from dtmodels.publishing.promotion_steps import build
from dtmodels.release.git import git

_BESIDE = ("releases-index.json", "LICENSE")
"""Files of the repository that the page and the package of a model depend on."""
_LAST = (PAGE, CARD_FILE)
"""The last files to write, where directories cannot be exchanged: until then the model is a candidate."""


def promote_each(root: Path, ids: Sequence[str], console: Console) -> list[str]:
    """Promote candidates one after the other; a failure does not stop the others. Returns the ids of those promoted.

    Raises:
        WrongUsage: there is no such model, or the working tree has changes.
        Failure: one or more models stay candidates; the message names each with its reason.
        NothingToDo: all of them are released.
    """
    catalogue, workspace = Catalogue.load(root), Workspace(root)
    entries = [catalogue.get(model_id) for model_id in dict.fromkeys(ids)]
    if entries and all(entry.card.status == "released" for entry in entries):
        released = ", ".join(entry.card.id for entry in entries)
        raise NothingToDo(f"{released}: released already", fix="`dtmodels docs` updates its pages")
    _require_clean_tree(root)
    promoted, failures = [], []
    with workspace.locked():
        for entry in entries:
            try:
                promote(entry, workspace, console)
                promoted.append(entry.card.id)
            except NothingToDo as exc:
                console.note(str(exc))
            except Failure as failure:
                failures.append(_named(failure, entry.card.id))
    if promoted:
        write_docs(root, console, check=False)
    if failures:
        stay = f"{len(failures)} of {pluralise(len(entries), 'model')} could not be promoted"
        raise Failure("\n".join([stay, *failures] if len(entries) > 1 else failures))
    return promoted


def promote(entry: CatalogueEntry, workspace: Workspace, console: Console) -> None:
    """Fetch the files of a candidate, build, validate and pin it, draw its demo, and set its status.

    Raises:
        Failure: it is no candidate, its card has an error, or a step failed; its directory is unchanged.
        NothingToDo: it is released.
    """
    where = f"models/{entry.card.id}/{CARD_FILE}"
    if entry.card.status == "released":
        raise NothingToDo("released already", where=where)
    if entry.card.status != "candidate":
        fix = "decide about its licences and data, and set status: candidate"
        raise Failure(f"is {entry.card.status}, so it cannot be promoted", where=where, fix=fix)
    _require_no_errors(workspace.root, entry.card.id)
    with _copy(entry, workspace) as copy:
        build(copy, workspace, console)
        finished = CatalogueEntry(read_card(copy.directory / CARD_FILE), copy.directory)
        (copy.directory / PAGE).write_text(model_page(finished))
        _require_no_errors(copy.directory.parent.parent, entry.card.id)
        _replace(entry.directory, copy.directory)
    console.note(f"{entry.card.id}: is released; review and commit the change")


@contextmanager
def _copy(entry: CatalogueEntry, workspace: Workspace) -> Iterator[CatalogueEntry]:
    """The model in a copy of the repository that has its whole directory, and of all others the cards."""
    output = workspace.output / entry.card.id
    output.mkdir(parents=True, exist_ok=True)
    copy = Path(tempfile.mkdtemp(prefix=".promote.", suffix=".part", dir=output))
    try:
        for card in entry.directory.parent.glob(f"*/{CARD_FILE}"):
            other = copy / "models" / card.parent.name
            other.mkdir(parents=True)
            shutil.copyfile(card, other / CARD_FILE)
        directory = copy / "models" / entry.card.id
        shutil.copytree(entry.directory, directory, dirs_exist_ok=True)
        for name in _BESIDE:
            if (workspace.root / name).is_file():
                shutil.copyfile(workspace.root / name, copy / name)
        yield CatalogueEntry(entry.card, directory)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _replace(old: Path, new: Path) -> None:
    """Replace a model's directory by the finished one; at no time it has neither the old nor the new card."""
    if exchange(old, new):
        return
    names = (path.name for path in new.iterdir() if path.is_file())
    for name in sorted(names, key=lambda name: (_LAST.index(name) if name in _LAST else -1, name)):
        write_bytes(old / name, (new / name).read_bytes())


def _require_clean_tree(root: Path) -> None:
    listed = git(root, "status", "--porcelain", "--", ".", ":(exclude)output", ":(exclude)dist", ":(exclude)built")
    if changed := [line[3:] for line in listed.decode(errors="replace").splitlines()]:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        what = f"the working tree has changes: {changed[0]}{more}"
        raise WrongUsage(
            what, where=str(root), fix="commit or stash them, so that the promotion is a change of its own"
        )


def _require_no_errors(root: Path, model_id: str) -> None:
    """Check the card of a model as before a release.

    Raises:
        Failure: it has errors, such as an acceptance of a rule that does not exist.
    """
    errors = [one for one in lint(root, ids=[model_id], profile="release") if one.severity == "error"]
    if errors:
        fix = f"correct the card; `dtmodels lint --profile release {model_id}` lists them"
        raise Failure(f"the card has errors\n{text_report(errors, root)}", where=model_id, fix=fix)


def _named(failure: Failure, model_id: str) -> str:
    message = str(failure)
    return message if model_id in message.partition("\n")[0] else f"{model_id}: {message}"
