"""Fixtures: clean runs from which run checks start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import GitHubState, run_workflow
from tests.workflows.git_repository import GitRepository
from tests.workflows.sample_repository import on_github, write_models
from tests.workflows.scenarios.changes import replace_tests
from tests.workflows.scenarios.conftest import MODELS, Snapshot
from tests.workflows.scenarios.mutations.runs import CleanRuns
from tests.workflows.scenarios.mutations.table import DETECTIONS, lines
from tests.workflows.scenarios.prebuilt import provide_prebuilt_models


@pytest.fixture(scope="session")
def clean_runs(
    initial_repo: GitRepository,
    released: Snapshot,
    unpublished: Snapshot,
    tmp_path_factory: pytest.TempPathFactory,
    make_github: Callable[..., GitHubState],
) -> CleanRuns:
    """Execute all clean runs."""

    def run_pull_request(name: str, change: Callable[[Path], object]) -> Snapshot:
        directory = tmp_path_factory.mktemp(name)
        git_repo = initial_repo.clone(directory / "origin")
        replace_tests(git_repo)
        with on_github(make_github(git_repo), git_repo) as sample:
            provide_prebuilt_models(sample.github, released.run)
            change(git_repo.directory)
            event = git_repo.pull_request({}, repository=sample.github.repository)
            run = run_workflow(sample.github, event, "ci.yml")
            assert (run.conclusion, run.misconfigurations) == ("success", []), run.describe()
            sample.fake.state.save(directory / "state.json")
        return Snapshot(git_repo=git_repo, state=directory / "state.json", github=sample.github, event=event, run=run)

    return CleanRuns(
        unpublished=unpublished,
        released=released,
        model_change=run_pull_request(
            "model-change", lambda directory: write_models(directory, dict.fromkeys(MODELS, "1.1"))
        ),
        docs_change=run_pull_request(
            "docs-change", lambda directory: (directory / "CONTRIBUTING.md").write_text("# How to contribute\n")
        ),
        make_github=make_github,
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of defects."""
    if found := config.stash.get(DETECTIONS, []):
        terminalreporter.section("injected defects")
        for line in lines(found):
            terminalreporter.write_line(line)
