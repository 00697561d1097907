"""Fixtures for running workflows: Node with GitHub's packages, an isolated network, a simulated GitHub."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workflows.executor import Evaluator, GitHubState, Network, Pins
from tests.workflows.git_repository import GitRepository

REPOSITORY = "maintainer/models"
HERE = Path(__file__).parent
OLDEST_NODE = 20
MISSING = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Install GitHub's packages from the lock file. Without Node, tests are skipped, but fail in CI."""
    if shutil.which("npm") is None or _node_version() < OLDEST_NODE:
        reason = f"workflow tests need npm and Node {OLDEST_NODE} or newer"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    directory = HERE / "node_modules"
    installed = directory / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        completed = subprocess.run(["npm", "ci"], cwd=HERE, capture_output=True, text=True, check=False)
        if completed.returncode:
            reason = f"npm ci in tests/workflows failed: {completed.stderr.strip()}"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return directory


def _node_version() -> int:
    if shutil.which("node") is None:
        return 0
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0])


@pytest.fixture(scope="session")
def evaluator(node_modules: Path) -> Iterator[Evaluator]:
    """Start GitHub's parser and evaluator."""
    with Evaluator() as evaluator:
        yield evaluator


@pytest.fixture(scope="session")
def network(pytestconfig: pytest.Config) -> Iterator[Network]:
    """Create a network namespace with loopback only; the test summary reports a failure to create it."""
    network = Network()
    pytestconfig.stash[MISSING] = network.missing
    yield network
    network.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report what could not be tested."""
    if missing := config.stash.get(MISSING, ""):
        terminalreporter.write_line(f"workflows: {missing}", yellow=True)


@pytest.fixture(scope="session")
def make_github(
    tmp_path_factory: pytest.TempPathFactory, evaluator: Evaluator, network: Network
) -> Callable[..., GitHubState]:
    """Return a function that simulates GitHub for a repository; its lock file lists the allowed actions."""

    def make(git_repo: GitRepository, repository: str = REPOSITORY) -> GitHubState:
        return GitHubState(
            directory=tmp_path_factory.mktemp("github") / "state",
            repository=repository,
            repositories={repository: git_repo.directory},
            evaluator=evaluator,
            network=network,
            pins=Pins.read(git_repo.directory / ".github" / "actions.lock.json"),
        )

    return make
