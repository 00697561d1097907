"""A missing package is reported with the extra that installs it; every import of the tools has one."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from dtbase.system.extras import extras_with, missing_package
from dtbase.system.import_graph import parse

OWN = {"dtbase", "dtmodels", "dtproxies"}


@pytest.fixture(autouse=True)
def declared(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The requirements as pyproject.toml has them now; those of an editable install are as old as the install."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].items()
    optional = [f'{requirement}; extra == "{extra}"' for extra, requirements in extras for requirement in requirements]
    monkeypatch.setattr(metadata, "requires", lambda _: [*project["dependencies"], *optional])


def imported(root: Path, package: str) -> set[str]:
    found: set[str] = set()
    for path in (root / "tools" / package).rglob("*.py"):
        for node in ast.walk(parse(path.read_bytes(), str(path))):
            match node:
                case ast.Import(names=names):
                    found |= {alias.name.partition(".")[0] for alias in names}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module.partition(".")[0])
                case _:
                    pass
    return found - OWN - set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("module", "extra", "fix"),
    [
        ("numpy", "build", "pip install 'dtmodels[build]'"),
        ("numpy", "proxies", "pip install 'dtmodels[proxies]'"),
        ("onnxruntime", "proxies", "pip install 'dtmodels[proxies]'"),
        ("PIL.Image", "proxies", "pip install 'dtmodels[proxies]'"),
        ("spdx_tools.spdx", "build", "pip install 'dtmodels[release]'"),
        ("cyclonedx_py", "build", "pip install 'dtmodels[release]'"),
        ("imageio_ffmpeg", "proxies", "pip install 'dtmodels[video]'"),
        ("jsonschema", "build", "pip install --force-reinstall dtmodels"),
        ("sympy", "proxies", "pip install 'dtmodels[proxies]'"),
    ],
)
def test_missing_package_names_the_extra(module: str, extra: str, fix: str) -> None:
    failure = missing_package(ModuleNotFoundError(f"No module named '{module}'", name=module), extra)
    assert failure is not None
    assert (failure.what, failure.fix) == (f"the Python package '{module.partition('.')[0]}' is not installed", fix)


def test_missing_part_of_the_standard_library_is_no_package() -> None:
    failure = missing_package(ModuleNotFoundError("No module named 'lzma'", name="lzma"), "")
    assert failure is not None and failure.what == "this Python has no module 'lzma'"


def test_missing_module_of_ours_is_a_bug() -> None:
    assert missing_package(ModuleNotFoundError("", name="dtmodels.no_such"), "") is None


@pytest.mark.parametrize(
    ("package", "extras"), [("dtmodels", {"build", "release", "site"}), ("dtproxies", {"proxies", "video"})]
)
def test_every_import_belongs_to_an_extra_of_its_program(root: Path, package: str, extras: set[str]) -> None:
    indirect = {"license_expression": "of spdx-tools", "google": "of onnx"}
    without = {module for module in imported(root, package) if not {"", *extras} & set(extras_with(module))}
    assert without <= indirect.keys()
