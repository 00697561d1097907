"""Releases of real size, and of real models: cut off at every step, ending in the same bytes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.ci.shards import MOST, shards
from dtmodels.publishing.assemble import assemble
from dtmodels.publishing.directory_check import check_directory
from dtmodels.publishing.dist import MOST_ASSETS, read_dist
from dtmodels.stages.release import choose
from dtmodels.stages.run import run_each
from tests.dtmodels.publishing.sample_collection import QUIET, Collection
from tests.fake_github import Fault

STEPS = (
    Fault(kind="gone", method="POST", path="/releases$"),
    Fault(kind="gone", method="POST", path="/assets[?]"),
    Fault(kind="gone", method="POST", path="/assets[?]", nth=2),
    Fault(kind="half", method="POST", path="/assets[?]", nth=1, status=502),
    Fault(kind="gone", method="POST", path="name=release.json"),
    Fault(kind="gone", method="POST", path="name=versions.json"),
    Fault(kind="gone", method="GET", path="/releases/[0-9]+/assets", nth=2),
    Fault(kind="gone", method="GET", path="/storage/"),
    Fault(kind="gone", method="GET", path="/storage/", nth=3),
    Fault(kind="gone", method="GET", path="/commits/tags/", nth=2),
    Fault(kind="gone", method="PATCH", path="/releases/"),
    Fault(kind="after", method="PATCH", path="/releases/", status=502, times=0),
)
"""A failure at each boundary between two steps of publishing; the last loses the answer to the final request only."""


def publish_through_all(collection: Collection, tag: str) -> None:
    """Publish again and again, each time failing one step later, until the last failure is one that does no harm."""
    for step in STEPS[:-1]:
        collection.fake.state.faults = [replace(step)]
        with pytest.raises(Failure) as failed:
            collection.publish(tag, collection.github(tries=1))
        assert failed.value.fix, "whoever is stopped is told what to do"
        assert collection.fake.state.published(tag) is None
    collection.fake.state.faults = [replace(STEPS[-1])]
    collection.publish(tag, collection.github(tries=1))
    collection.fake.state.faults = []
    assert collection.publish(tag).already


def hold_published(collection: Collection, tag: str) -> None:
    dist = read_dist(collection.root / "dist")
    assert collection.served(tag) == {name: dist.path(name).read_bytes() for name in dist.files}
    assert [one.tag_name for one in collection.fake.state.releases if one.draft] == []


@pytest.mark.slow
def test_three_hundred_models_and_then_one_change(collection: Collection) -> None:
    models = {f"denoise-{number}": "1.0" for number in range(300)}
    collection.tag("v1.0.0", models)
    planned = collection.plan("v1.0.0")
    jobs = shards([entry.card for entry in planned.build], 40)
    assert len(jobs) <= 40 < MOST
    assert sorted(one for job in jobs for one in job.ids) == sorted(models)
    dist = collection.assemble("v1.0.0")
    assert len(dist.files) == 304 <= MOST_ASSETS
    publish_through_all(collection, "v1.0.0")
    hold_published(collection, "v1.0.0")
    calls = len([one for one in collection.fake.requests() if one["path"].startswith(("/repos", "/uploads"))])
    collection.tag("v1.1.0", {"denoise-7": "1.1"})
    planned = collection.plan("v1.1.0")
    assert [entry.card.id for entry in planned.build] == ["denoise-7"]
    assert len(planned.carried) == 299
    collection.assemble("v1.1.0")
    before = len(collection.fake.requests())
    collection.publish("v1.1.0")
    hold_published(collection, "v1.1.0")
    asked = [one for one in collection.fake.requests()[before:] if one["path"].startswith(("/repos", "/uploads"))]
    assert len(asked) < 1000, "a job's token has so many requests an hour"
    assert calls > len(asked)


@pytest.mark.slow
def test_real_models_of_this_repository(collection: Collection, root: Path) -> None:
    """Four, built in earnest from the cards and checkpoints that come with the repository."""
    for entry in choose(Catalogue.load(root), ())[-4:]:
        shutil.copytree(entry.directory, collection.root / "models" / entry.card.id)
    shutil.copyfile(root / "LICENSE", collection.root / "LICENSE")
    shutil.copytree(root / "images", collection.root / "images")
    collection.tag("v1.0.0", {})
    entries = Catalogue.load(collection.root).entries
    assert len(entries) >= 2
    run_each(entries, Workspace(collection.root), QUIET)
    github, output = collection.github(), Workspace(collection.root).output
    assemble(collection.root, output, collection.plan("v1.0.0"), github, QUIET)
    check_directory(collection.root / "dist")
    publish_through_all(collection, "v1.0.0")
    hold_published(collection, "v1.0.0")
