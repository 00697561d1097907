"""Training of a proxy on demand, without the installation of darktable, which other tests cover."""

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
def trainer(sample: SampleRepository) -> SampleRepository:
    """Add photographs to the sample repository, and provide darktable to its jobs."""
    try:
        find()
    except Failure as missing:
        reason = f"needs the real darktable: {missing.what}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    shutil.copytree(ROOT / "images" / "proxy", sample.git_repo.directory / "images" / "proxy")
    sample.git_repo.commit({})
    sample.github.environment[VARIABLE] = os.environ.get(VARIABLE, str(ROOT / DIRECTORY))
    sample.github.program("sudo", "echo darktable is already installed")
    sample.github.longest_step_s = 600
    return sample


def test_artefact_contains_weights_evaluation_and_image(trainer: SampleRepository) -> None:
    event = dispatch(trainer.git_repo.head, module="exposure", pairs=4)
    run = run_workflow(trainer.github, event, "train-proxy.yml")
    assert run.conclusion == "success", run.describe()
    assert run.misconfigurations == []
    [artefact] = run.artifacts.stored
    assert artefact.name == "trained-exposure"
    assert set(artefact.files()) >= {"weights.safetensors", "training.jsonl", "evaluation.json", "comparison.png"}
    assert json.loads((artefact.directory / "evaluation.json").read_bytes())["module"] == "exposure"


def test_unknown_module_is_one_error(trainer: SampleRepository) -> None:
    run = run_workflow(trainer.github, dispatch(trainer.git_repo.head, module="$(touch injected)"), "train-proxy.yml")
    assert run.conclusion == "failure"
    assert "error: " in run.job("Train $(touch injected)").step("Train").log
    assert not list(trainer.github.directory.rglob("injected"))
