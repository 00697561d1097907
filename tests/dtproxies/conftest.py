import os

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable, find
from dtproxies.darktable.layout import ModuleLayout


@pytest.fixture(scope="session")
def darktable() -> Darktable:
    """Find the real darktable. Without it, tests are skipped locally and fail in CI."""
    try:
        return find()
    except Failure as exc:
        if os.environ.get("CI"):
            pytest.fail(f"CI requires darktable: {exc}")
        pytest.skip(f"needs the real darktable: {exc.what}")


@pytest.fixture(scope="session")
def layouts(darktable: Darktable, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ModuleLayout]:
    """Read the parameter layouts of all modules, without a cache."""
    return dict(introspection.layouts(darktable, cache=tmp_path_factory.mktemp("cache")))
