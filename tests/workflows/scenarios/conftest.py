"""Fixtures: a sample repository before, after, and just before publishing its first release. Scenarios use copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.fake_github import State
from tests.workflows.executor import Event, Fault, GitHubState, Run, run_workflow
from tests.workflows.git_repository import GitRepository
from tests.workflows.sample_repository import CHANGELOG, SampleRepository, copy_tools, on_github, write_models
from tests.workflows.scenarios.prebuilt import provide_prebuilt_models

MODELS = {"denoise-one": "1.0", "denoise-two": "1.0"}
FIRST = "v1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """State after a run, from which scenarios start."""

    git_repo: GitRepository
    state: Path
    """Saved state of the fake GitHub."""
    github: GitHubState
    event: Event
    run: Run


@pytest.fixture(scope="session")
def initial_repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """Create a repository with two models, and no release."""
    directory = tmp_path_factory.mktemp("sample") / "repository"
    directory.mkdir()
    copy_tools(directory)
    (directory / "README.md").unlink()
    write_models(directory, MODELS)
    (directory / "CHANGELOG.md").write_text(CHANGELOG)
    return GitRepository.create(directory)


@pytest.fixture
def sample(
    initial_repo: GitRepository, tmp_path: Path, make_github: Callable[..., GitHubState]
) -> Iterator[SampleRepository]:
    """Copy the repository before its first release."""
    git_repo = initial_repo.clone(tmp_path / "origin")
    with on_github(make_github(git_repo), git_repo) as sample:
        yield sample


@pytest.fixture(scope="session")
def released(
    initial_repo: GitRepository, tmp_path_factory: pytest.TempPathFactory, make_github: Callable[..., GitHubState]
) -> Snapshot:
    """Publish the first release."""
    return _snapshot(initial_repo, tmp_path_factory.mktemp("released"), make_github)


@pytest.fixture(scope="session")
def unpublished(
    initial_repo: GitRepository,
    released: Snapshot,
    tmp_path_factory: pytest.TempPathFactory,
    make_github: Callable[..., GitHubState],
) -> Snapshot:
    """Run the first release up to the job that publishes, which fails before its first step."""
    fault = Fault(kind="fail", job="Publish", step="Draft, upload, check, publish")
    return _snapshot(initial_repo, tmp_path_factory.mktemp("unpublished"), make_github, fault, built=released.run)


def _snapshot(
    first: GitRepository,
    directory: Path,
    make_github: Callable[..., GitHubState],
    *faults: Fault,
    built: Run | None = None,
) -> Snapshot:
    git_repo = first.clone(directory / "origin")
    with on_github(make_github(git_repo), git_repo) as sample:
        if built:
            provide_prebuilt_models(sample.github, built)
        event = sample.release(FIRST, MODELS)
        run = run_workflow(sample.github, event, "release.yml", faults=faults)
        assert run.conclusion == ("failure" if faults else "success"), run.describe()
        sample.fake.state.save(directory / "state.json")
    return Snapshot(git_repo=git_repo, state=directory / "state.json", github=sample.github, event=event, run=run)


@pytest.fixture
def prebuilt_sample(sample: SampleRepository, released: Snapshot) -> SampleRepository:
    """Copy the repository before its first release; jobs use prebuilt models."""
    provide_prebuilt_models(sample.github, released.run)
    return sample


@pytest.fixture(scope="session")
def reference(released: Snapshot) -> Mapping[str, bytes]:
    """Return the assets of the first release without faults."""
    state = State.load(released.state)
    release = state.published(FIRST)
    assert release
    return {asset.name: state.blob(asset).read_bytes() for asset in release.assets}


@pytest.fixture
def restore(
    tmp_path: Path, make_github: Callable[..., GitHubState]
) -> Callable[[Snapshot], AbstractContextManager[SampleRepository]]:
    """Return a context manager that restores a copy of a snapshot."""

    @contextmanager
    def restored_sample(snapshot: Snapshot) -> Iterator[SampleRepository]:
        git_repo = snapshot.git_repo.clone(tmp_path / "origin")
        github = make_github(git_repo)
        github.runs = snapshot.github.runs
        for attestation in snapshot.github.attestations:
            github.attest(attestation)
        with on_github(github, git_repo, State.load(snapshot.state)) as sample:
            yield sample

    return restored_sample


@pytest.fixture
def retry(unpublished: Snapshot) -> Callable[..., Run]:
    """Return a function that runs the failed jobs of an attempt again, by default of `unpublished`."""

    def run_again(sample: SampleRepository, before: Run | None = None, *faults: Fault) -> Run:
        stored = replace(unpublished.run.artifacts, stored=list(unpublished.run.artifacts.stored))
        first = replace(unpublished.run, artifacts=stored)
        return run_workflow(sample.github, unpublished.event, "release.yml", faults=faults, previous=before or first)

    return run_again
