"""The public face of each package: its exports exist, load lazily, and are documented."""

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

PACKAGES = ["dtbase", "dtmodels", "dtproxies"]
HEAVY = {"torch", "onnx", "onnxruntime", "numpy", "jsonschema", "rich", "click", "yaml"}


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_every_export_exists_and_has_a_docstring(package: ModuleType) -> None:
    for name in package.__all__:
        value = getattr(package, name)
        assert name == "__version__" or value.__doc__, name


def test_version_is_that_of_the_distribution(package: ModuleType) -> None:
    assert package.__version__ == importlib.metadata.version("dtmodels")


def test_unknown_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018


@pytest.mark.parametrize("name", PACKAGES)
def test_importing_a_package_imports_nothing_heavy(name: str) -> None:
    code = f"import sys, {name}; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
