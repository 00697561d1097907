"""Draft prepared in advance: after a change of one model, only that model and the lists are uploaded."""

from __future__ import annotations

import pytest

from dtbase.system.errors import Failure
from dtmodels.publishing.dist import read_dist
from dtmodels.publishing.next_draft import NEXT, prepare_next_draft
from tests.dtmodels.publishing.sample_collection import QUIET, Collection

LISTS = {"versions.json", "release.json", "sbom.spdx.json", "SHA256SUMS"}


def release_and_prepare(collection: Collection, tag: str, models: dict[str, str]) -> None:
    collection.release(tag, models)
    prepare_next_draft(read_dist(collection.root / "dist"), collection.github(), QUIET)


def received(collection: Collection, since: int) -> int:
    """Return the bytes of all uploads after a number of requests."""
    sent = collection.fake.requests()[since:]
    return sum(one["received"] for one in sent if "/assets?name=" in one["path"])


def test_only_changed_model_and_lists_are_uploaded(collection: Collection) -> None:
    release_and_prepare(collection, "v1.0.0", {f"denoise-{number}": "1.0" for number in range(8)})
    collection.tag("v1.1.0", {"denoise-3": "1.1"})
    dist = collection.assemble("v1.1.0")
    before = len(collection.fake.requests())
    result = collection.publish("v1.1.0")
    changed = {"denoise-3.dtmodel", "denoise-3-model.onnx", "denoise-3-config.json"}
    assert {file.name for file in result.changes.uploaded} == changed | LISTS
    assert received(collection, before) == sum(dist.files[name].bytes for name in changed | LISTS)
    served = collection.served("v1.1.0")
    assert served == {name: dist.path(name).read_bytes() for name in dist.files}
    assert [one.tag_name for one in collection.fake.state.releases if one.draft] == []


def test_all_files_are_uploaded_without_a_prepared_draft(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    result = collection.release("v1.1.0", {"denoise-two": "1.1"})
    assert len(result.changes.uploaded) == len(collection.served("v1.1.0"))


def test_second_preparation_uploads_nothing(collection: Collection) -> None:
    release_and_prepare(collection, "v1.0.0", {"denoise-one": "1.0"})
    again = prepare_next_draft(read_dist(collection.root / "dist"), collection.github(), QUIET)
    assert again.uploaded == ()
    draft = next(one for one in collection.fake.state.releases if one.draft)
    assert draft.tag_name == NEXT
    assert not {asset.name for asset in draft.assets} & LISTS


def test_only_the_highest_version_is_prepared(collection: Collection) -> None:
    collection.release("v2.0.0", {"denoise-one": "2.0"})
    collection.release("v1.0.0", {"denoise-one": "2.1"})
    with pytest.raises(Failure, match=r"v1.0.0 is not the highest published version, which is v2.0.0"):
        prepare_next_draft(read_dist(collection.root / "dist"), collection.github(), QUIET)


def test_nightly_and_candidate_do_not_use_the_prepared_draft(collection: Collection) -> None:
    release_and_prepare(collection, "v1.0.0", {"denoise-one": "1.0"})
    collection.release("v1.1.0-rc.1", {"denoise-one": "1.1"})
    collection.assemble("nightly")
    collection.publish("nightly")
    assert [one.tag_name for one in collection.fake.state.releases if one.draft] == [NEXT]


def test_prepared_draft_renamed_by_another_run_is_not_published(collection: Collection) -> None:
    release_and_prepare(collection, "v1.0.0", {"denoise-one": "1.0"})
    collection.tag("v1.1.0", {"denoise-one": "1.1"})
    collection.assemble("v1.1.0")
    finish = collection.fake.state.finish_upload

    def finish_and_take(*arguments: object) -> None:
        finish(*arguments)
        next(one for one in collection.fake.state.releases if one.draft).tag_name = "v1.0.1"

    collection.fake.state.finish_upload = finish_and_take
    with pytest.raises(Failure, match="was deleted or renamed"):
        collection.publish("v1.1.0")
    assert collection.fake.state.published("v1.1.0") is None
