"""Fixtures: a collection in git, and a fake GitHub for its releases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dtmodels.publishing.sample_collection import Collection, adder
from tests.fake_github import FakeGitHub


@pytest.fixture
def collection(tmp_path: Path, add_model: Callable[..., Path]) -> Iterator[Collection]:
    """Create a collection without models or releases."""
    with FakeGitHub(tmp_path.parent / f"{tmp_path.name}-github") as fake:
        yield Collection(tmp_path, fake, add_model)


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Assemble the first release, v1.0.0 with one model; return directory and commit. Tests must copy it."""
    root = tmp_path_factory.mktemp("first-release")
    with FakeGitHub(tmp_path_factory.mktemp("github")) as fake:
        collection = Collection(root, fake, adder(root))
        commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
        collection.assemble("v1.0.0")
    return root, commit


@pytest.fixture
def ready(collection: Collection, first_release: tuple[Path, str]) -> Collection:
    """Copy a collection whose first release is assembled, but not published."""
    root, commit = first_release
    shutil.copytree(root, collection.root, dirs_exist_ok=True, symlinks=True)
    collection.fake.state.tags["v1.0.0"] = collection.fake.state.branches["main"] = commit
    return collection
