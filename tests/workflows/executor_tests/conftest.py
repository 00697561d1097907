"""One small repository that holds all workflows of this directory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import Event, Run, World, run_workflow
from tests.workflows.executor.events import push
from tests.workflows.origin import Origin

HERE = Path(__file__).parent
LOCK = HERE.parent.parent.parent / ".github" / "actions.lock.json"


@pytest.fixture(scope="session")
def sketch(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    directory = tmp_path_factory.mktemp("sketch")
    shutil.copytree(HERE / "workflows", directory / ".github" / "workflows")
    for action in (HERE / "actions").glob("*.yml"):
        target = directory / ".github" / "actions" / action.stem / "action.yml"
        target.parent.mkdir(parents=True)
        shutil.copyfile(action, target)
    shutil.copyfile(LOCK, directory / ".github" / "actions.lock.json")
    (directory / "file.txt").write_text("first\n")
    (directory / "tools" / "said").mkdir(parents=True)
    (directory / "tools" / "said" / "__init__.py").write_text("def hello():\n    print('hello')\n")
    (directory / "pyproject.toml").write_text(
        '[project]\nname = "said"\nversion = "1"\n[project.optional-dependencies]\nmore = ["click>=8"]\n'
        'numbers = ["numpy"]\n[project.scripts]\nhello = "said:hello"\n'
    )
    origin = Origin.create(directory)
    origin.commit({"file.txt": "second\n"})
    return origin


@pytest.fixture
def world(sketch: Origin, make_world: Callable[..., World]) -> World:
    return make_world(sketch)


@pytest.fixture
def run_sketch(sketch: Origin, world: World) -> Callable[..., Run]:
    """Run one of the workflows; on a push to main if nothing else is said."""

    def run(name: str, event: Event | None = None, **more: object) -> Run:
        return run_workflow(world, event or push(sketch.head), f"{name}.yml", **more)

    return run
