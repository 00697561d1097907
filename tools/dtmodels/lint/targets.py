"""Selection of the cards to lint: all of a repository, or those named by id or by path."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from dtbase.system.errors import NothingToDo, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.card.catalogue import CARD_FILE, model_directories


def card_directories(root: Path, names: Collection[str] | None = None) -> list[Path]:
    """The directories of the selected cards, sorted; all of `models/` if no name is passed.

    Args:
        root: the model repository.
        names: ids of models, or paths of cards relative to the current directory or `root`, as commit hooks pass them.
            A card outside `models/` is allowed.

    Raises:
        WrongUsage: the model or card does not exist.
        NothingToDo: there are no models.
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


def repository_of(root: Path, names: Collection[str]) -> Path:
    """The repository that holds the named cards, where all are paths outside `root`; else `root`.

    It is the directory above `models/<id>/card.yaml`, or above the directory of another card.
    """
    cards = [Path(name).absolute() for name in names]
    if not cards or any(card.name != CARD_FILE or not card.is_file() or _is_below(card, root) for card in cards):
        return root
    above = [card.parent.resolve().parent for card in cards]
    return Path(os.path.commonpath([path.parent if path.name == "models" else path for path in above]))


def _is_below(card: Path, root: Path) -> bool:
    return card.parent.resolve().is_relative_to(root)


def _all(root: Path) -> list[Path]:
    directories = model_directories(root)
    if not directories:
        raise NothingToDo("there is no model", where=str(root / "models"), fix="dtmodels new <id> --task <task>")
    return directories


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith((".yaml", ".yml"))


def _card(root: Path, name: str) -> Path:
    for path in (root / name, Path.cwd() / name):
        # A rule reports a card that is a symbolic link, so only the directory is resolved.
        resolved = path.parent.resolve() / path.name
        if path.name == CARD_FILE and resolved.is_relative_to(root) and (path.is_file() or path.is_symlink()):
            return resolved
    fix = f"name a {CARD_FILE} below {root}, or another repository with --root"
    if Path(name).is_file() and Path(name).name != CARD_FILE:
        fix = f"a card has the name {CARD_FILE}: copy it to models/<id>/{CARD_FILE}"
    raise WrongUsage("there is no such card", where=name, fix=fix)
