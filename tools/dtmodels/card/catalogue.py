"""Catalogue of all model cards of a repository, one for each directory in `models/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.card.model import Card
from dtmodels.card.reader import read_card

CARD_FILE = "card.yaml"
DEMO_FILE = "demo.jpg"
"""The contact sheet of a model that was built from its official files; `dtmodels promote` writes it."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model: its card and its directory."""

    card: Card
    directory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The models of a repository, sorted by id."""

    root: Path
    entries: tuple[CatalogueEntry, ...]
    broken: Mapping[str, str]
    """Unusable cards: a one-line reason by name of the directory."""

    @classmethod
    def load(cls, root: Path) -> Catalogue:
        """Read every `models/<id>/card.yaml` below `root`; a broken card does not prevent reading the others.

        Raises:
            Failure: there is no `models` directory.
        """
        entries, broken = [], {}
        for directory in model_directories(root):
            try:
                entries.append(CatalogueEntry(_card(directory), directory))
            except Failure as exc:
                broken[directory.name] = _one_line(exc, root)
        return cls(root=root, entries=tuple(entries), broken=broken)

    def get(self, model_id: str) -> CatalogueEntry:
        """Return the model with the id `model_id`.

        Raises:
            WrongUsage: there is no such model; the message suggests similar ids.
            Failure: its card is broken.
        """
        for entry in self.entries:
            if entry.card.id == model_id:
                return entry
        if reason := self.broken.get(model_id):
            raise Failure(reason, fix=f"dtmodels lint {model_id}")
        known = [*(entry.card.id for entry in self.entries), *self.broken]
        raise WrongUsage(f"there is no model '{model_id}'", where=str(self.root), fix=did_you_mean(model_id, known))


def model_directories(root: Path) -> list[Path]:
    """Return the directories of `models/`, sorted, without hidden ones.

    Raises:
        Failure: there is no `models` directory.
    """
    models = root / "models"
    if not models.is_dir():
        fix = "name a model repository with --root, or start one: mkdir models"
        raise Failure("there is no models directory here", where=str(root), fix=fix)
    return sorted(path for path in models.iterdir() if path.is_dir() and not path.name.startswith("."))


def _card(directory: Path) -> Card:
    path = directory / CARD_FILE
    if not path.is_file():
        raise Failure("there is no card.yaml", where=str(directory), fix="write one, or remove the directory")
    card = read_card(path)
    if card.id != directory.name:
        raise Failure(
            f"id is '{card.id}', but the directory is '{directory.name}'", where=str(path), fix="make them equal"
        )
    return card


def _one_line(failure: Failure, root: Path) -> str:
    where = failure.where.removeprefix(f"{root}/")
    return f"{where}: {failure.what}"
