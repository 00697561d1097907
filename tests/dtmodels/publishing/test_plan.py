"""Contents of a release, and errors that prevent a plan."""

from __future__ import annotations

import os

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtmodels.publishing.plan import Plan, plan
from tests.dtmodels.publishing.sample_collection import Collection


def ids(planned: Plan) -> list[str]:
    return [entry.card.id for entry in planned.build]


def test_first_release_builds_released_models_only(collection: Collection) -> None:
    collection.add_model("denoise-draft", status="draft")
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    planned = collection.plan("v1.0.0")
    assert ids(planned) == ["denoise-one", "denoise-two"]
    assert (planned.commit, planned.previous, planned.finished, planned.reused) == (commit, None, None, {})
    assert planned.notes == "* Something new."


def test_published_versions_are_reused(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0", "denoise-three": "1.0"})
    collection.release("v1.1.0", {"denoise-two": "1.1"})
    collection.tag("v1.2.0", {"denoise-three": "2.0", "denoise-four": "1.0"})
    planned = collection.plan("v1.2.0")
    assert ids(planned) == ["denoise-four", "denoise-three"]
    assert {name: (one.tag, one.built_in, one.version) for name, one in planned.reused.items()} == {
        "denoise-one": ("v1.1.0", "v1.0.0", "1.0"),
        "denoise-two": ("v1.1.0", "v1.1.0", "1.1"),
    }


def test_basis_is_neither_a_higher_version_nor_a_candidate(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.release("v2.0.0", {"denoise-one": "2.0"})
    collection.release("v1.1.0-rc.1", {"denoise-one": "2.0"})
    collection.tag("v1.1.0", {"denoise-one": "2.1"})
    planned = collection.plan("v1.1.0")
    assert planned.previous is not None
    assert planned.previous.tag == "v1.0.0"


def test_version_below_the_published_one_is_rejected(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.10"})
    collection.tag("v1.1.0", {"denoise-one": "1.9"})
    with pytest.raises(Failure, match=r"the version is 1.9, but v1.0.0 has 1.10") as error:
        collection.plan("v1.1.0")
    assert error.value.where == "models/denoise-one/card.yaml"


def test_removed_model_is_listed(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    for file in (collection.root / "models/denoise-two").iterdir():
        file.unlink()
    (collection.root / "models/denoise-two").rmdir()
    collection.tag("v1.1.0", {})
    assert collection.plan("v1.1.0").dropped == ("denoise-two",)


def test_tag_of_another_commit_is_rejected(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.commit("later")
    with pytest.raises(Failure, match="is checked out") as error:
        collection.plan("v1.0.0")
    assert error.value.fix == "git checkout v1.0.0"


def test_tag_moved_on_github_is_rejected(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.tags["v1.0.0"] = "f" * 40
    with pytest.raises(Failure, match="was moved: it is ffffffffffff"):
        collection.plan("v1.0.0")


def test_unpushed_tag_is_rejected(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    del collection.fake.state.tags["v1.0.0"]
    with pytest.raises(Failure, match=r"there is no tag v1\.0\.0") as error:
        collection.plan("v1.0.0")
    assert error.value.fix == "git push origin v1.0.0"


def test_unknown_tag_is_wrong_usage(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(WrongUsage, match=r"git has no tag v1\.0\.1"):
        collection.plan("v1.0.1")


def test_annotated_tag_is_resolved_to_its_commit(collection: Collection) -> None:
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.git("tag", "-d", "v1.0.0")
    collection.git("tag", "-a", "v1.0.0", "-m", "signed off")
    assert collection.plan("v1.0.0").commit == commit


def test_tag_outside_main_is_rejected(collection: Collection) -> None:
    collection.add_model("denoise-one")
    collection.commit("first")
    collection.git("checkout", "-q", "-b", "elsewhere")
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(Failure, match=r"v1.0.0 is not on main"):
        collection.plan("v1.0.0")
    assert plan(collection.root, "v1.0.0", collection.github(), branch="elsewhere").tag.text == "v1.0.0"


def test_remote_branch_takes_precedence_over_local_branch(collection: Collection) -> None:
    collection.add_model("denoise-one")
    first = collection.commit("first")
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.git("update-ref", "refs/remotes/origin/main", first)
    with pytest.raises(Failure, match="is not on main"):
        collection.plan("v1.0.0")


def test_missing_branch_error_contains_fix(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(WrongUsage, match="git has no branch 'trunk'") as error:
        plan(collection.root, "v1.0.0", collection.github(), branch="trunk")
    assert "fetch-depth: 0" in error.value.fix


def test_unreadable_card_fails_the_plan(collection: Collection) -> None:
    (collection.add_model("denoise-broken") / "card.yaml").write_text("- no card\n")
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(Failure, match=r"models/denoise-broken/card.yaml"):
        collection.plan("v1.0.0")


def test_no_released_model_is_nothing_to_do(collection: Collection) -> None:
    collection.add_model("denoise-draft", status="draft")
    collection.tag("v1.0.0", {})
    with pytest.raises(NothingToDo):
        collection.plan("v1.0.0")


def test_published_release_is_finished_and_builds_nothing(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    planned = collection.plan("v1.0.0")
    assert ids(planned) == []
    assert planned.finished is not None
    assert planned.previous is None


def test_release_published_from_another_commit_is_rejected(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.git("tag", "-d", "v1.0.0")
    collection.tag("v1.0.0", {"denoise-one": "1.1"})
    with pytest.raises(Failure, match=r"v1.0.0 is published, made from \w{12}, not from") as error:
        collection.plan("v1.0.0")
    assert "never changed" in error.value.fix


def test_nightly_tag_depends_on_the_commit_only(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    collection.add_model("denoise-one")
    commit = collection.commit()
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Kiritimati")
    planned = collection.plan("nightly")
    assert planned.tag.text == f"nightly-20260131-{commit[:12]}"
    assert collection.plan(planned.tag.text).tag == planned.tag
    with pytest.raises(Failure, match="is the nightly of another commit"):
        collection.plan("nightly-20260131-0123456789ab")


def test_nightly_is_based_on_the_highest_version(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.add_model("denoise-two")
    collection.commit()
    planned = collection.plan("nightly")
    assert ids(planned) == ["denoise-two"]
    assert planned.reused["denoise-one"].tag == "v1.0.0"


def test_release_without_versions_json_is_an_error(collection: Collection) -> None:
    collection.tag("v0.9.0", {"denoise-one": "1.0"})
    collection.fake.state.create({"tag_name": "v0.9.0"})
    collection.tag("v1.0.0", {})
    with pytest.raises(Failure, match=r"the release has no versions.json"):
        collection.plan("v1.0.0")
