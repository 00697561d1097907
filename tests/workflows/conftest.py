"""A world for workflows to run in: Node with the official packages, a network of nothing, a repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workflows.executor import Evaluator, Network, Pins, World
from tests.workflows.origin import Origin

REPOSITORY = "somebody/models"
HERE = Path(__file__).parent
OLDEST_NODE = 20
MISSING = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """GitHub's packages, installed from the lock file. Without Node tests are skipped, but never in CI."""
    if shutil.which("npm") is None or _node_version() < OLDEST_NODE:
        reason = f"workflows are executed by Node {OLDEST_NODE} or newer, which is not here with npm"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    directory = HERE / "node_modules"
    installed = directory / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        done = subprocess.run(["npm", "ci"], cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = f"npm ci in tests/workflows failed: {done.stderr.strip()}"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return directory


def _node_version() -> int:
    if shutil.which("node") is None:
        return 0
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").partition(".")[0])


@pytest.fixture(scope="session")
def evaluator(node_modules: Path) -> Iterator[Evaluator]:
    """GitHub's parser and evaluator."""
    with Evaluator() as evaluator:
        yield evaluator


@pytest.fixture(scope="session")
def network(pytestconfig: pytest.Config) -> Iterator[Network]:
    """A namespace with loopback only; where none can be made, the summary of the tests says so."""
    network = Network()
    pytestconfig.stash[MISSING] = network.missing
    yield network
    network.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what could not be shown."""
    if missing := config.stash.get(MISSING, ""):
        terminalreporter.write_line(f"workflows: {missing}", yellow=True)


@pytest.fixture(scope="session")
def make_world(
    tmp_path_factory: pytest.TempPathFactory, evaluator: Evaluator, network: Network
) -> Callable[..., World]:
    """Make a world around a repository; its lock file says which actions may be used."""

    def make(origin: Origin, repository: str = REPOSITORY) -> World:
        return World(
            directory=tmp_path_factory.mktemp("github") / "world",
            repository=repository,
            origins={repository: origin.directory},
            evaluator=evaluator,
            network=network,
            pins=Pins.read(origin.directory / ".github" / "actions.lock.json"),
        )

    return make
