"""A proxy is trained on demand; only the installation of darktable, which has tests of its own, is left out."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable.find import DIRECTORY, VARIABLE, find
from tests.conftest import ROOT
from tests.workflows.executor import run_workflow
from tests.workflows.executor.events import dispatch
from tests.workflows.sample_repository import SampleRepository

pytestmark = [pytest.mark.darktable, pytest.mark.slow]


@pytest.fixture
def trainer(house: SampleRepository) -> SampleRepository:
    """The house with photographs, on a machine that has darktable."""
    try:
        find()
    except Failure as missing:
        reason = f"needs the real darktable: {missing.what}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    shutil.copytree(ROOT / "images" / "proxy", house.origin.directory / "images" / "proxy")
    house.origin.commit({})
    house.world.environment[VARIABLE] = os.environ.get(VARIABLE, str(ROOT / DIRECTORY))
    house.world.program("sudo", "echo darktable is here already")
    house.world.longest_step_s = 600
    return house


def test_weights_evaluation_and_image_are_handed_over(trainer: SampleRepository) -> None:
    event = dispatch(trainer.origin.head, module="exposure", pairs=4)
    run = run_workflow(trainer.world, event, "train-proxy.yml")
    assert run.conclusion == "success", run.story()
    assert run.slips == []
    [artefact] = run.artifacts.kept
    assert artefact.name == "trained-exposure"
    assert set(artefact.files()) >= {"weights.safetensors", "training.jsonl", "evaluation.json", "picture.png"}
    assert json.loads((artefact.directory / "evaluation.json").read_bytes())["module"] == "exposure"


def test_a_module_that_does_not_exist_ends_with_one_clear_line(trainer: SampleRepository) -> None:
    run = run_workflow(trainer.world, dispatch(trainer.origin.head, module="$(touch spoiled)"), "train-proxy.yml")
    assert run.conclusion == "failure"
    assert "error: " in run.job("Train $(touch spoiled)").step("Train").log
    assert not list(trainer.world.directory.rglob("spoiled"))
