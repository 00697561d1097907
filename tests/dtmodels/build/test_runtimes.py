"""Tests of other versions of ONNX Runtime: fetched with pip from a local directory, and used by the worker process."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.build.runtimes import NAMES, OLDEST, PINNED, provide_runtime
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package

MakeGraph = Callable[..., onnx.ModelProto]
QUIET = Console(out=io.StringIO(), remarks=io.StringIO())
DELEGATE = """
import os, sys
sys.path.remove(os.path.dirname(os.path.dirname(__file__)))
del sys.modules["onnxruntime"]
import onnxruntime as installed
installed.__version__ = "99.1.0"
"""
"""A package that is the installed ONNX Runtime under another version."""


def add_wheel(directory: Path, version: str, code: str) -> None:
    """Write a wheel of a package named onnxruntime."""
    info = f"onnxruntime-{version}.dist-info"
    files = {
        "onnxruntime/__init__.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: onnxruntime\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(directory / f"onnxruntime-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks: two versions, of which one does not load."""
    directory = tmp_path / "index"
    directory.mkdir()
    add_wheel(directory, "99.1.0", "")
    add_wheel(directory, "99.0.0", "raise ImportError('made for NumPy 1')")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


def test_pinned_version_is_that_of_the_constraints(root: Path) -> None:
    assert f"onnxruntime=={PINNED}\n" in (root / "constraints.txt").read_text()


def test_installed_version_needs_no_fetch(tmp_path: Path) -> None:
    assert provide_runtime("darktable", tmp_path, QUIET) is None
    assert list(tmp_path.iterdir()) == []


def test_version_is_fetched_once(index: Path, tmp_path: Path) -> None:
    remarks = io.StringIO()
    site = provide_runtime("99.1.0", tmp_path / "cache", Console(remarks=remarks))
    assert site is not None
    assert (site / "onnxruntime" / "__init__.py").is_file()
    assert "fetching ONNX Runtime 99.1.0" in remarks.getvalue()
    (index / "onnxruntime-99.1.0-py3-none-any.whl").unlink()
    assert provide_runtime("99.1.0", tmp_path / "cache", QUIET) == site


def test_newest_is_what_pip_finds(index: Path, tmp_path: Path) -> None:
    site = provide_runtime("newest", tmp_path, QUIET)
    assert site is not None
    assert "99.1.0" in site.name


@pytest.mark.parametrize(
    ("version", "empty", "message"),
    [
        ("99.0.0", False, f"does not load in Python .* with NumPy .*choose {OLDEST} or later"),
        ("98.7.6", False, r"pip offers no such version.*choose one from 99\.0\.0 to 99\.1\.0"),
        ("98.7.6", True, "cannot be fetched: .*check the network"),
        ("newest", True, "cannot be fetched: .*check the network"),
    ],
)
def test_version_that_cannot_be_had_is_one_failure(
    index: Path, tmp_path: Path, version: str, empty: bool, message: str
) -> None:
    for wheel in index.glob("*.whl") if empty else ():
        wheel.unlink()
    with pytest.raises(Failure, match=f"(?s){message}"):
        provide_runtime(version, tmp_path / "cache", QUIET)
    cache = tmp_path / "cache" / "onnxruntime"
    assert not cache.exists() or list(cache.iterdir()) == []


def test_python_without_pip_is_one_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} -S -I -c \"raise SystemExit('No module named pip')\"\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(Failure, match="has no pip"):
        provide_runtime("99.1.0", tmp_path / "cache", QUIET)


@pytest.mark.parametrize("version", ["abc", "1.2", "1.24.4; rm -rf x", "../1.24.4", "", "1.24.4 --index-url x"])
def test_other_text_is_wrong_usage(tmp_path: Path, version: str) -> None:
    with pytest.raises(WrongUsage, match=", ".join(NAMES)):
        provide_runtime(version, tmp_path, QUIET)


def test_installed_version_other_than_darktables_is_a_warning(
    directory: Callable[..., Path], make_graph: MakeGraph, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dtmodels.stages._inspect_package.PINNED", "1.24.9")
    tile = (1, 3, 256, 256)
    model = directory("denoise", {"model.onnx": make_graph({"input": tile}, {"output": tile})})
    (problem,) = validate_package(model, runtime).problems
    assert (problem.severity, problem.code) == ("warning", "runtime.version")
    assert "--runtime darktable" in problem.fix


def test_graphs_run_in_the_other_version(tmp_path: Path, directory: Callable[..., Path], make_graph: MakeGraph) -> None:
    site = tmp_path / "site"
    (site / "onnxruntime").mkdir(parents=True)
    (site / "onnxruntime" / "__init__.py").write_text(DELEGATE)
    tile = (1, 3, 256, 256)
    model = directory("denoise", {"model.onnx": make_graph({"input": tile}, {"output": tile})})
    with Runtime(site=site) as runtime:
        report = validate_package(model, runtime)
    assert report.facts.runtime == "99.1.0"
    assert report.text().splitlines()[-1] == "toy: darktable runs it, if it has ONNX Runtime 99.1.0"
