"""Every planted defect is caught by whom the list says, and nobody complains where nothing is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workflows.checkers import all_checkers
from tests.workflows.scenarios.mutations.checks import SCENES
from tests.workflows.scenarios.mutations.defects import DEFECTS, HARMLESS, Defect
from tests.workflows.scenarios.mutations.runs import Stage
from tests.workflows.scenarios.mutations.table import CAUGHT, Caught

FEWEST = 25
"""So many are planted at least."""


def complaints(defect: Defect, root: Path, directory: Path, stage: Stage | None) -> list[str]:
    """What the one who has to catch a defect says of it."""
    if stage is not None:
        return list(SCENES[defect.caught_by](stage, defect.edits))
    for part in (".github", ".ci"):
        shutil.copytree(root / part, directory / part)
    for edit in defect.edits:
        edit.apply(directory)
    return all_checkers()[defect.caught_by](directory)


def named(defects: tuple[Defect, ...]) -> list[pytest.ParameterSet]:
    slow = (pytest.mark.slow,)
    return [pytest.param(one, id=f"{one.caught_by}: {one.name}", marks=slow if one.slow else ()) for one in defects]


BY_READING = tuple(one for one in DEFECTS if one.caught_by not in SCENES)
BY_RUNNING = tuple(one for one in DEFECTS if one.caught_by in SCENES)


@pytest.mark.usefixtures("node_modules")
@pytest.mark.parametrize("defect", named(BY_READING))
def test_a_checker_catches_it(defect: Defect, root: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    found = complaints(defect, root, tmp_path, None)
    pytestconfig.stash.setdefault(CAUGHT, []).append(Caught(defect=defect, complaint=found[0] if found else ""))
    assert found


@pytest.mark.parametrize("defect", named(BY_RUNNING))
def test_a_scene_catches_it(
    defect: Defect, root: Path, tmp_path: Path, stage: Stage, pytestconfig: pytest.Config
) -> None:
    found = complaints(defect, root, tmp_path, stage)
    pytestconfig.stash.setdefault(CAUGHT, []).append(Caught(defect=defect, complaint=found[0] if found else ""))
    assert found


@pytest.mark.parametrize("change", named(HARMLESS))
def test_nobody_complains_where_nothing_is_wrong(change: Defect, root: Path, tmp_path: Path, stage: Stage) -> None:
    assert complaints(change, root, tmp_path, stage) == []


def test_the_list_is_long_and_every_scene_is_in_it() -> None:
    assert len(DEFECTS) >= FEWEST
    assert len({one.name for one in DEFECTS}) == len(DEFECTS)
    assert {one.caught_by for one in BY_RUNNING} == {one.caught_by for one in HARMLESS} == set(SCENES)
    assert {one.caught_by for one in BY_READING} <= set(all_checkers())
