"""Models affected by changed files, with those files. A file that no model is built from affects none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dtmodels.build.cache import GENERATED_PAGE
from dtmodels.build.source_files import BUILD_STAGES, SourceTree
from dtmodels.card.catalogue import Catalogue
from dtmodels.card.demo_samples import DEMO_FILE, IMAGE_SUFFIXES, merge_demos, read_sample_set
from dtmodels.card.model import Card

BUILD_MODULES = (*BUILD_STAGES, "dtmodels.stages.demo")
"""Modules that build a model and its demo images."""
SHARED_PATHS = (
    "schema/", "constraints.txt", "pyproject.toml", "setup.py", ".ci/", ".github/workflows/", ".github/actions/",
)  # fmt: skip
"""Paths that affect every model: schemas, pinned libraries, and the setup of a runner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Models of a repository that a change affects."""

    models: Mapping[str, tuple[str, ...]]
    """The models to build, by id, each with the changed files it is built from."""
    broken: tuple[str, ...] = ()
    """Changed directories whose card cannot be read, so that they cannot be built."""
    gone: tuple[str, ...] = ()
    """Deleted models."""


def affected(changed: Iterable[str], catalogue: Catalogue) -> Affected:
    """Compare changed files with the sources of each model.

    Args:
        changed: paths from the root of the repository, with slashes; deleted files included.
        catalogue: the current models.
    """
    paths = sorted(changed)
    sources = _Sources(root=catalogue.root, tools=SourceTree(directory=catalogue.root / "tools"))
    files_of = {
        entry.card.id: tuple(path for path in paths if sources.affect(path, entry.card)) for entry in catalogue.entries
    }
    directories = {parts[1] for path in paths if len(parts := PurePosixPath(path).parts) > 2 and parts[0] == "models"}
    return Affected(
        models={model_id: files for model_id, files in files_of.items() if files},
        broken=tuple(sorted(directories & set(catalogue.broken))),
        gone=tuple(sorted(directories - set(files_of) - set(catalogue.broken))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """Sources of all models of one repository. A repository without tools names their version in its workflows."""

    root: Path
    tools: SourceTree

    def affect(self, path: str, card: Card) -> bool:
        """Return True if a model is built from the file."""
        return path.startswith(SHARED_PATHS) or any(self._owns(path, card)) or self.root / path in self._code(card)

    def _code(self, card: Card) -> frozenset[Path]:
        return self.tools.files_of_model(card.convert.family, card.task, BUILD_MODULES)

    def _owns(self, path: str, card: Card) -> Iterator[bool]:
        """Yield True if a file belongs to the model: its directory, its demo images, its packed licence text."""
        directory, samples = f"models/{card.id}/", f"images/{card.task}/"
        yield path.startswith(directory) and path != directory + GENERATED_PAGE
        images = merge_demos(card.demo, read_sample_set(self.root / samples)).images
        yield path == samples + DEMO_FILE or path in [f"images/{name}" for name in images]
        yield not images and path.startswith(samples) and Path(path).suffix in IMAGE_SUFFIXES
        yield path == "LICENSE" and card.source.repository == "self"
