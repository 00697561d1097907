"""The gate judges every job, and excuses only jobs that may be skipped.

Branch protection requires the gate alone. A job that it does not need can fail unseen, and an excuse for a job without
a condition hides that it never ran.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.workflows.checkers._files import File

GATED = ("ci.yml", "release.yml", "nightly.yml")


def check(files: Sequence[File]) -> Iterator[str]:
    """Check the job `gate` of each workflow that has to have one."""
    by_name = {file.name: file for file in files}
    for name in GATED:
        if name not in by_name or "gate" not in by_name[name].jobs:
            yield f"{name}: there is no gate"
        else:
            yield from _gate(by_name[name])
    yield from (f"{file.name}: has a gate that no policy knows" for file in files if _is_unknown(file))


def _is_unknown(file: File) -> bool:
    return "gate" in file.jobs and file.name not in GATED


def _gate(file: File) -> Iterator[str]:
    gate, others = file.jobs["gate"], set(file.jobs) - {"gate"}
    if gate.get("if") != "always()":
        yield f"{file.name}: the gate does not always run"
    if missing := sorted(others - set(gate.get("needs", ()))):
        yield f"{file.name}: the gate does not need {', '.join(missing)}"
    step = next((step for step in gate["steps"] if step.get("run", "").strip() == "dtmodels gate"), {})
    environment = step.get("env", {})
    if "if" in step or environment.get("NEEDS") != "${{ toJSON(needs) }}":
        yield f"{file.name}: the gate does not run `dtmodels gate` on the results of all its jobs"
    for excuse in environment.get("MAY_SKIP", "").split():
        job = excuse.partition(":")[0]
        if job not in others or not _may_be_skipped(job, file.jobs):
            yield f"{file.name}: the gate excuses {job}, which has no condition"


def _may_be_skipped(name: str, jobs: dict[str, dict[str, Any]]) -> bool:
    """Whether a job has a condition, or needs a job that has one."""
    needs = jobs[name].get("needs", [])
    above = [needs] if isinstance(needs, str) else needs
    return "if" in jobs[name] or any(_may_be_skipped(one, jobs) for one in above)
