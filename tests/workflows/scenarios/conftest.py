"""A repository like this one, made once and copied for each scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workflows.executor import World
from tests.workflows.house import CHANGELOG, House, models, on_github, tools
from tests.workflows.origin import Origin

MODELS = {"denoise-one": "1.0", "denoise-two": "1.0"}


@pytest.fixture(scope="session")
def first_house(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Two models, nothing released yet."""
    folder = tmp_path_factory.mktemp("house") / "origin"
    folder.mkdir()
    tools(folder)
    (folder / "README.md").unlink()
    models(folder, MODELS)
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    return Origin.create(folder)


@pytest.fixture
def house(first_house: Origin, tmp_path: Path, make_world: Callable[..., World]) -> Iterator[House]:
    """A copy of it, on a GitHub of its own."""
    origin = first_house.clone(tmp_path / "origin")
    with on_github(make_world(origin), origin) as house:
        yield house
