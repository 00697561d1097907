"""What a release consists of, and what no release is made of."""

from __future__ import annotations

import os

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtmodels.publishing.plan import Plan, plan
from tests.dtmodels.publishing.sample_collection import Collection


def ids(planned: Plan) -> list[str]:
    return [entry.card.id for entry in planned.build]


def test_a_first_release_builds_every_released_model_and_no_draft(collection: Collection) -> None:
    collection.add_model("denoise-draft", status="draft")
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    planned = collection.plan("v1.0.0")
    assert ids(planned) == ["denoise-one", "denoise-two"]
    assert (planned.commit, planned.previous, planned.finished, planned.carried) == (commit, None, None, {})
    assert planned.notes == "* Something new."


def test_what_was_published_with_the_same_version_is_carried_over(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0", "denoise-three": "1.0"})
    collection.release("v1.1.0", {"denoise-two": "1.1"})
    collection.tag("v1.2.0", {"denoise-three": "2.0", "denoise-four": "1.0"})
    planned = collection.plan("v1.2.0")
    assert ids(planned) == ["denoise-four", "denoise-three"]
    assert {name: (one.tag, one.built_in, one.version) for name, one in planned.carried.items()} == {
        "denoise-one": ("v1.1.0", "v1.0.0", "1.0"),
        "denoise-two": ("v1.1.0", "v1.1.0", "1.1"),
    }


def test_a_higher_line_and_candidates_are_not_what_a_release_stands_on(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.release("v2.0.0", {"denoise-one": "2.0"})
    collection.release("v1.1.0-rc.1", {"denoise-one": "2.0"})
    collection.tag("v1.1.0", {"denoise-one": "2.1"})
    planned = collection.plan("v1.1.0")
    assert planned.previous is not None
    assert planned.previous.tag == "v1.0.0"


def test_a_lower_version_than_was_published_is_refused(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.10"})
    collection.tag("v1.1.0", {"denoise-one": "1.9"})
    with pytest.raises(Failure, match=r"the version is 1.9, but v1.0.0 has 1.10") as refused:
        collection.plan("v1.1.0")
    assert refused.value.where == "models/denoise-one/card.yaml"


def test_a_model_that_is_gone_is_named(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    for file in (collection.root / "models/denoise-two").iterdir():
        file.unlink()
    (collection.root / "models/denoise-two").rmdir()
    collection.tag("v1.1.0", {})
    assert collection.plan("v1.1.0").dropped == ("denoise-two",)


def test_a_tag_that_leads_elsewhere_than_the_checkout_is_refused(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.commit("later")
    with pytest.raises(Failure, match="is checked out") as refused:
        collection.plan("v1.0.0")
    assert refused.value.fix == "git checkout v1.0.0"


def test_a_tag_that_was_moved_on_the_other_side_is_refused(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.tags["v1.0.0"] = "f" * 40
    with pytest.raises(Failure, match="was moved: it leads to ffffffffffff"):
        collection.plan("v1.0.0")


def test_a_tag_nobody_pushed_is_refused(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    del collection.fake.state.tags["v1.0.0"]
    with pytest.raises(Failure, match=r"there is no tag v1\.0\.0") as refused:
        collection.plan("v1.0.0")
    assert refused.value.fix == "git push origin v1.0.0"


def test_a_tag_git_does_not_know_is_wrong_usage(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(WrongUsage, match=r"git knows no tag v1\.0\.1"):
        collection.plan("v1.0.1")


def test_an_annotated_tag_leads_to_its_commit(collection: Collection) -> None:
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.git("tag", "-d", "v1.0.0")
    collection.git("tag", "-a", "v1.0.0", "-m", "signed off")
    assert collection.plan("v1.0.0").commit == commit


def test_a_tag_beside_the_main_branch_is_refused(collection: Collection) -> None:
    collection.add_model("denoise-one")
    collection.commit("first")
    collection.git("checkout", "-q", "-b", "elsewhere")
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(Failure, match=r"v1.0.0 is not on main"):
        collection.plan("v1.0.0")
    assert plan(collection.root, "v1.0.0", collection.github(), branch="elsewhere").tag.text == "v1.0.0"


def test_the_branch_of_the_other_side_counts_before_the_local_one(collection: Collection) -> None:
    collection.add_model("denoise-one")
    first = collection.commit("first")
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.git("update-ref", "refs/remotes/origin/main", first)
    with pytest.raises(Failure, match="is not on main"):
        collection.plan("v1.0.0")


def test_a_missing_branch_says_how_to_fetch_it(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(WrongUsage, match="there is no branch 'trunk'") as refused:
        plan(collection.root, "v1.0.0", collection.github(), branch="trunk")
    assert "fetch-depth: 0" in refused.value.fix


def test_a_card_that_cannot_be_read_stops_the_plan_and_is_named(collection: Collection) -> None:
    (collection.add_model("denoise-broken") / "card.yaml").write_text("- no card\n")
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with pytest.raises(Failure, match=r"models/denoise-broken/card.yaml"):
        collection.plan("v1.0.0")


def test_nothing_released_is_nothing_to_do(collection: Collection) -> None:
    collection.add_model("denoise-draft", status="draft")
    collection.tag("v1.0.0", {})
    with pytest.raises(NothingToDo):
        collection.plan("v1.0.0")


def test_a_published_release_builds_nothing_and_is_said_to_be_finished(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    planned = collection.plan("v1.0.0")
    assert ids(planned) == []
    assert planned.finished is not None
    assert planned.previous is None


def test_a_published_release_made_from_another_commit_is_refused(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.git("tag", "-d", "v1.0.0")
    collection.tag("v1.0.0", {"denoise-one": "1.1"})
    with pytest.raises(Failure, match=r"v1.0.0 is published, made from \w{12}, not from") as refused:
        collection.plan("v1.0.0")
    assert "never changed" in refused.value.fix


def test_a_nightly_is_a_function_of_its_commit_and_of_no_clock(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.add_model("denoise-one")
    commit = collection.commit()
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Kiritimati")
    planned = collection.plan("nightly")
    assert planned.tag.text == f"nightly-20260131-{commit[:12]}"
    assert collection.plan(planned.tag.text).tag == planned.tag
    with pytest.raises(Failure, match="is the nightly of another commit"):
        collection.plan("nightly-20260131-0123456789ab")


def test_a_nightly_stands_on_the_highest_version(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.add_model("denoise-two")
    collection.commit()
    planned = collection.plan("nightly")
    assert ids(planned) == ["denoise-two"]
    assert planned.carried["denoise-one"].tag == "v1.0.0"


def test_a_release_of_others_tools_without_versions_is_not_silently_left_out(collection: Collection) -> None:
    collection.tag("v0.9.0", {"denoise-one": "1.0"})
    collection.fake.state.create({"tag_name": "v0.9.0"})
    collection.tag("v1.0.0", {})
    with pytest.raises(Failure, match=r"the release has no versions.json"):
        collection.plan("v1.0.0")
