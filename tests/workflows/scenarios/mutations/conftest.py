"""Clean runs that scenes go on from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import World, run_workflow
from tests.workflows.origin import Origin
from tests.workflows.sample_repository import models, on_github
from tests.workflows.scenarios.changes import end_tests
from tests.workflows.scenarios.conftest import MODELS, Past
from tests.workflows.scenarios.mutations.runs import Stage
from tests.workflows.scenarios.mutations.table import CAUGHT, lines
from tests.workflows.scenarios.prebuilt import lay_down


@pytest.fixture(scope="session")
def stage(
    first_house: Origin,
    released: Past,
    unpublished: Past,
    tmp_path_factory: pytest.TempPathFactory,
    make_world: Callable[..., World],
) -> Stage:
    """All four of them."""

    def offer(name: str, change: Callable[[Path], object]) -> Past:
        directory = tmp_path_factory.mktemp(name)
        origin = first_house.clone(directory / "origin")
        end_tests(origin)
        with on_github(make_world(origin), origin) as house:
            lay_down(house.world, released.run)
            change(origin.directory)
            event = origin.pull_request({}, repository=house.world.repository)
            run = run_workflow(house.world, event, "ci.yml")
            assert (run.conclusion, run.slips) == ("success", []), run.story()
            house.fake.state.save(directory / "state.json")
        return Past(origin=origin, state=directory / "state.json", world=house.world, event=event, run=run)

    return Stage(
        unpublished=unpublished,
        released=released,
        offered=offer("offered", lambda directory: models(directory, dict.fromkeys(MODELS, "1.1"))),
        quiet=offer("quiet", lambda directory: (directory / "CONTRIBUTING.md").write_text("# How to contribute\n")),
        make_world=make_world,
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the table of defects."""
    if found := config.stash.get(CAUGHT, []):
        terminalreporter.section("planted defects")
        for line in lines(found):
            terminalreporter.write_line(line)
