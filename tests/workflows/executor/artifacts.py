"""Artefacts of one run, with GitHub's rules: unique names, no hidden files by default, no file modes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.workflows.executor.problems import StepFailed

Key = tuple[str, ...]
"""Path of a job in a run: its id, its number in a matrix, then the same within the workflow that it calls."""

FORBIDDEN = set('":<>|*?\r\n\\/')
"""Characters that the name of an artefact must not contain."""
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
        """List the names of its files."""
        return sorted(str(path.relative_to(self.directory)) for path in self.directory.rglob("*") if path.is_file())


@dataclass(slots=True, kw_only=True)
class Artifacts:
    """All artefacts of one run, including those of earlier attempts."""

    directory: Path
    stored: list[Artifact] = field(default_factory=list)
    created: int = 0
    """Number of artefacts created so far, including overwritten ones."""

    def find(self, name: str) -> Artifact | None:
        """Find an artefact by name."""
        return next((one for one in self.stored if one.name == name), None)

    def remove(self, artifact: Artifact) -> None:
        """Remove an artefact, as `overwrite: true` does."""
        self.stored.remove(artifact)

    def add(
        self, name: str, files: Sequence[Path], root: Path, *, producer: Key, attempt: int, retention_days: int
    ) -> Artifact:
        """Store files under their paths relative to `root`.

        Raises:
            StepFailed: the name is taken or invalid, or the job has too many artefacts.
        """
        if not name or FORBIDDEN & set(name):
            raise StepFailed(f"'{name}' is not a valid name of an artefact")
        if self.find(name):
            raise StepFailed(f"(409) Conflict: an artifact with this name already exists on the workflow run: {name}")
        if sum(one.producer == producer for one in self.stored) >= MOST_PER_JOB:
            raise StepFailed(f"a job may make {MOST_PER_JOB} artefacts")
        self.created += 1
        directory = self.directory / str(self.created)
        for file in files:
            target = directory / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        artifact = Artifact(
            id=self.created,
            name=name,
            producer=producer,
            attempt=attempt,
            directory=directory,
            retention_days=retention_days,
        )
        self.stored.append(artifact)
        return artifact
