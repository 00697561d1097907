"""A model repository made from one fixture folder."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.console import Console
from dtmodels.docs import write_docs

Repository = Callable[[Path], Path]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Build a repository whose only model is a fixture folder; its page is generated unless the fixture has one."""

    def build(case: Path) -> Path:
        folder = tmp_path / "models" / "toy-model"
        folder.mkdir(parents=True)
        shutil.copy(case / "card.yaml", folder)
        write_docs(tmp_path, Console(out=io.StringIO()), check=False)
        shutil.copytree(case, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("findings.txt"))
        return tmp_path

    return build
