"""Where scenes are played: clean runs to go on from, on a GitHub where the workflows differ a little."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fake_github import State
from tests.workflows.executor import Event, Fault, Pins, Run, World, run_workflow
from tests.workflows.executor.documents import Source
from tests.workflows.sample_repository import SampleRepository, on_github
from tests.workflows.scenarios.conftest import Past
from tests.workflows.scenarios.prebuilt import lay_down


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of one file of the repository."""

    file: str
    there: str
    planted: str

    def apply(self, directory: Path) -> None:
        """Change the file; what shall be replaced has to stand there."""
        path = directory / self.file
        text = path.read_text(encoding="utf-8")
        assert self.there in text, f"{self.file} has no {self.there!r}: the defect cannot be planted"
        path.unlink()  # a copy may share its bytes with what it is a copy of
        path.write_text(text.replace(self.there, self.planted, 1), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Clean runs, and how to go on from them."""

    unpublished: Past
    """A release where only the publishing is left to do."""
    released: Past
    """A release that is finished."""
    offered: Past
    """A pull request that changes two models."""
    quiet: Past
    """A pull request that changes no model."""
    make_world: Callable[..., World]

    @contextmanager
    def github(self, past: Past, edits: Sequence[Edit]) -> Iterator[SampleRepository]:
        """A GitHub as it was then, but for the workflows, actions and tools that `edits` change."""
        world = self.make_world(past.origin)
        world.runs = past.world.runs
        for attestation in past.world.attestations:
            world.attest(attestation)
        clean = world.source(world.repository, past.event.sha)
        directory = world.directory / "edited"
        shutil.copytree(clean.directory, directory, copy_function=os.link)
        for edit in edits:
            edit.apply(directory)
        edited = Source(repository=clean.repository, sha=clean.sha, directory=directory)
        world.sources[world.repository, past.event.sha] = edited
        world.pins = Pins.read(directory / ".github" / "actions.lock.json")
        lay_down(world, past.run)
        with on_github(world, past.origin, State.load(past.state)) as house:
            yield house

    def run(
        self,
        house: SampleRepository,
        past: Past,
        *faults: Fault,
        event: Event | None = None,
        without: Sequence[str] = (),
    ) -> Run:
        """Run it again as far as something changed; jobs of `without` run in any case.

        With another `event` all jobs run.
        """
        before = past.run
        results = {key: result for key, result in before.results.items() if key[0] not in without}
        kept = [artifact for artifact in before.artifacts.kept if artifact.producer[0] not in without]
        again = replace(before, results=results, artifacts=replace(before.artifacts, kept=kept))
        file = past.run.workflow.rpartition("/")[2]
        return run_workflow(house.world, event or past.event, file, faults=faults, again=None if event else again)
