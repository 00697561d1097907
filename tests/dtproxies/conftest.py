import os

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable, find
from dtproxies.darktable.layout import ModuleLayout


@pytest.fixture(scope="session")
def darktable() -> Darktable:
    """The real darktable. Where it is missing, tests are skipped, but never in CI: there it is a failure."""
    try:
        return find()
    except Failure as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI has to have darktable: {missing}")
        pytest.skip(f"needs the real darktable: {missing.what}")


@pytest.fixture(scope="session")
def layouts(darktable: Darktable, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ModuleLayout]:
    """Parameters of all its modules, read anew."""
    return dict(introspection.layouts(darktable, cache=tmp_path_factory.mktemp("cache")))
