"""Fixtures for running workflows: Node with GitHub's packages, an isolated network, a simulated GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.npm_packages import npm_packages
from tests.workflows.executor import Evaluator, GitHubState, Network, Pins
from tests.workflows.git_repository import GitRepository

REPOSITORY = "maintainer/models"
HERE = Path(__file__).parent
MISSING = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Install GitHub's packages from the lock file. Without Node, tests are skipped, but fail in CI."""
    return npm_packages(HERE)


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
