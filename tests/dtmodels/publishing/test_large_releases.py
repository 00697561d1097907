"""Releases of realistic size and of real models, interrupted at every step, with the same bytes at the end."""

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
"""Failures between all steps of publishing; the last one loses only the response to the final request."""


def publish_with_failures(collection: Collection, tag: str) -> None:
    """Publish repeatedly, with a failure one step later each time; the last failure is harmless."""
    for step in STEPS[:-1]:
        collection.fake.state.faults = [replace(step)]
        with pytest.raises(Failure) as error:
            collection.publish(tag, collection.github(tries=1))
        assert error.value.fix, "the error contains a fix"
        assert collection.fake.state.published(tag) is None
    collection.fake.state.faults = [replace(STEPS[-1])]
    collection.publish(tag, collection.github(tries=1))
    collection.fake.state.faults = []
    assert collection.publish(tag).already


def assert_published(collection: Collection, tag: str) -> None:
    dist = read_dist(collection.root / "dist")
    assert collection.served(tag) == {name: dist.path(name).read_bytes() for name in dist.files}
    assert [one.tag_name for one in collection.fake.state.releases if one.draft] == []


@pytest.mark.slow
def test_300_models_and_then_one_change(collection: Collection) -> None:
    models = {f"denoise-{number}": "1.0" for number in range(300)}
    collection.tag("v1.0.0", models)
    planned = collection.plan("v1.0.0")
    jobs = shards([entry.card for entry in planned.build], 40)
    assert len(jobs) <= 40 < MOST
    assert sorted(one for job in jobs for one in job.ids) == sorted(models)
    dist = collection.assemble("v1.0.0")
    assert len(dist.files) == 304 <= MOST_ASSETS
    publish_with_failures(collection, "v1.0.0")
    assert_published(collection, "v1.0.0")
    calls = len([one for one in collection.fake.requests() if one["path"].startswith(("/repos", "/uploads"))])
    collection.tag("v1.1.0", {"denoise-7": "1.1"})
    planned = collection.plan("v1.1.0")
    assert [entry.card.id for entry in planned.build] == ["denoise-7"]
    assert len(planned.reused) == 299
    collection.assemble("v1.1.0")
    before = len(collection.fake.requests())
    collection.publish("v1.1.0")
    assert_published(collection, "v1.1.0")
    requests = [one for one in collection.fake.requests()[before:] if one["path"].startswith(("/repos", "/uploads"))]
    assert len(requests) < 1000, "limit of a job's token per hour"
    assert calls > len(requests)


@pytest.mark.slow
def test_real_models_of_this_repository(collection: Collection, root: Path) -> None:
    """Build and publish four models with checkpoints in the repository."""
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
    publish_with_failures(collection, "v1.0.0")
    assert_published(collection, "v1.0.0")
