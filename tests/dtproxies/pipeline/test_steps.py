"""Steps of a pipeline in darktable's order, without a darktable."""

import struct
from collections.abc import Callable, Mapping, Sequence

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.pipeline.steps import PipelineStep, ordered_steps, proxied_modules

StepsOf = Callable[..., list[PipelineStep]]
ENCODED = Order(version=5, names=["colorin", "exposure", "sharpen", "sigmoid", "colorout"])


@pytest.fixture
def steps_of(toy_layouts: Mapping[str, ModuleLayout], linear: Order) -> Callable[..., list[PipelineStep]]:
    return lambda *requests, order=linear: ordered_steps(requests, order, toy_layouts)


def names(steps: Sequence[PipelineStep]) -> list[str]:
    return [step.module.name for step in steps]


def test_modules_are_sorted_by_darktables_order(steps_of: StepsOf) -> None:
    steps = steps_of(ModuleRequest(module="sigmoid"), ModuleRequest(module="sharpen"), ModuleRequest(module="exposure"))
    assert names(steps) == ["exposure", "sharpen", "sigmoid"]
    assert [step.space for step in steps] == ["input-rgb", "lab", "work-rgb"]


def test_module_after_the_input_profile_gets_working_colours(steps_of: StepsOf) -> None:
    (exposure,) = steps_of(ModuleRequest(module="exposure"), order=ENCODED)
    assert (exposure.space, exposure.result_space) == ("work-rgb", "work-rgb")


def test_unset_sliders_stay_at_their_default(steps_of: StepsOf) -> None:
    (step,) = steps_of(ModuleRequest(module="sharpen", sliders={"amount": 1}, free=("radius",)))
    assert step.sliders == {"radius": 2.0, "amount": 1.0, "threshold": 0.5}
    assert step.free == ("radius",)


def test_choices_are_accepted_by_name(steps_of: StepsOf) -> None:
    (step,) = steps_of(ModuleRequest(module="sigmoid", sliders={"color_processing": "rgb_ratio"}))
    assert step.sliders["color_processing"] == 1


@pytest.mark.parametrize(
    ("sliders", "message"),
    [
        ({"amout": 1}, "did you mean amount"),
        ({"amount": 3}, "0 to 2"),
        ({"amount": "much"}, "outside the range of its proxy"),
    ],
)
def test_unknown_sliders_and_values_are_rejected(
    sliders: dict[str, float | str], message: str, steps_of: StepsOf
) -> None:
    with pytest.raises(WrongUsage) as exc:
        steps_of(ModuleRequest(module="sharpen", sliders=sliders))
    assert message in str(exc.value)


def test_parameters_of_a_sidecar_become_sliders(steps_of: StepsOf) -> None:
    (step,) = steps_of(ModuleRequest(module="exposure", params=struct.pack("<3f", 1.5, 0.01, 0.0), version=7))
    assert step.sliders == pytest.approx({"exposure": 1.5, "black": 0.01})


def test_unsupported_parameters_are_listed(steps_of: StepsOf) -> None:
    with pytest.raises(Failure, match="exposure: its proxy does not support percentile at 50") as exc:
        steps_of(ModuleRequest(module="exposure", params=struct.pack("<3f", 1.5, 0.01, 50.0), version=7))
    assert "--skip exposure" in str(exc.value)


def test_modules_without_a_proxy_are_listed_and_can_be_skipped() -> None:
    requests = [
        ModuleRequest(module="exposure"),
        ModuleRequest(module="flip"),
        ModuleRequest(module="sharpen", obstacle="it is blended, by opacity or a mask"),
        ModuleRequest(module="sigmoid", version=1, params=b""),
    ]
    request = Request(modules=requests)
    with pytest.raises(Failure) as exc:
        proxied_modules(request, [])
    for message in ("flip: it has no proxy", "sharpen: it is blended", "sigmoid: its parameters are of version 1"):
        assert message in str(exc.value)
    assert "--skip flip,sharpen,sigmoid" in str(exc.value)
    assert [one.module for one in proxied_modules(request, ["flip", "sharpen", "sigmoid"])] == ["exposure"]


def test_skipping_an_absent_module_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="no module sharpn to skip"):
        proxied_modules(Request(modules=[ModuleRequest(module="sharpen")]), ["sharpn"])


def test_skipping_all_modules_is_nothing_to_do() -> None:
    with pytest.raises(NothingToDo):
        proxied_modules(Request(modules=[ModuleRequest(module="sharpen")]), ["sharpen"])
