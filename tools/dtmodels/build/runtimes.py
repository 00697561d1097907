"""Other versions of ONNX Runtime than that of this Python, each in a directory of its own in the cache."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import atomic_directory
from dtbase.terminal.console import Console

PACKAGE = "onnxruntime"
PINNED = "1.24.4"
"""Version that darktable 5.6 to 5.7 pin (cmake/modules/FindONNXRuntime.cmake); constraints.txt has the same."""
OLDEST = "1.20.1"
"""Oldest version to check with. darktable takes 1.18 and later, but the wheels of 1.18 need NumPy 1."""
NAMES = {"oldest": OLDEST, "darktable": PINNED, "newest": ""}
"""Versions by name; the newest is the one that pip finds."""


def provide_runtime(version: str, cache: Path, console: Console) -> Path | None:
    """Fetch an ONNX Runtime with pip, unless this Python or the cache has it.

    Args:
        version: three numbers, or a key of `NAMES`.
        cache: directory of the cache.
        console: shows the progress.

    Returns:
        The directory to put before the import path; None if this Python has the version.

    Raises:
        WrongUsage: the version is neither.
        Failure: pip cannot fetch it, or this Python cannot load it.
    """
    if version not in NAMES and not re.fullmatch(r"\d+\.\d+\.\d+", version, re.ASCII):
        fix = f"write three numbers, such as {OLDEST}, or one of: {', '.join(NAMES)}"
        raise WrongUsage("is no version of ONNX Runtime", where=f"--runtime {version}", fix=fix)
    number = NAMES.get(version, version) or _newest(console)
    if number == importlib.metadata.version(PACKAGE):
        return None
    site = cache / PACKAGE / f"{number}-{_python().lower().replace(' ', '')}"
    if not site.is_dir():
        with atomic_directory(site) as new:
            _install(number, new, console)
            _check_import(number, new)
    return site


def _newest(console: Console) -> str:
    with console.progress("looking for the newest ONNX Runtime"):
        output = _pip("index", "versions", PACKAGE, number="newest")
    return output.partition("(")[2].partition(")")[0]


def _install(number: str, directory: Path, console: Console) -> None:
    """Install the package alone: it runs with the NumPy of this Python."""
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--target", str(directory)]
    with console.progress(f"fetching ONNX Runtime {number} (some 15 MB)"):
        _pip("install", *options, f"{PACKAGE}=={number}", number=number)


def _pip(*arguments: str, number: str) -> str:
    command = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _fetch_failure(number, done.stderr)
    return done.stdout


def _fetch_failure(number: str, errors: str) -> Failure:
    where = f"ONNX Runtime {number}"
    if "No module named pip" in errors:
        return Failure("this Python has no pip to fetch it with", where=where, fix=f"{sys.executable} -m ensurepip")
    offered = re.search(r"from versions: ([^)]*)\)", errors)
    versions = [name for name in re.split(r",\s*", offered[1]) if re.fullmatch(r"[\d.]+", name)] if offered else []
    if versions and number not in versions:
        what = f"pip offers no such version for {_python()}"
        return Failure(what, where=where, fix=f"choose one from {versions[0]} to {versions[-1]}")
    lines = [line.removeprefix("ERROR: ") for line in errors.splitlines() if line.startswith("ERROR: ")]
    what = "cannot be fetched" + (f": {lines[0]}" if lines else "")
    return Failure(what, where=where, fix="check the network and pip's settings, then run the command again")


def _check_import(number: str, site: Path) -> None:
    """Check that this Python loads the package in a directory."""
    paths = os.pathsep.join([str(site), *(path for path in sys.path if path)])
    command = [sys.executable, "-c", f"import {PACKAGE}"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONPATH": paths}, check=False)
    if done.returncode:
        numpy = importlib.metadata.version("numpy")
        what = f"does not load in {_python()} with NumPy {numpy}"
        raise Failure(what, where=f"ONNX Runtime {number}", fix=f"choose {OLDEST} or later")


def _python() -> str:
    return f"Python {sys.version_info.major}.{sys.version_info.minor}"
