"""Time limits, concurrency and gates of workflows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.workflows.checkers._files import File, workflows

RUNNER = "ubuntu-24.04"
ONLY_PULL_REQUESTS = "${{ github.event_name == 'pull_request' }}"
GATED = {"ci.yml", "release.yml", "nightly.yml"}
LONGEST_MINUTES = 350
"""Below six hours, after which GitHub kills a job without a message."""


def check(root: Path) -> list[str]:
    return [problem for file in workflows(root) for problem in (*_jobs(file), *_concurrency(file), *_gate(file))]


def _jobs(file: File) -> Iterator[str]:
    if file.data.get("defaults", {}).get("run", {}).get("shell") != "bash":
        yield f"{file.name}: without `shell: bash`, a failure within a pipe is ignored"
    for name, job in file.jobs.items():
        if "uses" in job:
            continue
        if job["runs-on"] != RUNNER:
            yield f"{file.name}: {name}: runs on {job['runs-on']}, not {RUNNER}"
        if not 0 < int(job.get("timeout-minutes", 0)) <= LONGEST_MINUTES:
            yield f"{file.name}: {name}: needs timeout-minutes"


def _concurrency(file: File) -> Iterator[str]:
    if file.triggers == {"workflow_call"}:
        return
    rule = file.data.get("concurrency", {})
    if "group" not in rule:
        yield f"{file.name}: two of its runs could overlap"
    allowed = {"false", ONLY_PULL_REQUESTS} if "pull_request" in file.triggers else {"false"}
    if rule.get("cancel-in-progress") not in allowed:
        yield f"{file.name}: a run could be cancelled that is not of a pull request"


def _gate(file: File) -> Iterator[str]:
    if file.name not in GATED:
        return
    gate = file.jobs.get("gate", {})
    if gate.get("if") != "always()":
        yield f"{file.name}: the gate needs `if: always()`"
    if missing := sorted(set(file.jobs) - set(gate.get("needs", ())) - {"gate"}):
        yield f"{file.name}: the gate does not need {', '.join(missing)}"
    if "merge_group" not in file.triggers and "pull_request" in file.triggers:
        yield f"{file.name}: a merge queue would wait forever, because merge_group does not start it"
