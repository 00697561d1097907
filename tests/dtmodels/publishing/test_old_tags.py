"""A commit lints and builds two years later as it did on its day."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from dtbase.system.files import sha256
from dtmodels.build.workspace import Workspace
from dtmodels.lint.engine import lint

LATER = datetime.now(UTC) + timedelta(days=730)
RUN = f"""
import sys
import time_machine
from dtmodels.command.cli import main
time_machine.travel({LATER.timestamp()}, tick=True).start()
sys.exit(main())
"""


@pytest.fixture
def later() -> Iterator[None]:
    """The clock of this process, two years ahead."""
    with time_machine.travel(LATER, tick=True):
        yield


def package(root: Path, *start: str) -> str:
    """Build the only model of a repository; return the digest of its package."""
    for words in (["convert", "--seed", "0"], ["package"]):
        command = [sys.executable, *start, "--root", str(root), *words, "denoise-toy"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (path,) = Workspace(root).output.glob("*/*.dtmodel")
    return sha256(path)


@pytest.mark.usefixtures("later")
def test_cards_of_this_commit_have_no_error_two_years_later(root: Path) -> None:
    assert datetime.now(UTC).year >= 2028
    assert [found for found in lint(root, profile="release") if found.severity == "error"] == []


@pytest.mark.slow
def test_package_built_two_years_later_has_the_same_bytes(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy", status="draft")
    today = package(tmp_path, "-m", "dtmodels")
    for path in sorted(Workspace(tmp_path).output.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert package(tmp_path, "-c", RUN) == today
