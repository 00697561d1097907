"""A repository like this one at three points of its life; each scenario goes on from a copy of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.fake_github import State
from tests.workflows.executor import Event, Fault, Run, World, run_workflow
from tests.workflows.origin import Origin
from tests.workflows.sample_repository import CHANGELOG, SampleRepository, models, on_github, tools
from tests.workflows.scenarios.prebuilt import lay_down

MODELS = {"denoise-one": "1.0", "denoise-two": "1.0"}
FIRST = "v1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was when a run ended, to go on from as often as wanted."""

    origin: Origin
    state: Path
    """What the stand-in for GitHub remembered."""
    world: World
    event: Event
    run: Run


@pytest.fixture(scope="session")
def first_house(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Two models, nothing released yet."""
    directory = tmp_path_factory.mktemp("house") / "origin"
    directory.mkdir()
    tools(directory)
    (directory / "README.md").unlink()
    models(directory, MODELS)
    (directory / "CHANGELOG.md").write_text(CHANGELOG)
    return Origin.create(directory)


@pytest.fixture
def house(first_house: Origin, tmp_path: Path, make_world: Callable[..., World]) -> Iterator[SampleRepository]:
    """Before the first release."""
    origin = first_house.clone(tmp_path / "origin")
    with on_github(make_world(origin), origin) as house:
        yield house


@pytest.fixture(scope="session")
def released(first_house: Origin, tmp_path_factory: pytest.TempPathFactory, make_world: Callable[..., World]) -> Past:
    """The first release is out."""
    return _past(first_house, tmp_path_factory.mktemp("released"), make_world)


@pytest.fixture(scope="session")
def unpublished(
    first_house: Origin, released: Past, tmp_path_factory: pytest.TempPathFactory, make_world: Callable[..., World]
) -> Past:
    """All of the first release went well but for the job that publishes: it never began."""
    fault = Fault(kind="fail", job="Publish")
    return _past(first_house, tmp_path_factory.mktemp("unpublished"), make_world, fault, built=released.run)


def _past(
    first: Origin, directory: Path, make_world: Callable[..., World], *faults: Fault, built: Run | None = None
) -> Past:
    origin = first.clone(directory / "origin")
    with on_github(make_world(origin), origin) as house:
        if built:
            lay_down(house.world, built)
        event = house.release(FIRST, MODELS)
        run = run_workflow(house.world, event, "release.yml", faults=faults)
        assert run.conclusion == ("failure" if faults else "success"), run.story()
        house.fake.state.save(directory / "state.json")
    return Past(origin=origin, state=directory / "state.json", world=house.world, event=event, run=run)


@pytest.fixture
def stocked(house: SampleRepository, released: Past) -> SampleRepository:
    """Before the first release; where a job would build a model of it, what was built once is laid down."""
    lay_down(house.world, released.run)
    return house


@pytest.fixture(scope="session")
def reference(released: Past) -> Mapping[str, bytes]:
    """What the first release holds when nothing goes wrong."""
    state = State.load(released.state)
    release = state.published(FIRST)
    assert release
    return {asset.name: state.blob(asset).read_bytes() for asset in release.assets}


@pytest.fixture
def after(
    tmp_path: Path, make_world: Callable[..., World]
) -> Callable[[Past], AbstractContextManager[SampleRepository]]:
    """Go on from a copy of the past."""

    @contextmanager
    def go_on(past: Past) -> Iterator[SampleRepository]:
        origin = past.origin.clone(tmp_path / "origin")
        world = make_world(origin)
        world.runs = past.world.runs
        for attestation in past.world.attestations:
            world.attest(attestation)
        with on_github(world, origin, State.load(past.state)) as house:
            yield house

    return go_on


@pytest.fixture
def retry(unpublished: Past) -> Callable[..., Run]:
    """Run the failed jobs of an attempt again; of the one that never published, when none is named."""

    def again(house: SampleRepository, before: Run | None = None, *faults: Fault) -> Run:
        kept = replace(unpublished.run.artifacts, kept=list(unpublished.run.artifacts.kept))
        first = replace(unpublished.run, artifacts=kept)
        return run_workflow(house.world, unpublished.event, "release.yml", faults=faults, again=before or first)

    return again
