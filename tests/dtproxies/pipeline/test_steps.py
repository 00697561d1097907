"""Steps of a pipeline in darktable's order, without a darktable."""

import math
import struct
from collections.abc import Callable, Mapping, Sequence

import pytest

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.pipeline.request import ModuleRequest
from dtproxies.pipeline.steps import PipelineStep, build_step, ordered_steps

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


def test_parameters_of_an_edit_become_sliders_and_the_others_stay(
    steps_of: StepsOf, toy_layouts: Mapping[str, ModuleLayout]
) -> None:
    params = struct.pack("<3f", 1.5, 0.01, 50.0)
    (step,) = steps_of(ModuleRequest(module="exposure", params=params, version=7))
    assert step.sliders == pytest.approx({"exposure": 1.5, "black": 0.01})
    assert step.encoded(toy_layouts["exposure"]) == params


def test_values_beyond_the_fitted_range_are_accepted_where_the_proxy_is_compared_with_darktable(
    toy_layouts: Mapping[str, ModuleLayout], linear: Order
) -> None:
    request = ModuleRequest(module="sharpen", sliders={"amount": 3})
    assert build_step(request, 1, linear, toy_layouts["sharpen"], beyond=True).sliders["amount"] == 3
    with pytest.raises(WrongUsage, match="outside the range"):
        build_step(request, 1, linear, toy_layouts["sharpen"])


@pytest.mark.parametrize("sliders", [{"amount": math.nan}, {"amount": "much"}])
def test_values_that_are_no_number_or_no_choice_are_rejected_everywhere(
    sliders: dict[str, float | str], toy_layouts: Mapping[str, ModuleLayout], linear: Order
) -> None:
    with pytest.raises(WrongUsage):
        build_step(ModuleRequest(module="sharpen", sliders=sliders), 1, linear, toy_layouts["sharpen"], beyond=True)
