"""Releases that go well: from the tag to what everybody can download."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.workflows.executor import Run, run_workflow
from tests.workflows.executor.events import dispatch, schedule
from tests.workflows.sample_repository import SampleRepository
from tests.workflows.scenarios.conftest import FIRST, Past

After = Callable[[Past], AbstractContextManager[SampleRepository]]
PACKAGES = {"denoise-one.dtmodel", "denoise-two.dtmodel"}
LISTS = {"versions.json", "release.json", "sbom.spdx.json", "SHA256SUMS"}
LOOSE = {f"denoise-{name}-{file}" for name in ("one", "two") for file in ("model.onnx", "config.json")}


def wrote(house: SampleRepository) -> list[str]:
    """The requests that changed something."""
    return [f"{one['method']} {one['path']}" for one in house.fake.state.log if one["method"] != "GET"]


def uploads(house: SampleRepository) -> list[str]:
    """Names of uploaded files, in order."""
    return [one.rpartition("name=")[2] for one in wrote(house) if "/assets?name=" in one]


def built(run: Run) -> set[str]:
    """The models that were built."""
    return {job.name.split("(")[1].split(",")[0] for job in run.jobs if job.name.startswith("Build (")}


def test_a_tag_makes_a_release(released: Past, after: After) -> None:
    run = released.run
    assert run.slips == []
    with after(released) as house:
        assert set(house.served(FIRST)) == PACKAGES | LISTS | LOOSE | {"environment.cdx.json"}
        release = house.fake.state.published(FIRST)
    assert release
    assert (release.prerelease, release.immutable) == (False, True)
    assert release.body.startswith("* What v1.0.0 brings.")
    names = [asset.name for asset in sorted(release.assets, key=lambda asset: asset.id)]
    assert names[-1] == "versions.json"


def test_only_one_job_can_write_and_a_person_is_asked_first(released: Past) -> None:
    writes = {job.name: str(job.rights) for job in released.run.jobs if "write" in str(job.rights)}
    assert writes == {"Attest": "attestations: write, id-token: write", "Publish": "contents: write"}
    assert {job.name: job.environment for job in released.run.jobs if job.environment} == {"Publish": "release"}
    assert not any("checkout" in step.name for step in released.run.job("Publish").steps)


def test_every_asset_is_signed_twice(released: Past, after: After) -> None:
    with after(released) as house:
        listed = dict(reversed(line.split("  ")) for line in house.served(FIRST)["SHA256SUMS"].decode().splitlines())
    for kind in ("provenance", "sbom"):
        signed = {one.name: one.sha256 for one in released.world.attestations if one.kind == kind}
        assert signed == listed
    release_yml = f"{released.world.repository}/.github/workflows/release.yml"
    assert {one.signer for one in released.world.attestations} == {release_yml}


def test_a_finished_release_is_left_as_it_is(released: Past, after: After) -> None:
    with after(released) as house:
        before = house.served(FIRST)
        run = run_workflow(house.world, released.event, "release.yml")
        assert run.conclusion == "success", run.story()
        assert (run.result("verify"), run.result("gate")) == ("success", "success")
        assert {run.result(job) for job in ("build", "assemble", "attest", "publish")} == {"skipped"}
        assert wrote(house) == []
        assert house.served(FIRST) == before


def test_only_what_changed_is_built_and_uploaded(released: Past, after: After) -> None:
    with after(released) as house:
        event = house.release("v1.1.0", {"denoise-two": "1.1"})
        run = run_workflow(house.world, event, "release.yml")
        assert run.conclusion == "success", run.story()
        assert (built(run), run.slips) == ({"denoise-two"}, [])
        first, second = house.served(FIRST), house.served("v1.1.0")
        assert first["denoise-one.dtmodel"] == second["denoise-one.dtmodel"]
        assert first["denoise-two.dtmodel"] != second["denoise-two.dtmodel"]
        before_publishing = uploads(house)[: uploads(house).index("versions.json") + 1]
        assert not [name for name in before_publishing if name.startswith("denoise-one")]
        record = json.loads(second["release.json"])["models"]
        assert {name: one["built_in"] for name, one in record.items()} == {
            "denoise-one": FIRST,
            "denoise-two": "v1.1.0",
        }


def test_a_release_of_tools_alone_builds_nothing(released: Past, after: After) -> None:
    with after(released) as house:
        run = run_workflow(house.world, house.release("v1.0.1", {}), "release.yml")
        assert run.conclusion == "success", run.story()
        assert (run.result("build"), run.result("publish"), run.slips) == ("skipped", "success", [])
        assert all(house.served("v1.0.1")[name] == house.served(FIRST)[name] for name in PACKAGES)


def test_a_model_taken_back_is_not_in_the_next_release(released: Past, after: After) -> None:
    with after(released) as house:
        card = house.origin.directory / "models" / "denoise-two" / "card.yaml"
        house.command("yank", "denoise-two", "--reason", "It returns every image as it came.")
        assert "status: yanked" in card.read_text()
        run = run_workflow(house.world, house.release("v1.0.1", {}), "release.yml")
        assert run.conclusion == "success", run.story()
        served = house.served("v1.0.1")
        assert "denoise-two.dtmodel" not in served
        assert set(json.loads(served["versions.json"])["models"]) == {"denoise-one"}
        assert json.loads(served["release.json"])["yanked"] == {"denoise-two": "It returns every image as it came."}
        release = house.fake.state.published("v1.0.1")
        assert release and "It returns every image as it came." in release.body


def test_a_rehearsal_signs_and_publishes_nothing(stocked: SampleRepository) -> None:
    event = stocked.release(FIRST, {})
    run = run_workflow(stocked.world, dispatch(event.sha, ref=event.ref), "release.yml")
    assert run.conclusion == "success", run.story()
    assert {run.result(job) for job in ("attest", "publish", "verify")} == {"skipped"}
    assert run.artifacts.find("dist")
    assert (wrote(stocked), stocked.world.attestations, run.slips) == ([], [], [])


def test_a_candidate_is_a_prerelease(stocked: SampleRepository) -> None:
    run = run_workflow(stocked.world, stocked.release("v1.0.0-rc.1", {}), "release.yml")
    assert run.conclusion == "success", run.story()
    release = stocked.fake.state.published("v1.0.0-rc.1")
    assert release and release.prerelease
    assert len(stocked.fake.state.releases) == 1


def test_a_night_builds_everything_and_makes_a_nightly(released: Past, after: After) -> None:
    with after(released) as house:
        sha = house.origin.commit({"docs.md": "Nothing that a model is built from.\n"})
        house.fake.state.branches["main"] = sha
        run = run_workflow(house.world, schedule(sha, "17 2 * * *"), "nightly.yml")
        assert run.conclusion == "success", run.story()
        assert run.slips == []
        nightly = next(one for one in house.fake.state.releases if one.tag_name.startswith("nightly-"))
        assert (nightly.prerelease, nightly.draft) == (True, False)
        assert nightly.target_commitish in {sha, "main"}
        assert house.served(nightly.tag_name)["denoise-one.dtmodel"] == house.served(FIRST)["denoise-one.dtmodel"]
        assert {job.environment for job in run.jobs if job.environment} == {"nightly"}


def test_a_night_before_the_first_release_has_nothing_to_compare_with_and_is_no_failure(
    stocked: SampleRepository,
) -> None:
    sha = stocked.origin.commit({})
    stocked.fake.state.branches["main"] = sha
    run = run_workflow(stocked.world, schedule(sha, "17 2 * * *"), "nightly.yml")
    assert run.conclusion == "success", run.story()
    assert [one.tag_name.partition("-")[0] for one in stocked.fake.state.releases] == ["nightly"]
