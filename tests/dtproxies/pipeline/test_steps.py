"""Modules in darktable's order, without a darktable."""

import struct
from collections.abc import Callable, Mapping, Sequence

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.pipeline.steps import PipelineStep, ordered_steps, proxied_modules

Chained = Callable[..., list[PipelineStep]]
ENCODED = Order(version=5, names=["colorin", "exposure", "sharpen", "sigmoid", "colorout"])


@pytest.fixture
def chained(toy_layouts: Mapping[str, ModuleLayout], linear: Order) -> Callable[..., list[PipelineStep]]:
    return lambda *wanted, order=linear: ordered_steps(wanted, order, toy_layouts)


def names(found: Sequence[PipelineStep]) -> list[str]:
    return [link.module.name for link in found]


def test_modules_stand_in_darktables_order_whatever_the_order_of_the_file(chained: Chained) -> None:
    found = chained(ModuleRequest(module="sigmoid"), ModuleRequest(module="sharpen"), ModuleRequest(module="exposure"))
    assert names(found) == ["exposure", "sharpen", "sigmoid"]
    assert [link.space for link in found] == ["input-rgb", "lab", "work-rgb"]


def test_behind_the_input_profile_a_module_gets_working_colours(chained: Chained) -> None:
    (exposure,) = chained(ModuleRequest(module="exposure"), order=ENCODED)
    assert (exposure.space, exposure.result_space) == ("work-rgb", "work-rgb")


def test_sliders_that_are_not_named_stay_at_their_default(chained: Chained) -> None:
    (found,) = chained(ModuleRequest(module="sharpen", sliders={"amount": 1}, free=("radius",)))
    assert found.sliders == {"radius": 2.0, "amount": 1.0, "threshold": 0.5}
    assert found.free == ("radius",)


def test_choices_may_be_named(chained: Chained) -> None:
    (found,) = chained(ModuleRequest(module="sigmoid", sliders={"color_processing": "rgb_ratio"}))
    assert found.sliders["color_processing"] == 1


@pytest.mark.parametrize(
    ("sliders", "told"),
    [
        ({"amout": 1}, "did you mean amount"),
        ({"amount": 3}, "0 to 2"),
        ({"amount": "much"}, "outside the range of its proxy"),
    ],
)
def test_unknown_sliders_and_values_are_refused(sliders: dict[str, float | str], told: str, chained: Chained) -> None:
    with pytest.raises(WrongUsage) as exc:
        chained(ModuleRequest(module="sharpen", sliders=sliders))
    assert told in str(exc.value)


def test_parameters_of_a_sidecar_become_sliders(chained: Chained) -> None:
    (found,) = chained(ModuleRequest(module="exposure", params=struct.pack("<3f", 1.5, 0.01, 0.0), version=7))
    assert found.sliders == pytest.approx({"exposure": 1.5, "black": 0.01})


def test_what_the_proxy_holds_elsewhere_is_refused_by_name(chained: Chained) -> None:
    with pytest.raises(Failure, match="exposure: its proxy does not support percentile at 50") as exc:
        chained(ModuleRequest(module="exposure", params=struct.pack("<3f", 1.5, 0.01, 50.0), version=7))
    assert "--skip exposure" in str(exc.value)


def test_modules_without_a_proxy_are_all_named_and_can_be_skipped() -> None:
    wanted = [
        ModuleRequest(module="exposure"),
        ModuleRequest(module="flip"),
        ModuleRequest(module="sharpen", obstacle="it is blended, by opacity or a mask"),
        ModuleRequest(module="sigmoid", version=1, params=b""),
    ]
    request = Request(modules=wanted)
    with pytest.raises(Failure) as exc:
        proxied_modules(request, [])
    for told in ("flip: it has no proxy", "sharpen: it is blended", "sigmoid: its parameters are of version 1"):
        assert told in str(exc.value)
    assert "--skip flip,sharpen,sigmoid" in str(exc.value)
    assert [one.module for one in proxied_modules(request, ["flip", "sharpen", "sigmoid"])] == ["exposure"]


def test_skipping_what_is_not_there_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="no module sharpn to skip"):
        proxied_modules(Request(modules=[ModuleRequest(module="sharpen")]), ["sharpn"])


def test_nothing_left_is_nothing_to_do() -> None:
    with pytest.raises(NothingToDo):
        proxied_modules(Request(modules=[ModuleRequest(module="sharpen")]), ["sharpen"])
