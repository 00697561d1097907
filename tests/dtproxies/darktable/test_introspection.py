import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable import introspection
from dtproxies.darktable.find import SUPPORTED, Darktable
from dtproxies.darktable.layout import ModuleLayout


@pytest.mark.darktable
def test_layouts_have_range_default_and_label(layouts: dict[str, ModuleLayout]) -> None:
    exposure = layouts["exposure"].sliders["exposure"]
    assert (exposure.type, exposure.min, exposure.max, exposure.default) == ("float", -18, 18, 0)
    assert layouts["velvia"].sliders["bias"].description == "mid-tones bias"
    assert layouts["bilat"].sliders["mode"].choices == {"s_mode_bilateral": 0, "s_mode_local_laplacian": 1}
    assert layouts["toneequal"].sliders["smoothing"].range == "any"
    assert layouts["sigmoid"].sliders["red_rotation"].max == 0.4


@pytest.mark.darktable
def test_sliders_are_inside_their_struct_and_disjoint(layouts: dict[str, ModuleLayout]) -> None:
    assert len(layouts) > 80
    for layout in layouts.values():
        ends = sorted((slider.offset, slider.offset + slider.size) for slider in layout.sliders.values())
        assert all(before[1] <= after[0] for before, after in pairwise(ends)), layout.name
        assert not ends or ends[-1][1] <= layout.size, layout.name


@pytest.mark.darktable
def test_defaults_can_be_packed_by_name(layouts: dict[str, ModuleLayout]) -> None:
    for layout in layouts.values():
        values = {name: slider.default for name, slider in layout.sliders.items() if _allowed(layout, name)}
        assert layout.pack(values) == layout.defaults


def _allowed(layout: ModuleLayout, name: str) -> bool:
    """Check the default against the limits; a few of darktable's defaults are outside."""
    slider = layout.sliders[name]
    low = slider.min is None or slider.default >= slider.min
    high = slider.max is None or slider.default <= slider.max
    return low and high and (not slider.choices or slider.default in slider.choices.values())


@pytest.mark.darktable
def test_layouts_are_cached(darktable: Darktable, tmp_path: Path) -> None:
    first = introspection.layouts(darktable, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    broken = replace(darktable, python=("false",))
    assert introspection.layouts(broken, cache=tmp_path) == first
    next(tmp_path.iterdir()).write_text("{")
    assert introspection.layouts(darktable, cache=tmp_path) == first, "a damaged cache is replaced"


def test_python_that_cannot_load_the_library(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    broken = Darktable(version=SUPPORTED[0], cli=("true",), python=(str(shutil.which("false")),), library=tmp_path)
    with pytest.raises(Failure, match="cannot be read: status 1"):
        introspection.layouts(broken, cache=tmp_path / "cache")


def test_darktable_without_plugins(tmp_path: Path) -> None:
    empty = Darktable(version=SUPPORTED[0], cli=("true",), python=("true",), library=tmp_path)
    with pytest.raises(Failure, match="no plugins"):
        introspection.layouts(empty, cache=tmp_path / "cache")


@pytest.mark.darktable
def test_reads_all_module_orders(darktable: Darktable, tmp_path: Path) -> None:
    orders = introspection.orders(darktable, cache=tmp_path)
    assert set(orders) == {1, 2, 3, 4, 5}
    for names in orders.values():
        assert len(names) == len(set(names)) > 80
        assert names.index("rawprepare") < names.index("colorin") < names.index("sharpen") < names.index("colorout")
    # An image that is not linear gets its profile first.
    assert orders[4].index("exposure") < orders[4].index("colorin")
    assert orders[5].index("exposure") > orders[5].index("colorin")
