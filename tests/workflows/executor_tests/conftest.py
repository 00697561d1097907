"""Fixtures: one small repository with all workflows of this directory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import Event, GitHubState, Run, run_workflow
from tests.workflows.executor.events import push
from tests.workflows.git_repository import GitRepository

HERE = Path(__file__).parent
LOCK = HERE.parent.parent.parent / ".github" / "actions.lock.json"


@pytest.fixture(scope="session")
def workflow_repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    directory = tmp_path_factory.mktemp("workflow-repo")
    shutil.copytree(HERE / "workflows", directory / ".github" / "workflows")
    for action in (HERE / "actions").glob("*.yml"):
        target = directory / ".github" / "actions" / action.stem / "action.yml"
        target.parent.mkdir(parents=True)
        shutil.copyfile(action, target)
    shutil.copyfile(LOCK, directory / ".github" / "actions.lock.json")
    (directory / "file.txt").write_text("first\n")
    (directory / "tools" / "greeter").mkdir(parents=True)
    (directory / "tools" / "greeter" / "__init__.py").write_text("def hello():\n    print('hello')\n")
    (directory / "pyproject.toml").write_text(
        '[project]\nname = "greeter"\nversion = "1"\n[project.optional-dependencies]\nmore = ["click>=8"]\n'
        'numbers = ["numpy"]\n[project.scripts]\nhello = "greeter:hello"\n'
    )
    git_repo = GitRepository.create(directory)
    git_repo.commit({"file.txt": "second\n"})
    return git_repo


@pytest.fixture
def github(workflow_repo: GitRepository, make_github: Callable[..., GitHubState]) -> GitHubState:
    return make_github(workflow_repo)


@pytest.fixture
def run_file(workflow_repo: GitRepository, github: GitHubState) -> Callable[..., Run]:
    """Return a function that runs one of the workflows, by default on a push to main."""

    def run(name: str, event: Event | None = None, **more: object) -> Run:
        return run_workflow(github, event or push(workflow_repo.head), f"{name}.yml", **more)

    return run
