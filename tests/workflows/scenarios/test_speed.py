"""Running a release here costs little, so that it can be run often."""

from __future__ import annotations

from tests.workflows.scenarios.conftest import Past

MOST_S = 7.5
"""Of processors, for a whole release of two models: five on an idle machine, half as much again on a busy one.

Processor time, because by the clock a busy machine may take any time. `python -m benchmarks.workflows` shows both.
"""

OF_MODELS = ("Build, validate", "Draw what", "Write down what built", "Say what was built", "Load and run every model")
"""Steps that build, run, draw and describe models: what they cost is the models'."""


def test_a_release_is_run_in_five_seconds(released: Past) -> None:
    spent = {
        f"{job.name}: {step.name}": step.cpu_s
        for job, step in released.run.steps()
        if " / " not in step.name.removeprefix("Run $/") and not step.name.startswith(OF_MODELS)
    }
    assert len(spent) > 20
    assert sum(spent.values()) <= MOST_S, spent
