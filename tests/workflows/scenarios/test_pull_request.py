"""What a pull request sees, and what a fork may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import Fault, Run, World, run_workflow
from tests.workflows.house import House

@pytest.fixture
def offer(house: House) -> Callable[..., Run]:
    """Offer a change to main, and let CI look at it."""

    def run(files, *, fork: bool = False, faults=()) -> Run:
        event = house.origin.pull_request(files, repository=house.world.repository, fork=fork)
        return run_workflow(house.world, event, "ci.yml", faults=faults)

    return run


def test_x(house: House, offer) -> None:
    ci = house.origin.folder / ".ci" / "run"
    ci.write_text("#!/bin/sh\necho all tests\n")
    house.origin.commit({})
    card = (house.origin.folder / "models/denoise-one/card.yaml").read_text()
    run = offer({"models/denoise-one/card.yaml": card.replace("Removes no noise", "Removes no noise").replace('version: "1.0"','version: "1.1"').replace('  "1.0": First','  "1.1": More.\n  "1.0": First')})
    print(run.story())
    print(run.summary())
    assert 0
