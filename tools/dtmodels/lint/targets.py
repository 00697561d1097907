"""Which cards a run looks at: all of a repository, or those named by id or by path."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from dtbase.system.errors import NothingToDo, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.card.catalogue import CARD_FILE, model_directories


def card_directories(root: Path, names: Collection[str] | None = None) -> list[Path]:
    """The directories whose cards are meant, sorted; all of `models/` when nothing is named.

    Args:
        root: the model repository.
        names: ids of models, or paths of cards (from the current directory or from `root`) as a commit hook names them;
            a card outside `models/` is looked at too.

    Raises:
        WrongUsage: there is no such model or card.
        NothingToDo: there is no model.
    """
    if not names:
        return _all(root)
    paths = {_card(root, name).parent for name in names if _is_path(name)}
    ids = {name for name in names if not _is_path(name)}
    known = {directory.name: directory for directory in _all(root)} if ids else {}
    for model_id in sorted(ids):
        if model_id not in known:
            raise WrongUsage(f"there is no model '{model_id}'", where=str(root), fix=did_you_mean(model_id, known))
        paths.add(known[model_id])
    return sorted(paths)


def _all(root: Path) -> list[Path]:
    directories = model_directories(root)
    if not directories:
        raise NothingToDo("there is no model", where=str(root / "models"), fix="dtmodels new <id> --task <task>")
    return directories


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith((".yaml", ".yml"))


def _card(root: Path, name: str) -> Path:
    for path in (root / name, Path.cwd() / name):
        # The file itself may be a link, which a rule reports; only its directory is followed.
        whole = path.parent.resolve() / path.name
        if path.name == CARD_FILE and whole.is_relative_to(root) and (path.is_file() or path.is_symlink()):
            return whole
    fix = f"name a {CARD_FILE} below {root}, or another repository with --root"
    raise WrongUsage("there is no such card", where=name, fix=fix)
