"""A repository whose changes CI looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workflows.executor import Fault, Run, World, run_workflow
from tests.workflows.origin import Origin
from tests.workflows.sample_repository import SampleRepository, on_github
from tests.workflows.scenarios.changes import SECRET, end_tests
from tests.workflows.scenarios.conftest import Past
from tests.workflows.scenarios.prebuilt import lay_down


@pytest.fixture
def house(first_house: Origin, tmp_path: Path, make_world: Callable[..., World]) -> Iterator[SampleRepository]:
    """Two models, nothing released yet, and a secret."""
    origin = first_house.clone(tmp_path / "origin")
    end_tests(origin)
    world = make_world(origin)
    world.secrets["TOKEN"] = SECRET
    with on_github(world, origin) as house:
        yield house


@pytest.fixture
def prebuilt(house: SampleRepository, released: Past) -> None:
    """Where a job would build a model, what was built once is laid down."""
    lay_down(house.world, released.run)


@pytest.fixture
def offer(house: SampleRepository) -> Callable[..., Run]:
    """Offer what was changed in the working tree, and let CI look at it."""

    def run(*, fork: bool = False, faults: tuple[Fault, ...] = ()) -> Run:
        event = house.origin.pull_request({}, repository=house.world.repository, fork=fork)
        return run_workflow(house.world, event, "ci.yml", faults=faults)

    return run
