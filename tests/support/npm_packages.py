"""npm packages that tests need, installed from a lock file."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

OLDEST_NODE = 20


def npm_packages(directory: Path) -> Path:
    """Install the packages of `package-lock.json` in a directory, if needed, and return their directory.

    Without Node or the network, the test is skipped; in CI it fails.
    """
    if shutil.which("npm") is None or _node_version() < OLDEST_NODE:
        _missing(f"{directory.name} needs npm and Node {OLDEST_NODE} or newer")
    packages = directory / "node_modules"
    installed = packages / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (directory / "package-lock.json").stat().st_mtime:
        completed = subprocess.run(["npm", "ci"], cwd=directory, capture_output=True, text=True, check=False)
        if completed.returncode:
            _missing(f"npm ci in tests/{directory.name} failed: {completed.stderr.strip()}")
    return packages


def _node_version() -> int:
    if shutil.which("node") is None:
        return 0
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0])


def _missing(reason: str) -> NoReturn:
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
