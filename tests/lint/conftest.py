"""Fixtures of the linter tests: a git repository built from one fixture directory."""

import io
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.terminal.console import Console
from dtmodels.pages.generate import write_docs

Repository = Callable[[Path], Path]
SIGNATURE = {"NAME": "A. Author", "EMAIL": "a@b.c", "DATE": "2026-01-31T12:00:00Z"}
IDENTITY = {f"GIT_{role}_{field}": value for role in ("AUTHOR", "COMMITTER") for field, value in SIGNATURE.items()}


def git(root: Path, *arguments: str) -> None:
    """Run git in a test repository, without the git settings of this machine."""
    settings = os.environ | IDENTITY | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, env=settings)


def commit_all(root: Path, message: str = "change") -> None:
    """Commit everything below `root`; initialise a git repository if there is none."""
    if not (root / ".git").is_dir():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def commit() -> Callable[..., None]:
    """Commit everything; see `commit_all`."""
    return commit_all


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Build a repository whose only model is a fixture directory; its page is generated unless the fixture has one.

    Directories `before*` of the fixture are earlier versions of the model, committed in the order of their names. The
    directory `around` contains files of the repository itself.
    """

    def build(case: Path) -> Path:
        directory = tmp_path / "models" / "toy-model"
        for earlier in sorted(case.glob("before*")):
            shutil.rmtree(directory, ignore_errors=True)
            # Copies get the current time, because git treats files of equal size and time as unchanged.
            shutil.copytree(earlier, directory, copy_function=shutil.copyfile)
            commit_all(tmp_path)
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(case / "card.yaml", directory / "card.yaml")
        write_docs(tmp_path, Console(out=io.StringIO()), check=False)
        ignored = shutil.ignore_patterns("findings.txt", "before*", "around")
        shutil.copytree(case, directory, dirs_exist_ok=True, ignore=ignored)
        if (case / "around").is_dir():
            shutil.copytree(case / "around", tmp_path, dirs_exist_ok=True)
        return tmp_path

    return build
