"""Calls of programs that checkers need. A missing program fails in CI, and skips the test elsewhere."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
MODULES = HERE.parent / "node_modules"
EXTRA = "install the extra 'workflows'"


def python_program(name: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the Python environment that runs the tests, without network settings of this machine."""
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        _missing(f"{name} is not installed", EXTRA)
    return _run([program, *arguments], cwd)


def python_module(name: str) -> ModuleType:
    """Import a program of the Python environment that runs the tests, which is faster than to start it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        _missing(f"{name} is not installed", EXTRA)


def node_program(script: str, *arguments: str | Path, package: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of this directory with node, where its npm package is installed.

    WebAssembly is compiled without optimisation: for a program that runs once this takes a tenth of the time.
    """
    node = shutil.which("node")
    if node is None or not (MODULES / package).is_dir():
        _missing(f"node or its package {package} is not installed", f"run `npm ci` in {MODULES.parent}")
    return _run([node, "--liftoff-only", HERE / script, *arguments], cwd)


def _run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = environment | {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False, encoding="utf-8"
    )


def _missing(what: str, fix: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what}; {fix}")
    pytest.skip(f"{what}; {fix}")
