"""A collection whose releases can be made, and the GitHub it is on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dtmodels.publishing.collection import Collection
from tests.fake_github import FakeGitHub


@pytest.fixture
def collection(tmp_path: Path, add_model: Callable[..., Path]) -> Iterator[Collection]:
    """A collection without models or releases yet."""
    with FakeGitHub(tmp_path.parent / f"{tmp_path.name}-github") as fake:
        yield Collection(tmp_path, fake, add_model)
