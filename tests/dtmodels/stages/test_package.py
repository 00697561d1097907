"""Packages are bit-identical in every directory, at any time and for any user."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.package.archive import install
from dtmodels.package.foreign_files import check_files
from dtmodels.stages.convert import convert
from dtmodels.stages.package import package
from dtmodels.stages.setup import setup

QUIET = Console(quiet=True)


def packed(root: Path) -> Path:
    entry, workspace = Catalogue.load(root).entries[0], Workspace(root)
    convert(entry, setup(entry, workspace, QUIET), workspace, QUIET)
    return package(entry, workspace)


def test_first_entry_is_in_the_top_directory_with_the_id(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy")
    with zipfile.ZipFile(packed(tmp_path)) as archive:
        names = archive.namelist()
        assert {name.split("/")[0] for name in names} == {"denoise-toy"}
        assert {"denoise-toy/config.json", "denoise-toy/model.onnx", "denoise-toy/card.yaml"} <= set(names)
        assert names == sorted(names)
        assert not any(".." in name for name in names)


def test_entries_are_readable_by_all_users_and_have_a_fixed_date(
    add_model: Callable[..., Path], tmp_path: Path
) -> None:
    add_model()
    with zipfile.ZipFile(packed(tmp_path)) as archive:
        for member in archive.infolist():
            assert member.external_attr >> 16 == 0o100644
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert member.create_system == 3
            assert member.compress_type == zipfile.ZIP_STORED


def test_written_package_has_no_problem_of_its_archive_and_files(
    add_model: Callable[..., Path], tmp_path: Path
) -> None:
    (add_model() / "LICENSE").write_text("Permission is granted.\n")
    staging = tmp_path / "staging"
    staging.mkdir()
    installed = install(packed(tmp_path), staging)
    assert installed.problems == ()
    assert installed.directory is not None
    assert list(check_files(installed.directory, ())) == []


BUILD = """
import os, sys
os.umask(int(sys.argv[2], 8))
from pathlib import Path
from dtmodels.command.cli import cli
cli(["--root", sys.argv[1], "convert", "denoise-toy"], standalone_mode=False)
cli(["--root", sys.argv[1], "package", "denoise-toy"], standalone_mode=False)
"""


def test_package_does_not_depend_on_directory_umask_and_time_zone(
    add_model: Callable[..., Path], tmp_path: Path
) -> None:
    source = add_model("denoise-toy").parent
    archives = []
    for name, umask, zone in [("here", "022", "UTC"), ("there/and/deeper", "077", "Pacific/Kiritimati")]:
        root = tmp_path / name
        root.mkdir(parents=True)
        subprocess.run(["cp", "-r", str(source), str(root)], check=True)
        os.utime(root / "models/denoise-toy/model.onnx", (time.time() - 1e6, time.time() - 1e6))
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(len(name))}
        subprocess.run([sys.executable, "-c", BUILD, str(root), umask], check=True, env=environment)
        archives.append((root / "output/denoise-toy/denoise-toy.dtmodel").read_bytes())
    assert archives[0] == archives[1]


def test_unconverted_model_cannot_be_packed(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    with pytest.raises(Failure, match="the model is not converted"):
        package(Catalogue.load(tmp_path).entries[0], Workspace(tmp_path))
