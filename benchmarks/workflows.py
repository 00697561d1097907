"""What it costs to run a whole release on this machine: every job and step of release.yml, with toy models.

Seconds are those of the clock and those of the processors; what builds, draws and describes models stands apart.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from dtbase.terminal.console import Console
from tests.workflows.executor import Evaluator, Network, Pins, Run, World, run_workflow
from tests.workflows.origin import Origin
from tests.workflows.sample_repository import CHANGELOG, models, on_github, tools

MODELS = {"denoise-one": "1.0", "denoise-two": "1.0"}
REPOSITORY = "somebody/models"

OF_MODELS = ("Build, validate", "Draw what", "Write down what built", "Say what was built", "Load and run every model")
"""Steps that build, run, draw and describe models: what they cost is the models'."""


def main() -> int:
    """Run a first release of two models, and show where its time goes."""
    with tempfile.TemporaryDirectory() as scratch, Evaluator() as evaluator:
        run = release(Path(scratch), evaluator)
    spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for job, step in run.steps():
        if " / " not in step.name.removeprefix("Run $/"):
            part = "models" if step.name.startswith(OF_MODELS) else job.name.partition(" ")[0]
            spent[part][0] += step.seconds
            spent[part][1] += step.cpu_s
    apart = spent.pop("models")
    rows = [(name, *times) for name, times in spent.items()]
    rows.append(("all of these", *(sum(times[place] for times in spent.values()) for place in (0, 1))))
    rows.append(("building two models", *apart))
    shown = [[name, f"{seconds:.1f}", f"{processors:.1f}"] for name, seconds, processors in rows]
    Console().table(["job", "seconds", "of processors"], shown, title=f"a release, run here: {run.conclusion}")
    return 0 if run.conclusion == "success" else 1


def release(scratch: Path, evaluator: Evaluator) -> Run:
    """Run release.yml for the first tag of a repository of toy models."""
    directory = scratch / "origin"
    directory.mkdir()
    tools(directory)
    (directory / "README.md").unlink()
    models(directory, MODELS)
    (directory / "CHANGELOG.md").write_text(CHANGELOG)
    origin = Origin.create(directory)
    world = World(
        directory=scratch / "world",
        repository=REPOSITORY,
        origins={REPOSITORY: directory},
        evaluator=evaluator,
        network=Network(),
        pins=Pins.read(directory / ".github" / "actions.lock.json"),
    )
    with on_github(world, origin) as house:
        return run_workflow(world, house.release("v1.0.0", MODELS), "release.yml")


if __name__ == "__main__":
    sys.exit(main())
