"""Wall time and CPU time of a whole release on this machine: all jobs of release.yml, with toy models.

Steps that build, run and describe models are listed separately.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from dtbase.terminal.console import Console
from tests.workflows.executor import Evaluator, GitHubState, Network, Pins, Run, run_workflow
from tests.workflows.git_repository import GitRepository
from tests.workflows.sample_repository import CHANGELOG, copy_tools, on_github, write_models

MODELS = {"denoise-one": "1.0", "denoise-two": "1.0"}
REPOSITORY = "maintainer/models"

MODEL_STEPS = (
    "Build, validate", "Render the demo images", "Record the build environment", "Write the summary",
    "Load and run every model",
)  # fmt: skip
"""Steps that build, run and describe models; their cost depends on the models."""


def main() -> int:
    """Run a first release of two models, and print the time of each job."""
    with tempfile.TemporaryDirectory() as scratch, Evaluator() as evaluator:
        run = release(Path(scratch), evaluator)
    times: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for job, step in run.steps():
        if " / " not in step.name.removeprefix("Run $/"):
            part = "models" if step.name.startswith(MODEL_STEPS) else job.name.partition(" ")[0]
            times[part][0] += step.seconds
            times[part][1] += step.cpu_s
    model_times = times.pop("models")
    totals = [sum(column) for column in zip(*times.values(), strict=True)]
    rows = [*times.items(), ("total", totals), ("building two models", model_times)]
    cells = [[name, f"{wall_s:.1f}", f"{cpu_s:.1f}"] for name, (wall_s, cpu_s) in rows]
    Console().table(["job", "wall time (s)", "CPU time (s)"], cells, title=f"release run: {run.conclusion}")
    return 0 if run.conclusion == "success" else 1


def release(scratch: Path, evaluator: Evaluator) -> Run:
    """Run release.yml for the first tag of a repository with toy models."""
    directory = scratch / "repository"
    directory.mkdir()
    copy_tools(directory)
    (directory / "README.md").unlink()
    write_models(directory, MODELS)
    (directory / "CHANGELOG.md").write_text(CHANGELOG)
    git_repo = GitRepository.create(directory)
    github = GitHubState(
        directory=scratch / "github",
        repository=REPOSITORY,
        repositories={REPOSITORY: directory},
        evaluator=evaluator,
        network=Network(),
        pins=Pins.read(directory / ".github" / "actions.lock.json"),
    )
    with on_github(github, git_repo) as sample:
        return run_workflow(github, sample.release("v1.0.0", MODELS), "release.yml")


if __name__ == "__main__":
    sys.exit(main())
