"""Fixtures: a sample repository with CI for its pull requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workflows.executor import Fault, GitHubState, Run, run_workflow
from tests.workflows.git_repository import GitRepository
from tests.workflows.sample_repository import SampleRepository, on_github
from tests.workflows.scenarios.changes import SECRET, replace_tests
from tests.workflows.scenarios.conftest import Snapshot
from tests.workflows.scenarios.prebuilt import provide_prebuilt_models


@pytest.fixture
def sample(
    initial_repo: GitRepository, tmp_path: Path, make_github: Callable[..., GitHubState]
) -> Iterator[SampleRepository]:
    """Copy the repository before its first release, and set a secret."""
    git_repo = initial_repo.clone(tmp_path / "origin")
    replace_tests(git_repo)
    github = make_github(git_repo)
    github.secrets["TOKEN"] = SECRET
    with on_github(github, git_repo) as sample:
        yield sample


@pytest.fixture
def prebuilt(sample: SampleRepository, released: Snapshot) -> None:
    """Let jobs use prebuilt models."""
    provide_prebuilt_models(sample.github, released.run)


@pytest.fixture
def open_pull_request(sample: SampleRepository) -> Callable[..., Run]:
    """Return a function that opens a pull request with the working tree's changes, and runs CI."""

    def run(*, fork: bool = False, faults: tuple[Fault, ...] = ()) -> Run:
        event = sample.git_repo.pull_request({}, repository=sample.github.repository, fork=fork)
        return run_workflow(sample.github, event, "ci.yml", faults=faults)

    return run
