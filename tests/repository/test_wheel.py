"""The wheel works outside a clone, with its core dependencies alone, and says which extra other commands need."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
Run = Callable[..., subprocess.CompletedProcess[str]]
LARGEST_WHEEL = 4_000_000
"""Bytes. Sample images are 1.3 MB of them, code, schemas and weights the rest."""


def checkout_copy(root: Path, target: Path) -> Path:
    """Copy the files of the checkout that git knows or would add, so that building leaves nothing in it."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target / name)
    return target


@pytest.fixture(scope="module")
def sources(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout_copy(root, tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(sources, tmp_path_factory.mktemp("wheel"))


def build_wheel(sources: Path, target: Path) -> Path:
    options = ["-q", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target)]
    command = [sys.executable, "-m", "pip", "wheel", *options]
    done = subprocess.run([*command, str(sources)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = target.glob("*.whl")
    return built


def with_dependencies(names: Iterable[str]) -> set[str]:
    """The distributions that these need, themselves included, as far as this platform needs them; without extras."""
    found: set[str] = set()
    waiting = [*names]
    while waiting:
        name = re.split(r"[^\w.-]", waiting.pop())[0].lower()
        if name in found or not list(importlib.metadata.distributions(name=name)):
            continue
        found.add(name)
        waiting += [line for line in importlib.metadata.requires(name) or () if "extra ==" not in line]
    return found


@pytest.fixture(scope="module")
def elsewhere(root: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and its core dependencies, which are copied from this one."""
    directory = tmp_path_factory.mktemp("elsewhere")
    venv.create(directory / "venv", symlinks=True)
    (packages,) = directory.glob("venv/lib/python*/site-packages")
    core = tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    for name in with_dependencies(core):
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), packages / file)
    python = directory / "venv" / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    (directory / "work").mkdir()
    return directory


@pytest.fixture(scope="module")
def run(elsewhere: Path) -> Run:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "GITHUB_ACTIONS")}

    def run(program: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [str(elsewhere / "venv" / "bin" / program), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=elsewhere / "work", env=environment
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "bug:" not in done.stderr and "Traceback" not in done.stderr
        return done

    return run


def test_wheel_is_small_and_holds_what_commands_need(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {name.removeprefix("dtbase/_shipped/") for name in names if name.startswith("dtbase/_shipped/")}
    assert {"schema/card-v1.schema.json", "schema/licences-v1.json", "docs/modules.json"} <= shipped
    assert {"images/denoise/demo.yaml", "images/proxy/sources.json", "images/photographs/SOURCES.md"} <= shipped
    assert len([name for name in shipped if name.endswith("weights.safetensors")]) >= 26
    assert not [name for name in names if "golden" in name and name.endswith(".safetensors")]
    assert "dtproxies/darktable/install.sh" in names
    assert wheel.stat().st_size < LARGEST_WHEEL


def test_source_distribution_builds_the_same_wheel(sources: Path, wheel: Path, tmp_path: Path) -> None:
    code = f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=sources, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    (unpacked,) = (path for path in tmp_path.glob("dtmodels-*") if path.is_dir())
    again = build_wheel(unpacked, tmp_path / "dist")
    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def proxy(root: Path) -> Path:
    """The directory of a released model with its weights."""
    return sorted((root / "models").glob("proxy-*"))[0]


def test_card_commands_work_anywhere(run: Run, root: Path, proxy: Path, elsewhere: Path) -> None:
    assert "compatible" in run("dtmodels", "licence", "MIT").stdout
    assert "LIC003" in run("dtmodels", "rule", "LIC003").stdout
    assert proxy.name in run("dtmodels", "--root", str(root), "list").stdout
    card = str(proxy / "card.yaml")
    run("dtmodels", "lint", card)
    assert "grade: open" in run("dtmodels", "explain", card).stdout
    imported = run("dtmodels", "import", str(root / "tests/dtmodels/importing/formats/upstream/nind-unet.yaml")).stdout
    draft = elsewhere / "work" / "incoming" / "card.yaml"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text(imported)
    assert "drafts" not in run("dtmodels", "lint", "incoming/card.yaml", code=1).stdout
    assert "nothing is claimed yet" in run("dtmodels", "explain", "incoming/card.yaml").stdout


def test_new_starts_a_repository(run: Run, elsewhere: Path) -> None:
    (elsewhere / "work" / "collection" / "models").mkdir(parents=True)
    run("dtmodels", "--root", "collection", "new", "denoise-toy", "--task", "denoise")
    run("dtmodels", "--root", "collection", "lint")
    assert "denoise-toy" in run("dtmodels", "--root", "collection", "list").stdout


def test_directory_without_models_is_named(run: Run) -> None:
    for command in (["list"], ["lint"], ["new", "denoise-toy", "--task", "denoise"], ["explain", "denoise-toy"]):
        assert "there is no models directory here" in run("dtmodels", *command, code=1).stderr


@pytest.mark.parametrize("command", ["convert", "demo", "run"])
def test_building_names_the_extra(run: Run, proxy: Path, elsewhere: Path, command: str) -> None:
    shutil.copytree(proxy, elsewhere / "work" / "built" / "models" / proxy.name, dirs_exist_ok=True)
    done = run("dtmodels", "--root", "built", command, proxy.name, code=1)
    assert done.stderr.splitlines()[-1] == "  fix: pip install 'dtmodels[build]'"


def test_validating_and_releasing_name_the_extra(run: Run, root: Path) -> None:
    assert "pip install 'dtmodels[build]'" in run("dtmodels", "validate", "x.dtmodel", code=1).stderr
    assert (
        "pip install 'dtmodels[release]'" in run("dtmodels", "--root", str(root), "sbom", "--tag", "v1", code=1).stderr
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["modules"],
        ["render", "exposure", "a.png", "b.png"],
        ["evaluate", "exposure"],
        ["train", "exposure", "--out", "weights"],
        ["sweep", "exposure.black", "a.png", "--out", "swept"],
        ["pipeline", "edit.xmp", "a.png", "--out", "run"],
        ["regress", "edit.xmp", "a.png", "b.png", "--out", "found"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_proxies_name_their_extra(run: Run, arguments: list[str]) -> None:
    assert run("dtproxies", *arguments, code=1).stderr.splitlines()[-1] == "  fix: pip install 'dtmodels[proxies]'"


def test_results_are_never_written_into_the_installed_package(run: Run) -> None:
    assert "belong to the installed package" in run("dtproxies", "evaluate", "--all", "--stored", code=2).stderr
    assert "--survey FILE" in run("dtproxies", "modules", "--measure", code=2).stderr
