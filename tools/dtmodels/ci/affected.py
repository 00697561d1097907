"""Which models a change touches, and by which files. A file no model is built from touches none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dtmodels.build.cache import GENERATED_PAGE
from dtmodels.build.source_files import BUILD_STAGES, SourceTree
from dtmodels.card.catalogue import Catalogue
from dtmodels.card.demo_samples import DEMO_FILE, IMAGE_SUFFIXES, merge_demos, read_sample_set
from dtmodels.card.model import Card

SHOWN = (*BUILD_STAGES, "dtmodels.stages.demo")
"""What makes a model and the images that go with it."""
FOR_ALL = ("schema/", "constraints.txt", "pyproject.toml", "setup.py", ".ci/", ".github/workflows/", ".github/actions/")
"""What every model is built with: the contracts, the pinned libraries, and how a runner sets them up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What a change means for the models of a repository."""

    models: Mapping[str, tuple[str, ...]]
    """The models to build, by id, each with the changed files it is built from."""
    broken: tuple[str, ...] = ()
    """Changed directories whose card cannot be read, so that nothing can be built from them."""
    gone: tuple[str, ...] = ()
    """Models that have no directory any longer."""


def affected(changed: Iterable[str], catalogue: Catalogue) -> Affected:
    """Hold changed files against what each model is built from.

    Args:
        changed: paths from the root of the repository, with slashes; files that are gone included.
        catalogue: the models as they are now.
    """
    paths = sorted(changed)
    sources = _Sources(root=catalogue.root, tools=SourceTree(directory=catalogue.root / "tools"))
    found = {
        entry.card.id: tuple(path for path in paths if sources.matter(path, entry.card)) for entry in catalogue.entries
    }
    directories = {parts[1] for path in paths if len(parts := PurePosixPath(path).parts) > 2 and parts[0] == "models"}
    return Affected(
        models={model_id: files for model_id, files in found.items() if files},
        broken=tuple(sorted(directories & set(catalogue.broken))),
        gone=tuple(sorted(directories - set(found) - set(catalogue.broken))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """What the models of one repository are built from. Where it has no tools, a workflow names their version."""

    root: Path
    tools: SourceTree

    def matter(self, path: str, card: Card) -> bool:
        """Whether a model is built from the file."""
        return path.startswith(FOR_ALL) or any(self._belongs(path, card)) or self.root / path in self._behind(card)

    def _behind(self, card: Card) -> frozenset[Path]:
        return self.tools.files_of_model(card.convert.family, card.task, SHOWN)

    def _belongs(self, path: str, card: Card) -> Iterator[bool]:
        """Whether a file is the model's own: in its directory, of its demo, the licence text it is packed with."""
        directory, samples = f"models/{card.id}/", f"images/{card.task}/"
        yield path.startswith(directory) and path != directory + GENERATED_PAGE
        shown = merge_demos(card.demo, read_sample_set(self.root / samples)).images
        yield path == samples + DEMO_FILE or path in [f"images/{name}" for name in shown]
        yield not shown and path.startswith(samples) and Path(path).suffix in IMAGE_SUFFIXES
        yield path == "LICENSE" and card.source.repository == "self"
