"""Scenes: short runs on purpose, each with what has to be true after it. Every one returns its complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests.workflows.executor import Fault, Run
from tests.workflows.executor.events import dispatch
from tests.workflows.sample_repository import SampleRepository
from tests.workflows.scenarios.conftest import FIRST, MODELS
from tests.workflows.scenarios.mutations.runs import Edit, Stage

WRITERS = {
    "Attest": {"id-token", "attestations"},
    "Publish": {"contents"},
    "Lint / Code scanning": {"security-events"},
}
"""Jobs that may write, and what."""
BOOKKEEPING = {"versions.json", "SHA256SUMS", "sbom.spdx.json", "release.json"}


def a_release(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """A tag becomes a release, whole, signed, its list of versions last."""
    past = stage.unpublished
    with stage.github(past, edits) as house:
        run = stage.run(house, past)
        yield from trouble(run)
        yield from beyond_rights(run)
        names = set(house.served(FIRST))
        wanted = {f"{name}.dtmodel" for name in MODELS} | BOOKKEEPING
        yield from (f"{name} is not in the release" for name in sorted(wanted - names))
        if names and (last := list(house.served(FIRST))[-1]) != "versions.json":
            yield f"{last} is uploaded after versions.json"
        signed = {one.name for one in house.world.attestations}
        yield from (f"{name} is published without a signature" for name in sorted(names - signed - {"SHA256SUMS"}))
        if any(job.environment != "release" for job in run.jobs if job.name == "Publish"):
            yield "nobody is asked before the release is published"


def a_broken_model(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """One model of a release cannot be built: nothing reaches GitHub, and the gate says no."""
    past = stage.unpublished
    with stage.github(past, edits) as house:
        faults = [Fault(kind="fail", job="Build (denoise-two*"), Fault(kind="fail", job="Build (denoise-one*")]
        run = stage.run(house, past, *faults, without=["build"])
        yield from nothing_written(house, run)


def a_failed_signature(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """Signing fails: nothing reaches GitHub, and the gate says no."""
    past = stage.unpublished
    with stage.github(past, edits) as house:
        run = stage.run(house, past, Fault(kind="fail", job="Attest", times=0), without=["attest"])
        yield from nothing_written(house, run)


def a_cancelled_release(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """Somebody cancels before anything is published: nothing is."""
    past = stage.unpublished
    with stage.github(past, edits) as house:
        run = stage.run(house, past, Fault(kind="cancel", job="Attest", step="Attest what*"), without=["attest"])
        yield from nothing_written(house, run)


def a_rehearsal(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """The button is pressed on a tag, and nothing is filled in: the plan is not to publish."""
    past = stage.unpublished
    with stage.github(past, edits) as house:
        event = dispatch(past.event.sha, ref=past.event.ref)
        run = stage.run(house, past, Fault(kind="fail", job="Build*", times=0), event=event)
        if run.refused:
            yield run.refused
        elif run.job("Plan").outputs.get("publishing") != "false":
            yield "a rehearsal would publish"


def a_second_time(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """A finished release is run again: it is looked at, nothing is built or written."""
    past = stage.released
    with stage.github(past, edits) as house:
        run = stage.run(house, past, event=past.event)
        yield from trouble(run)
        if any(one["method"] != "GET" for one in house.fake.state.log):
            yield "a finished release is written to"
        if run.result("build") != "skipped" or run.result("verify") != "success":
            yield f"build is {run.result('build')}, verify is {run.result('verify')}"


def a_change(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """Two models of a pull request are built in a job each, shown on its page, and found by code scanning."""
    past = stage.offered
    with stage.github(past, edits) as house:
        run = stage.run(house, past)
        yield from trouble(run)
        yield from beyond_rights(run)
        built = {
            name.partition("/")[0] for one in run.artifacts.kept for name in one.files() if name.endswith("dtmodel")
        }
        if built != set(MODELS):
            yield f"built are {', '.join(sorted(built)) or 'no models'}"
        yield from (f"{name} has no page" for name in MODELS if f"## {name} 1.1" not in run.summary())
        if not house.world.code_scanning and ("lint", "code-scanning") not in _kept(past.run, run):
            yield "code scanning hears nothing"


def a_broken_change(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """Models of a pull request fail to build: each is tried, and the gate says no."""
    past = stage.offered
    with stage.github(past, edits) as house:
        run = stage.run(house, past, Fault(kind="fail", job="Build*", times=0), without=["build"])
        if any(job.result == "cancelled" for job in run.jobs):
            yield "one model that fails hides the others"
        if run.results.get(("gate",), ("none",))[0] != "failure":
            yield "the gate lets a broken model pass"


def failing_tests(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """The tests of a pull request fail: the gate says no."""
    past = stage.offered
    with stage.github(past, edits) as house:
        run = stage.run(house, past, Fault(kind="fail", job="Tests"), without=["tests"])
        if run.results.get(("gate",), ("none",))[0] != "failure":
            yield "the gate lets failing tests pass"


def a_fork(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """The same change from a fork: nothing can be written, and all goes well."""
    past = stage.offered
    pull = {**past.event.payload["pull_request"]}
    pull["head"] = {**pull["head"], "repo": {"full_name": "contributor/models", "fork": True}}
    event = replace(past.event, payload={**past.event.payload, "pull_request": pull}, fork=True)
    with stage.github(past, edits) as house:
        run = stage.run(house, replace(past, event=event), without=["lint"])
        yield from trouble(run)
        if house.world.code_scanning:
            yield "a fork writes to code scanning"


def a_quiet_change(stage: Stage, edits: Sequence[Edit]) -> Iterator[str]:
    """A pull request without models: nothing is built, and the gate says yes."""
    past = stage.quiet
    with stage.github(past, edits) as house:
        run = stage.run(house, past)
        yield from trouble(run)


def trouble(run: Run) -> Iterator[str]:
    """Why a run is not as it should be."""
    if run.refused:
        yield run.refused
    for job in run.jobs:
        if job.result in ("failure", "cancelled"):
            failed = [f"{step.name}: {step.error}" for step in job.steps if step.outcome == "failure"]
            yield f"{job.name} is a {job.result}: {job.error or '; '.join(failed)}"
    yield from map(str, run.slips)


def beyond_rights(run: Run) -> Iterator[str]:
    """Jobs that may write what they need not."""
    for job in run.jobs:
        writes = {scope for scope, level in job.rights.levels.items() if level == "write"}
        if beyond := writes - WRITERS.get(job.name, set()):
            yield f"{job.name} may write {', '.join(sorted(beyond))}"


def nothing_written(house: SampleRepository, run: Run) -> Iterator[str]:
    """After a release that went wrong, GitHub is as it was, and everybody can see that it went wrong."""
    if written := [f"{one['method']} {one['path']}" for one in house.fake.state.log if one["method"] != "GET"]:
        yield f"something was written all the same: {written[0]}"
    if run.results.get(("gate",), ("none",))[0] != "failure":
        yield "the gate says nothing of it"


def _kept(before: Run, run: Run) -> set[tuple[str, ...]]:
    """Jobs that were taken over from the clean run."""
    return {job.key for job in run.jobs if any(job is one for one in before.jobs)}


SCENES: dict[str, Callable[[Stage, Sequence[Edit]], Iterator[str]]] = {
    scene.__name__: scene
    for scene in (
        a_release, a_broken_model, a_failed_signature, a_cancelled_release, a_rehearsal, a_second_time,
        a_change, a_broken_change, failing_tests, a_fork, a_quiet_change,
    )
}  # fmt: skip
"""By name."""
