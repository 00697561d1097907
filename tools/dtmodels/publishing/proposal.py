"""propose: check the patch of a promotion and write the files of a pull request, where no code of a model runs.

The patch comes from a job that ran code of strangers. It may change the directories of the named models alone; the
pages with tables of all models are written here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.files import atomic_directory, write_json
from dtbase.terminal.console import Console
from dtmodels.card.catalogue import CARD_FILE, DEMO_FILE, Catalogue
from dtmodels.lint.release_check import require_no_errors
from dtmodels.pages.generate import PAGE, TABLES, write_docs
from dtmodels.release.git import git

PATCH, TEXT, FACTS, FILES = "change.patch", "page.md", "proposal.json", "files"
"""Files of a promotion: its patch and the text for reviewers. Of a proposal: the text, facts, and the changed files."""
MODEL_FILES = (CARD_FILE, PAGE, DEMO_FILE, "golden.json")
_REGULAR = "100644"
_MAX_BYTES = 20 << 20


def prepare(root: Path, promotion: Path, proposal: Path, ids: Sequence[str], console: Console) -> None:
    """Apply the patch of a promotion to a clean checkout, update the pages, and write the files of the pull request.

    Raises:
        WrongUsage: there is no such model, or no patch.
        Failure: the patch does not apply, changes another path than those of the models, or a card has errors; the
            checkout and the proposal are unchanged.
        NothingToDo: the patch is empty.
    """
    for model_id in ids:
        Catalogue.load(root).get(model_id)
    _apply(root, promotion / PATCH, ids)
    write_docs(root, console, check=False)
    require_no_errors(root, console)
    changed = [*_changed(root), *_changed_tables(root)]
    with atomic_directory(proposal) as directory:
        for name in changed:
            target = directory / FILES / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target)
        shutil.copyfile(promotion / TEXT, directory / TEXT)
        head = git(root, "rev-parse", "HEAD").decode().strip()
        write_json(directory / FACTS, {"schema": 1, "base": head, "ids": sorted(ids), "files": sorted(changed)})
    console.say(f"{proposal.name}: {', '.join(sorted(changed))}")


def outside(name: str, ids: Sequence[str]) -> bool:
    """Whether a path is none that a promotion of these models may change."""
    path = PurePosixPath(name)
    return not (path.parts[:1] == ("models",) and len(path.parts) == 3 and path.parts[1] in ids) or (
        path.name not in MODEL_FILES
    )


def _apply(root: Path, patch: Path, ids: Sequence[str]) -> None:
    """Apply the patch to the index, check what it changes, and only then write the files."""
    if not patch.is_file() or patch.stat().st_size > _MAX_BYTES:
        fix = "pass the directory that the job of `dtmodels promote` uploaded"
        raise WrongUsage(f"there is no patch of at most {_MAX_BYTES:,} bytes", where=str(patch), fix=fix)
    if not patch.stat().st_size:
        raise NothingToDo("the promotion changes nothing", where=str(patch))
    git(root, "apply", "--cached", "--binary", str(patch.resolve()), what="the patch does not apply to this checkout")
    problems = list(_problems(root, ids))
    if problems:
        git(root, "read-tree", "HEAD")
        raise Failure(problems[0], where=str(patch), fix="review how the promotion came to change it; do not merge it")
    git(root, "checkout-index", "--force", "--", *_changed(root))


def _problems(root: Path, ids: Sequence[str]) -> Iterator[str]:
    """What a promotion must not change: other paths, links, modes, deleted files."""
    fields = git(root, "diff", "--cached", "--raw", "-z", "--no-renames", "HEAD").decode(errors="replace").split("\0")
    for facts, name in zip(fields[::2], fields[1::2], strict=False):
        _, mode, *_, kind = facts.split()
        if outside(name, ids):
            yield f"the patch changes {name!r}, which is no file of {', '.join(ids)}"
        elif kind == "D" or mode != _REGULAR:
            yield f"the patch makes {name!r} {'disappear' if kind == 'D' else f'a file of mode {mode}'}"


def _changed(root: Path) -> list[str]:
    names = git(root, "diff", "--cached", "--name-only", "-z", "--no-renames", "HEAD").decode().split("\0")
    return [name for name in names if name]


def _changed_tables(root: Path) -> list[str]:
    names = git(root, "diff", "--name-only", "-z", "--", *TABLES).decode().split("\0")
    return [name for name in names if name]
