"""A change that touches three hundred models."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.workflows.executor import Run
from tests.workflows.sample_repository import SampleRepository, models
from tests.workflows.scenarios.changes import built

XARGS = """\
ids=$(cat)
case "$*" in
  *" run "*) for id in $ids; do mkdir -p "output/$id"; echo "$id" > "output/$id/$id.dtmodel"; done ;;
esac
"""


@pytest.mark.slow
def test_three_hundred_models_are_built_in_forty_jobs(house: SampleRepository, offer: Callable[..., Run]) -> None:
    """What a job builds is replaced by a file: how three hundred models are handed out is what matters here."""
    names = [f"denoise-toy-{number}" for number in range(300)]
    models(house.origin.directory, dict.fromkeys(names, "1.0"))
    house.origin.commit({}, "Three hundred models")
    with (house.origin.directory / "tools" / "dtmodels" / "families" / "onnx.py").open("a") as file:
        file.write("\n# changed\n")
    house.world.program("xargs", XARGS)
    run = offer()
    assert (run.conclusion, run.slips) == ("success", []), run.story()
    shards = json.loads(run.job("Plan").outputs["shards"])
    assert len(shards) == len([job for job in run.jobs if job.name.startswith("Build")]) == 40
    assert (
        sorted(" ".join(one["ids"] for one in shards).split())
        == built(run)
        == sorted([*names, "denoise-one", "denoise-two"])
    )
    assert len({one.name for one in run.artifacts.kept if one.name.startswith("models-")}) == 40
