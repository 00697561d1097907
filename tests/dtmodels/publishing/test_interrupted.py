"""The next run finishes a release that was interrupted at any point, with the same bytes."""

from __future__ import annotations

import itertools

import pytest

from dtbase.system.errors import Failure
from dtmodels.publishing.dist import read_dist
from dtmodels.publishing.http_client import HttpError, Unreachable
from tests.dtmodels.publishing.sample_collection import Collection
from tests.fake_github import Fault


def expected_files(collection: Collection) -> dict[str, bytes]:
    dist = read_dist(collection.root / "dist")
    return {name: dist.path(name).read_bytes() for name in dist.files}


def reset(collection: Collection) -> None:
    """Delete the state of the tested release on the fake GitHub."""
    state = collection.fake.state
    state.releases = [one for one in state.releases if one.tag_name == "v1.0.0" and not one.draft]
    state.used_tags = [one.tag_name for one in state.releases]
    state.faults.clear()


def interrupted(collection: Collection, tag: str, nth: int) -> bool:
    """Publish without a network from the n-th request on; return True if the run failed."""
    collection.fake.state.faults = [Fault(kind="gone", nth=nth, times=0)]
    try:
        collection.publish(tag, collection.github(tries=1))
    except Failure as error:
        assert "no response" in str(error), "only the network failed"
        return True
    finally:
        collection.fake.state.faults = []
    return False


def test_next_run_finishes_a_run_killed_at_any_request(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.assemble("v1.1.0")
    expected = expected_files(collection)
    cuts = 0
    for nth in itertools.count(1):
        if not interrupted(collection, "v1.1.0", nth):
            break
        cuts += 1
        published = collection.fake.state.published("v1.1.0")
        if published is not None:
            assert collection.served("v1.1.0") == expected, "a published release is complete"
        result = collection.publish("v1.1.0")
        assert result.already == (published is not None)
        assert collection.served("v1.1.0") == expected
        assert len(collection.fake.state.releases) == 2, "no second draft is left"
        reset(collection)
    assert cuts > 3 * len(expected), "each file is deleted or uploaded, listed and read back"


def test_repeatedly_killed_runs_make_progress(collection: Collection) -> None:
    """Each run has a few more requests than the one before; no upload happens twice."""
    collection.tag("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.assemble("v1.0.0")
    runs = 0
    while interrupted(collection, "v1.0.0", 12 + 2 * runs):
        runs += 1
        assert runs < 40
    assert runs >= 3
    assert collection.served("v1.0.0") == expected_files(collection)
    names = [one["path"].rpartition("name=")[2] for one in collection.fake.requests("POST", "/assets[?]")]
    sent = [
        name for name, one in zip(names, collection.fake.requests("POST", "/assets[?]"), strict=True) if one["status"]
    ]
    assert sorted(sent) == sorted(expected_files(collection)), "each file was uploaded once"


@pytest.mark.parametrize("kind", ["half", "after"])
def test_interrupted_upload_is_replaced(collection: Collection, kind: str) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    broken = Fault(kind="half" if kind == "half" else "after", method="POST", path="one.dtmodel", status=502)
    gone = Fault(kind="gone", method="GET", path="/assets", nth=2, times=0)
    collection.fake.fail(broken, gone)
    with pytest.raises((HttpError, Unreachable)):
        collection.publish("v1.0.0", collection.github(tries=1))
    collection.fake.state.faults.clear()
    result = collection.publish("v1.0.0")
    removed = [asset.name for asset in result.changes.removed]
    assert removed == (["denoise-one.dtmodel"] if kind == "half" else [])
    assert collection.served("v1.0.0") == expected_files(collection)
