"""A change that affects 300 models."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.workflows.executor import Run
from tests.workflows.sample_repository import SampleRepository, write_models
from tests.workflows.scenarios.changes import built

XARGS = """\
ids=$(cat)
case "$*" in
  *" run "*) for id in $ids; do mkdir -p "output/$id"; echo "$id" > "output/$id/$id.dtmodel"; done ;;
esac
"""


@pytest.mark.slow
def test_300_models_are_built_in_40_jobs(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    """Builds are faked, because the test covers the distribution of models over jobs."""
    names = [f"denoise-toy-{number}" for number in range(300)]
    write_models(sample.git_repo.directory, dict.fromkeys(names, "1.0"))
    sample.git_repo.commit({}, "Add 300 models")
    with (sample.git_repo.directory / "tools" / "dtmodels" / "families" / "onnx.py").open("a") as file:
        file.write("\n# changed\n")
    sample.github.program("xargs", XARGS)
    run = open_pull_request()
    assert (run.conclusion, run.misconfigurations) == ("success", []), run.describe()
    shards = json.loads(run.job("Plan").outputs["shards"])
    assert len(shards) == len([job for job in run.jobs if job.name.startswith("Build")]) == 40
    assert (
        sorted(" ".join(one["ids"] for one in shards).split())
        == built(run)
        == sorted([*names, "denoise-one", "denoise-two"])
    )
    assert len({one.name for one in run.artifacts.stored if one.name.startswith("models-")}) == 40
