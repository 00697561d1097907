"""A release that is cut off anywhere is finished by the next run, and ends in the same bytes."""

from __future__ import annotations

import itertools

import pytest

from dtbase.system.errors import Failure
from dtmodels.publishing.dist import read_dist
from dtmodels.publishing.http_client import HttpError, Unreachable
from tests.dtmodels.publishing.sample_collection import Collection
from tests.fake_github import Fault


def wanted(collection: Collection) -> dict[str, bytes]:
    dist = read_dist(collection.root / "dist")
    return {name: dist.path(name).read_bytes() for name in dist.files}


def start_over(collection: Collection) -> None:
    """Forget what GitHub knows of the release that is tried."""
    state = collection.fake.state
    state.releases = [one for one in state.releases if one.tag_name == "v1.0.0" and not one.draft]
    state.used_tags = [one.tag_name for one in state.releases]
    state.faults.clear()


def cut_off(collection: Collection, tag: str, nth: int) -> bool:
    """Publish, and lose the network for good with the n-th request from now; whether that kept it from ending."""
    collection.fake.state.faults = [Fault(kind="gone", nth=nth, times=0)]
    try:
        collection.publish(tag, collection.github(tries=1))
    except Failure as failed:
        assert "no answer" in str(failed), "the network is all that went wrong"
        return True
    finally:
        collection.fake.state.faults = []
    return False


def test_a_run_killed_at_any_request_is_finished_by_the_next(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.assemble("v1.1.0")
    good = wanted(collection)
    cuts = 0
    for nth in itertools.count(1):
        if not cut_off(collection, "v1.1.0", nth):
            break
        cuts += 1
        published = collection.fake.state.published("v1.1.0")
        if published is not None:
            assert collection.served("v1.1.0") == good, "whatever is published is whole"
        done = collection.publish("v1.1.0")
        assert done.already == (published is not None)
        assert collection.served("v1.1.0") == good
        assert len(collection.fake.state.releases) == 2, "no second draft is left"
        start_over(collection)
    assert cuts > 3 * len(good), "each file is deleted or uploaded, listed and read back"


def test_a_run_that_is_killed_again_and_again_gets_there(collection: Collection) -> None:
    """Every run is allowed a few requests more than the last: what was done is never done twice."""
    collection.tag("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.assemble("v1.0.0")
    runs = 0
    while cut_off(collection, "v1.0.0", 12 + 2 * runs):
        runs += 1
        assert runs < 40
    assert runs >= 3
    assert collection.served("v1.0.0") == wanted(collection)
    names = [one["path"].rpartition("name=")[2] for one in collection.fake.requests("POST", "/assets[?]")]
    sent = [
        name for name, one in zip(names, collection.fake.requests("POST", "/assets[?]"), strict=True) if one["status"]
    ]
    assert sorted(sent) == sorted(wanted(collection)), "each file was uploaded once"


@pytest.mark.parametrize("kind", ["half", "after"])
def test_an_upload_that_broke_off_is_not_taken_for_whole(collection: Collection, kind: str) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    broken = Fault(kind="half" if kind == "half" else "after", method="POST", path="one.dtmodel", status=502)
    gone = Fault(kind="gone", method="GET", path="/assets", nth=2, times=0)
    collection.fake.fail(broken, gone)
    with pytest.raises((HttpError, Unreachable)):
        collection.publish("v1.0.0", collection.github(tries=1))
    collection.fake.state.faults.clear()
    done = collection.publish("v1.0.0")
    removed = [asset.name for asset in done.changes.removed]
    assert removed == (["denoise-one.dtmodel"] if kind == "half" else [])
    assert collection.served("v1.0.0") == wanted(collection)
