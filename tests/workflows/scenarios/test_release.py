"""Releases of all, some and no models, from the tag to the public downloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import pytest

from tests.workflows.executor import Fault, Run, run_workflow
from tests.workflows.executor.events import dispatch, schedule
from tests.workflows.sample_repository import SampleRepository
from tests.workflows.scenarios.conftest import FIRST, Snapshot

Restore = Callable[[Snapshot], AbstractContextManager[SampleRepository]]
PACKAGES = {"denoise-one.dtmodel", "denoise-two.dtmodel"}
LISTS = {"versions.json", "release.json", "sbom.spdx.json", "SHA256SUMS"}
LOOSE = {f"denoise-{name}-{file}" for name in ("one", "two") for file in ("model.onnx", "config.json")}


def write_requests(sample: SampleRepository) -> list[str]:
    """List the requests that changed something."""
    return [f"{one['method']} {one['path']}" for one in sample.fake.state.log if one["method"] != "GET"]


def uploads(sample: SampleRepository) -> list[str]:
    """List the names of uploaded files, in order."""
    return [one.rpartition("name=")[2] for one in write_requests(sample) if "/assets?name=" in one]


def built(run: Run) -> set[str]:
    """List the models that were built."""
    return {job.name.split("(")[1].split(",")[0] for job in run.jobs if job.name.startswith("Build (")}


def test_tag_makes_a_release(released: Snapshot, restore: Restore) -> None:
    run = released.run
    assert run.misconfigurations == []
    with restore(released) as sample:
        assert set(sample.served(FIRST)) == PACKAGES | LISTS | LOOSE | {"environment.cdx.json"}
        release = sample.fake.state.published(FIRST)
    assert release
    assert (release.prerelease, release.immutable) == (False, True)
    assert release.body.startswith("* What v1.0.0 brings.")
    names = [asset.name for asset in sorted(release.assets, key=lambda asset: asset.id)]
    assert names[-1] == "versions.json"


def test_only_publish_can_write_after_approval(released: Snapshot) -> None:
    writes = {job.name: str(job.permissions) for job in released.run.jobs if "write" in str(job.permissions)}
    assert writes == {"Attest": "attestations: write, id-token: write", "Publish": "contents: write"}
    assert {job.name: job.environment for job in released.run.jobs if job.environment} == {"Publish": "release"}
    assert not any("checkout" in step.name for step in released.run.job("Publish").steps)


def test_every_asset_has_two_attestations(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        listed = dict(reversed(line.split("  ")) for line in sample.served(FIRST)["SHA256SUMS"].decode().splitlines())
    for kind in ("provenance", "sbom"):
        signed = {one.name: one.sha256 for one in released.github.attestations if one.kind == kind}
        assert signed == listed
    release_yml = f"{released.github.repository}/.github/workflows/release.yml"
    assert {one.signer for one in released.github.attestations} == {release_yml}


def test_finished_release_is_not_changed(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        before = sample.served(FIRST)
        run = run_workflow(sample.github, released.event, "release.yml")
        assert run.conclusion == "success", run.describe()
        assert (run.result("verify"), run.result("gate")) == ("success", "success")
        assert {run.result(job) for job in ("build", "assemble", "attest", "publish")} == {"skipped"}
        assert write_requests(sample) == []
        assert sample.served(FIRST) == before


def test_other_commit_of_a_published_tag_is_rejected(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        before = sample.served(FIRST)
        sample.git_repo.commit({"models/denoise-one/notes.md": "Another commit.\n"})
        run = run_workflow(sample.github, sample.tag(FIRST), "release.yml")
        assert run.result("plan") == "failure"
        assert "a published release is never changed" in run.log()
        assert (write_requests(sample), sample.served(FIRST)) == ([], before)


def test_only_changed_models_are_built_and_uploaded(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        event = sample.release("v1.1.0", {"denoise-two": "1.1"})
        run = run_workflow(sample.github, event, "release.yml")
        assert run.conclusion == "success", run.describe()
        assert (built(run), run.misconfigurations) == ({"denoise-two"}, [])
        first, second = sample.served(FIRST), sample.served("v1.1.0")
        assert first["denoise-one.dtmodel"] == second["denoise-one.dtmodel"]
        assert first["denoise-two.dtmodel"] != second["denoise-two.dtmodel"]
        before_publishing = uploads(sample)[: uploads(sample).index("versions.json") + 1]
        assert not [name for name in before_publishing if name.startswith("denoise-one")]
        record = json.loads(second["release.json"])["models"]
        assert {name: one["built_in"] for name, one in record.items()} == {
            "denoise-one": FIRST,
            "denoise-two": "v1.1.0",
        }


def test_failing_model_publishes_nothing_and_next_attempt_all(
    prebuilt_sample: SampleRepository, reference: Mapping[str, bytes]
) -> None:
    event = prebuilt_sample.release(FIRST, {})
    fault = Fault(kind="fail", job="Build (denoise-two*", step="Build, validate and pack")
    run = run_workflow(prebuilt_sample.github, event, "release.yml", faults=[fault])
    assert run.conclusion == "failure"
    assert {run.result(job) for job in ("assemble", "attest", "publish", "verify")} == {"skipped"}
    assert (write_requests(prebuilt_sample), prebuilt_sample.github.attestations) == ([], [])
    run = run_workflow(prebuilt_sample.github, event, "release.yml", previous=run)
    assert run.conclusion == "success", run.describe()
    assert prebuilt_sample.served(FIRST) == reference


@pytest.mark.slow
def test_release_of_tools_only_builds_no_model(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        run = run_workflow(sample.github, sample.release("v1.0.1", {}), "release.yml")
        assert run.conclusion == "success", run.describe()
        assert (run.result("build"), run.result("publish"), run.misconfigurations) == ("skipped", "success", [])
        assert all(sample.served("v1.0.1")[name] == sample.served(FIRST)[name] for name in PACKAGES)


@pytest.mark.slow
def test_yanked_model_is_not_in_the_next_release(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        card = sample.git_repo.directory / "models" / "denoise-two" / "card.yaml"
        sample.run_dtmodels("yank", "denoise-two", "--reason", "It returns every image as it came.")
        assert "status: yanked" in card.read_text()
        run = run_workflow(sample.github, sample.release("v1.0.1", {}), "release.yml")
        assert run.conclusion == "success", run.describe()
        served = sample.served("v1.0.1")
        assert "denoise-two.dtmodel" not in served
        assert set(json.loads(served["versions.json"])["models"]) == {"denoise-one"}
        assert json.loads(served["release.json"])["yanked"] == {"denoise-two": "It returns every image as it came."}
        release = sample.fake.state.published("v1.0.1")
        assert release and "It returns every image as it came." in release.body


@pytest.mark.slow
def test_dry_run_neither_signs_nor_publishes(prebuilt_sample: SampleRepository) -> None:
    event = prebuilt_sample.release(FIRST, {})
    run = run_workflow(prebuilt_sample.github, dispatch(event.sha, ref=event.ref), "release.yml")
    assert run.conclusion == "success", run.describe()
    assert {run.result(job) for job in ("attest", "publish", "verify")} == {"skipped"}
    assert run.artifacts.find("dist")
    assert (write_requests(prebuilt_sample), prebuilt_sample.github.attestations, run.misconfigurations) == ([], [], [])


@pytest.mark.slow
def test_candidate_is_a_prerelease(prebuilt_sample: SampleRepository) -> None:
    run = run_workflow(prebuilt_sample.github, prebuilt_sample.release("v1.0.0-rc.1", {}), "release.yml")
    assert run.conclusion == "success", run.describe()
    release = prebuilt_sample.fake.state.published("v1.0.0-rc.1")
    assert release and release.prerelease
    assert len(prebuilt_sample.fake.state.releases) == 1


@pytest.mark.slow
def test_nightly_run_builds_all_models_and_a_prerelease(released: Snapshot, restore: Restore) -> None:
    with restore(released) as sample:
        sha = sample.git_repo.commit({"docs.md": "Not a source of any model.\n"})
        sample.fake.state.branches["main"] = sha
        run = run_workflow(sample.github, schedule(sha, "17 2 * * *"), "nightly.yml")
        assert run.conclusion == "success", run.describe()
        assert run.misconfigurations == []
        nightly = next(one for one in sample.fake.state.releases if one.tag_name.startswith("nightly-"))
        assert (nightly.prerelease, nightly.draft) == (True, False)
        assert nightly.target_commitish in {sha, "main"}
        assert sample.served(nightly.tag_name)["denoise-one.dtmodel"] == sample.served(FIRST)["denoise-one.dtmodel"]
        assert {job.environment for job in run.jobs if job.environment} == {"nightly"}
        assert run.result("runtimes") == "success"


@pytest.mark.slow
def test_nightly_run_before_the_first_release_succeeds(
    prebuilt_sample: SampleRepository,
) -> None:
    sha = prebuilt_sample.git_repo.commit({})
    prebuilt_sample.fake.state.branches["main"] = sha
    run = run_workflow(prebuilt_sample.github, schedule(sha, "17 2 * * *"), "nightly.yml")
    assert run.conclusion == "success", run.describe()
    assert [one.tag_name.partition("-")[0] for one in prebuilt_sample.fake.state.releases] == ["nightly"]
