"""Run checks: short workflow runs with assertions. Each yields the problems that it has found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests.workflows.executor import Fault, Run
from tests.workflows.executor.events import dispatch
from tests.workflows.sample_repository import SampleRepository
from tests.workflows.scenarios.conftest import FIRST, MODELS
from tests.workflows.scenarios.mutations.runs import CleanRuns, Edit

WRITERS = {
    "Attest": {"id-token", "attestations"},
    "Publish": {"contents"},
    "Lint / Code scanning": {"security-events"},
}
"""Jobs with write permissions, and their scopes."""
BUILD = "Build, validate and pack*"
"""The step that fails where a build fails: a step whose failure is ignored would go unnoticed otherwise."""
LISTS = {"versions.json", "SHA256SUMS", "sbom.spdx.json", "release.json"}


def full_release(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """A tag gives a complete, signed release, with versions.json uploaded last."""
    snapshot = clean_runs.unpublished
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, snapshot)
        yield from run_problems(run)
        yield from unexpected_permissions(run)
        names = set(sample.served(FIRST))
        expected = {f"{name}.dtmodel" for name in MODELS} | LISTS
        yield from (f"{name} is not in the release" for name in sorted(expected - names))
        if names and (last := list(sample.served(FIRST))[-1]) != "versions.json":
            yield f"{last} is uploaded after versions.json"
        signed = {one.name for one in sample.github.attestations}
        yield from (f"{name} is published without a signature" for name in sorted(names - signed - {"SHA256SUMS"}))
        if any(job.environment != "release" for job in run.jobs if job.name == "Publish"):
            yield "the release is published without approval"


def failed_build(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """One model of a release fails to build: nothing is written to GitHub, and the gate fails."""
    snapshot = clean_runs.unpublished
    with clean_runs.restored(snapshot, edits) as sample:
        faults = [Fault(kind="fail", job=f"Build (denoise-{one}*", step=BUILD) for one in ("two", "one")]
        run = clean_runs.run(sample, snapshot, *faults, without=["build"])
        yield from unexpected_writes(sample, run)


def failed_signature(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """Signing fails: nothing is written to GitHub, and the gate fails."""
    snapshot = clean_runs.unpublished
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(
            sample, snapshot, Fault(kind="fail", job="Attest", step="Attest the *", times=0), without=["attest"]
        )
        yield from unexpected_writes(sample, run)


def cancelled_release(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """A user cancels the run before publishing: nothing is published."""
    snapshot = clean_runs.unpublished
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(
            sample, snapshot, Fault(kind="cancel", job="Attest", step="Attest the SBOM*"), without=["attest"]
        )
        yield from unexpected_writes(sample, run)


def dry_run(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """A manual start with default inputs is a dry run: the plan is not to publish."""
    snapshot = clean_runs.unpublished
    with clean_runs.restored(snapshot, edits) as sample:
        event = dispatch(snapshot.event.sha, ref=snapshot.event.ref)
        run = clean_runs.run(sample, snapshot, Fault(kind="fail", job="Build*", step=BUILD, times=0), event=event)
        if run.rejection:
            yield run.rejection
        elif run.job("Plan").outputs.get("publishing") != "false":
            yield "a dry run would publish"


def rerun_of_finished_release(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """A repeated run of a finished release verifies it, and neither builds nor writes anything."""
    snapshot = clean_runs.released
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, snapshot, event=snapshot.event)
        yield from run_problems(run)
        if any(one["method"] != "GET" for one in sample.fake.state.log):
            yield "a finished release is changed"
        if run.result("build") != "skipped" or run.result("verify") != "success":
            yield f"build is {run.result('build')}, verify is {run.result('verify')}"


def model_pull_request(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """Two models of a pull request are built in one job each, and reported on the page and to code scanning."""
    snapshot = clean_runs.model_change
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, snapshot)
        yield from run_problems(run)
        yield from unexpected_permissions(run)
        built = {
            name.partition("/")[0] for one in run.artifacts.stored for name in one.files() if name.endswith("dtmodel")
        }
        if built != set(MODELS):
            yield f"built are {', '.join(sorted(built)) or 'no models'}"
        yield from (f"{name} has no page" for name in MODELS if f"## {name} 1.1" not in run.summary())
        if not sample.github.code_scanning and ("lint", "code-scanning") not in _reused_jobs(snapshot.run, run):
            yield "code scanning gets no findings"


def failing_pull_request(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """All models of a pull request fail to build: each is tried, and the gate fails."""
    snapshot = clean_runs.model_change
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, snapshot, Fault(kind="fail", job="Build*", step=BUILD, times=0), without=["build"])
        if any(job.result == "cancelled" for job in run.jobs):
            yield "one failing model cancels the others"
        if run.results.get(("gate",), ("none",))[0] != "failure":
            yield "the gate accepts a broken model"


def failing_tests(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """The tests of a pull request fail: the gate fails."""
    snapshot = clean_runs.model_change
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, snapshot, Fault(kind="fail", job="Tests", step="Run all tests"), without=["tests"])
        if run.results.get(("gate",), ("none",))[0] != "failure":
            yield "the gate accepts failing tests"


def fork_pull_request(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """The same change from a fork: nothing can be written, and the run succeeds."""
    snapshot = clean_runs.model_change
    pull = {**snapshot.event.payload["pull_request"]}
    pull["head"] = {**pull["head"], "repo": {"full_name": "contributor/models", "fork": True}}
    event = replace(snapshot.event, payload={**snapshot.event.payload, "pull_request": pull}, fork=True)
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, replace(snapshot, event=event), without=["lint"])
        yield from run_problems(run)
        if sample.github.code_scanning:
            yield "a fork writes to code scanning"


def docs_pull_request(clean_runs: CleanRuns, edits: Sequence[Edit]) -> Iterator[str]:
    """A pull request without models: nothing is built, and the gate succeeds."""
    snapshot = clean_runs.docs_change
    with clean_runs.restored(snapshot, edits) as sample:
        run = clean_runs.run(sample, snapshot)
        yield from run_problems(run)


def run_problems(run: Run) -> Iterator[str]:
    """Yield errors and misconfigurations of a run."""
    if run.rejection:
        yield run.rejection
    for job in run.jobs:
        if job.result in ("failure", "cancelled"):
            failed = [f"{step.name}: {step.error}" for step in job.steps if step.outcome == "failure"]
            yield f"{job.name} is a {job.result}: {job.error or '; '.join(failed)}"
    yield from map(str, run.misconfigurations)


def unexpected_permissions(run: Run) -> Iterator[str]:
    """Yield jobs with unnecessary write permissions."""
    for job in run.jobs:
        writes = {scope for scope, level in job.permissions.levels.items() if level == "write"}
        if exceeding := writes - WRITERS.get(job.name, set()):
            yield f"{job.name} may write {', '.join(sorted(exceeding))}"


def unexpected_writes(sample: SampleRepository, run: Run) -> Iterator[str]:
    """Check that a failed release has written nothing to GitHub, and that the gate has failed."""
    if written := [f"{one['method']} {one['path']}" for one in sample.fake.state.log if one["method"] != "GET"]:
        yield f"something was written despite the failure: {written[0]}"
    if run.results.get(("gate",), ("none",))[0] != "failure":
        yield "the gate does not fail"


def _reused_jobs(before: Run, run: Run) -> set[tuple[str, ...]]:
    """Return the jobs that were reused from the clean run."""
    return {job.key for job in run.jobs if any(job is one for one in before.jobs)}


RUN_CHECKS: dict[str, Callable[[CleanRuns, Sequence[Edit]], Iterator[str]]] = {
    run_check.__name__: run_check
    for run_check in (
        full_release, failed_build, failed_signature, cancelled_release, dry_run, rerun_of_finished_release,
        model_pull_request, failing_pull_request, failing_tests, fork_pull_request, docs_pull_request,
    )
}  # fmt: skip
"""Run checks by name."""
