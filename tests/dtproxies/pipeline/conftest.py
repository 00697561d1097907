"""Parameter layouts and a module order that need no darktable."""

import pytest

from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.module_order import Order


def layout(name: str, version: int, *sliders: str) -> ModuleLayout:
    fields = tuple(Field(name=one, type="float", offset=4 * at, size=4) for at, one in enumerate(sliders))
    return ModuleLayout(name=name, version=version, size=4 * len(sliders), fields=fields)


@pytest.fixture
def linear() -> Order:
    """Module order of raw files."""
    return Order(version=4, names=["exposure", "colorin", "sharpen", "sigmoid", "colorout"])


@pytest.fixture
def toy_layouts() -> dict[str, ModuleLayout]:
    return {
        "exposure": layout("exposure", 7, "exposure", "black", "percentile"),
        "sharpen": layout("sharpen", 1, "radius", "amount", "threshold"),
        "sigmoid": layout("sigmoid", 3),
    }
