"""The artefacts of one run, with GitHub's rules: a name once, a hidden file left out, no mode of a file kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.workflows.executor.problems import StepFailed

Key = tuple[str, ...]
"""Where a job stands in a run: its id, its leg if it has a matrix, then the same within the workflow it calls."""

FORBIDDEN = set('":<>|*?\r\n\\/')
"""Characters that no name of an artefact may have."""
MOST_PER_JOB = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One artefact."""

    id: int
    name: str
    producer: Key
    attempt: int
    directory: Path
    retention_days: int

    def files(self) -> list[str]:
        """Names of its files."""
        return sorted(str(path.relative_to(self.directory)) for path in self.directory.rglob("*") if path.is_file())


@dataclass(slots=True, kw_only=True)
class Artifacts:
    """All artefacts of one run; a new attempt sees those of the one before."""

    directory: Path
    kept: list[Artifact] = field(default_factory=list)
    made: int = 0
    """How many were made so far, those that were overwritten included."""

    def find(self, name: str) -> Artifact | None:
        """The artefact of this name."""
        return next((one for one in self.kept if one.name == name), None)

    def remove(self, artifact: Artifact) -> None:
        """Forget it, as `overwrite: true` does."""
        self.kept.remove(artifact)

    def add(
        self, name: str, files: Sequence[Path], root: Path, *, producer: Key, attempt: int, retention_days: int
    ) -> Artifact:
        """Store files, named by their place under `root`.

        Raises:
            StepFailed: the name is taken or cannot be one.
        """
        if not name or FORBIDDEN & set(name):
            raise StepFailed(f"'{name}' cannot name an artefact")
        if self.find(name):
            raise StepFailed(f"(409) Conflict: an artifact with this name already exists on the workflow run: {name}")
        if sum(one.producer == producer for one in self.kept) >= MOST_PER_JOB:
            raise StepFailed(f"a job may make {MOST_PER_JOB} artefacts")
        self.made += 1
        directory = self.directory / str(self.made)
        for file in files:
            target = directory / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        artifact = Artifact(
            id=self.made,
            name=name,
            producer=producer,
            attempt=attempt,
            directory=directory,
            retention_days=retention_days,
        )
        self.kept.append(artifact)
        return artifact
