"""CI runs of pull requests."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.workflows.executor import Fault, Run
from tests.workflows.git_repository import GitRepository
from tests.workflows.sample_repository import SampleRepository, write_models

SECRET = "correct horse"  # noqa: S105 - no secret
NO_BUILD = partial(Fault, kind="fail", job="Build*", step="*", times=0)
"""Fails all build jobs at once, for tests that need no build."""


def replace_tests(git_repo: GitRepository) -> None:
    """Replace the test command of the sample repository, which would run this test recursively."""
    tests = git_repo.directory / ".ci" / "run"
    tests.unlink()
    tests.write_text("#!/bin/sh\necho all tests would run here\n")
    tests.chmod(0o755)
    git_repo.commit({}, "Replace the tests")


def card(sample: SampleRepository, model_id: str) -> Path:
    return sample.git_repo.directory / "models" / model_id / "card.yaml"


def raise_version(sample: SampleRepository, model_id: str) -> None:
    write_models(sample.git_repo.directory, {model_id: "1.1"})


def results(run: Run) -> dict[str, str]:
    return {key[0]: result for key, (result, _) in run.results.items() if len(key) == 1}


def built(run: Run) -> list[str]:
    return sorted(name.partition("/")[0] for one in run.artifacts.stored for name in one.files() if "dtmodel" in name)
