"""What CI makes of changes that are offered."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.workflows.executor import Fault, Run
from tests.workflows.origin import Origin
from tests.workflows.sample_repository import SampleRepository, models

SECRET = "correct horse"  # noqa: S105 - no secret
NO_BUILD = partial(Fault, kind="fail", job="Build*", times=0)
"""Where it does not matter what is built, it fails at once."""


def end_tests(origin: Origin) -> None:
    """Replace the tests of the toy repository, which would run this test, for ever."""
    tests = origin.directory / ".ci" / "run"
    tests.unlink()
    tests.write_text("#!/bin/sh\necho all tests would run here\n")
    tests.chmod(0o755)
    origin.commit({}, "Tests that end")


def card(house: SampleRepository, model_id: str) -> Path:
    return house.origin.directory / "models" / model_id / "card.yaml"


def raise_version(house: SampleRepository, model_id: str) -> None:
    models(house.origin.directory, {model_id: "1.1"})


def results(run: Run) -> dict[str, str]:
    return {key[0]: result for key, (result, _) in run.results.items() if len(key) == 1}


def built(run: Run) -> list[str]:
    return sorted(name.partition("/")[0] for one in run.artifacts.kept for name in one.files() if "dtmodel" in name)
