"""Baselines and slider sensitivity, compared with formulas instead of darktable."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pytest

from dtproxies.darktable.renderer import Request
from dtproxies.evaluation.baselines import Baselines
from dtproxies.evaluation.slider_sensitivity import slider_sensitivities
from dtproxies.images.image import Pixels, chart, to_module_space
from dtproxies.images.metrics import compare
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.vocabulary.module import Module, Slider, choice

MODULE = Module(
    name="exposure",
    version=7,
    kind="colour",
    space="work-rgb",
    sliders=(
        Slider(name="gain", low=0.5, high=2.0, default=1.0, unit="1", scale="log"),
        choice("grey", 0, off=0, on=1),
    ),
    receptive_field=0,
)
DEFINITION = ProxyDefinition(module=MODULE, network=lambda: None)  # type: ignore[arg-type,return-value]


def formula(image: Pixels, gain: float, grey: float = 0) -> Pixels:
    output = image * gain
    return (output.mean(axis=2, keepdims=True) + 0 * output if grey else output).astype(np.float32)


class Oracle:
    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            yield formula(request.image, **{name: float(value) for name, value in request.sliders.items()})


def test_nearest_setting_has_the_same_choice() -> None:
    baselines = Baselines(DEFINITION, Oracle(), 64)
    source = to_module_space(chart(32, 1), MODULE)
    for gain in (0.6, 1.0, 1.9):
        for grey in (0.0, 1.0):
            output = baselines.nearest(np.array([gain, grey]), source)
            assert np.allclose(output[..., 0] == output[..., 1], grey == 1, atol=0) or grey == 1
            expected = formula(source, gain, grey)
            assert compare(output, expected, MODULE).display_psnr > 20


def test_interpolated_luts_are_more_accurate_with_more_knots() -> None:
    source = to_module_space(chart(32, 2), MODULE)
    expected = formula(source, 1.2)
    coarse, fine = (
        Baselines(DEFINITION, Oracle(), side).interpolated(np.array([1.2, 0.0]), source) for side in (32, 192)
    )
    assert coarse is not None
    assert fine is not None
    assert compare(fine, expected, MODULE).display_psnr > compare(coarse, expected, MODULE).display_psnr
    assert compare(fine, expected, MODULE).display_psnr > 30


def test_reversed_slider_has_negative_gradient_cosine() -> None:
    def perfect(image: Pixels, sliders: Sequence[float] | np.ndarray) -> Pixels:
        return formula(image, *map(float, sliders))

    def reversed_(image: Pixels, sliders: Sequence[float] | np.ndarray) -> Pixels:
        return formula(image, 1 / float(sliders[0]), float(sliders[1]))

    (good,) = slider_sensitivities(DEFINITION, perfect, Oracle())
    assert good.slider == "gain", "a choice has no gradient"
    assert good.cosine == pytest.approx(1)
    assert good.magnitude == pytest.approx(1)
    assert (good.turns, good.sweep_worst) == (0, 150)
    (bad,) = slider_sensitivities(DEFINITION, reversed_, Oracle())
    assert bad.cosine is not None
    assert bad.cosine < -0.9
    assert bad.turns >= 30
    assert bad.sweep_error > 0.5
