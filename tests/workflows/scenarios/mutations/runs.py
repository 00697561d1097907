"""Clean runs as starting points, and repetitions of them with edited workflows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fake_github import State
from tests.workflows.executor import Event, Fault, GitHubState, Pins, Run, run_workflow
from tests.workflows.executor.documents import Source
from tests.workflows.sample_repository import SampleRepository, on_github
from tests.workflows.scenarios.conftest import Snapshot
from tests.workflows.scenarios.prebuilt import provide_prebuilt_models


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of one file of the repository."""

    file: str
    original: str
    replacement: str

    def apply(self, directory: Path) -> None:
        """Edit the file, which must contain the original text."""
        path = directory / self.file
        text = path.read_text(encoding="utf-8")
        assert self.original in text, f"{self.file} has no {self.original!r}: the defect cannot be injected"
        path.unlink()  # the file may be a hard link to the original
        path.write_text(text.replace(self.original, self.replacement, 1), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRuns:
    """Clean runs from which run checks start."""

    unpublished: Snapshot
    """A release that only has to be published."""
    released: Snapshot
    """A published release."""
    model_change: Snapshot
    """A pull request that changes two models."""
    docs_change: Snapshot
    """A pull request without changed models."""
    make_github: Callable[..., GitHubState]

    @contextmanager
    def restored(self, snapshot: Snapshot, edits: Sequence[Edit]) -> Iterator[SampleRepository]:
        """Restore the state of a snapshot, with edited workflows, actions and tools."""
        github = self.make_github(snapshot.git_repo)
        github.runs = snapshot.github.runs
        for attestation in snapshot.github.attestations:
            github.attest(attestation)
        clean = github.source(github.repository, snapshot.event.sha)
        directory = github.directory / "edited"
        shutil.copytree(clean.directory, directory, copy_function=os.link)
        for edit in edits:
            edit.apply(directory)
        edited = Source(repository=clean.repository, sha=clean.sha, directory=directory)
        github.sources[github.repository, snapshot.event.sha] = edited
        github.pins = Pins.read(directory / ".github" / "actions.lock.json")
        provide_prebuilt_models(github, snapshot.run)
        with on_github(github, snapshot.git_repo, State.load(snapshot.state)) as sample:
            yield sample

    def run(
        self,
        sample: SampleRepository,
        snapshot: Snapshot,
        *faults: Fault,
        event: Event | None = None,
        without: Sequence[str] = (),
    ) -> Run:
        """Run the workflow again; only changed jobs, those in `without`, and later ones are executed.

        With another `event`, all jobs are executed.
        """
        before = snapshot.run
        results = {key: result for key, result in before.results.items() if key[0] not in without}
        stored = [artifact for artifact in before.artifacts.stored if artifact.producer[0] not in without]
        previous = replace(before, results=results, artifacts=replace(before.artifacts, stored=stored))
        file = snapshot.run.workflow.rpartition("/")[2]
        return run_workflow(
            sample.github, event or snapshot.event, file, faults=faults, previous=None if event else previous
        )
