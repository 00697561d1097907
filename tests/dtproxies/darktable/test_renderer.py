import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dtbase.system.errors import Failure, WrongUsage
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.renderer import Renderer, Request
from dtproxies.darktable.sidecar_writer import Step

pytestmark = pytest.mark.darktable

HEIGHT, WIDTH = 72, 96

VECTORS: dict[str, list[dict[str, float | str]]] = {
    "exposure": [{"exposure": 0.7, "black": 0.002}, {"exposure": -2.25}, {"black": -0.1, "exposure": 3}],
    "sharpen": [{"amount": 1.2}, {"radius": 8, "threshold": 0}, {"radius": 0.5, "amount": 2, "threshold": 1}],
    "colorbalancergb": [
        {"vibrance": 0.4, "contrast": 0.2},
        {"shadows_Y": -0.3, "global_C": 0.2, "global_H": 220, "hue_angle": 40},
        {"brilliance_highlights": 0.5, "saturation_formula": "DT_COLORBALANCE_SATURATION_JZAZBZ"},
    ],
    "sigmoid": [
        {"middle_grey_contrast": 1.8},
        {"contrast_skewness": -0.5, "hue_preservation": 0},
        {"color_processing": 1},
    ],
    "bilat": [{"detail": 0.6}, {"detail": -0.5, "midtone": 0.2}, {"mode": 0, "sigma_r": 20, "sigma_s": 30}],
    "velvia": [{"strength": 40}, {"strength": 90, "bias": 0.2}],
    "vibrance": [{"amount": 50}, {"amount": 100}],
    "colisa": [{"contrast": 0.3, "saturation": 0.2}, {"contrast": -0.5, "brightness": 0.4}, {"saturation": -1}],
    "shadhi": [{"shadows": 70}, {"highlights": -90, "radius": 20, "compress": 20}, {"shadhi_algo": 0, "whitepoint": 4}],
}


def make_image(seed: int = 0) -> NDArray[np.float32]:
    """Build an image of coloured squares with grain, from black to above white."""
    rng = np.random.default_rng(seed)
    squares = np.kron(rng.uniform(0, 1.6, (HEIGHT // 12, WIDTH // 12, 3)), np.ones((12, 12, 1)))
    return (squares + rng.uniform(0, 0.05, squares.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def renderer(darktable: Darktable) -> Iterator[Renderer]:
    with Renderer(darktable, list(VECTORS), height=HEIGHT, width=WIDTH, workers=2) as opened:
        yield opened


@pytest.mark.parametrize(
    ("module", "sliders"), [(module, sliders) for module, vectors in VECTORS.items() for sliders in vectors]
)
def test_render_equals_darktables_own_pipe(
    darktable: Darktable,
    layouts: dict[str, ModuleLayout],
    renderer: Renderer,
    module: str,
    sliders: dict[str, float | str],
) -> None:
    pipe = dump(darktable, make_image(), [Step(module, sliders)], layouts)[module]
    result = renderer.render(module, pipe.input, sliders)
    assert np.isfinite(result).all()
    assert np.array_equal(result, pipe.output)
    assert not np.array_equal(result, pipe.input)


def test_sliders_change_the_image(renderer: Renderer) -> None:
    for module, vectors in VECTORS.items():
        result = [renderer.render(module, make_image(), sliders) for sliders in vectors]
        assert not np.array_equal(result[0], result[1]), module


def test_renders_are_independent_of_earlier_renders(renderer: Renderer) -> None:
    first = [renderer.render(module, make_image(), vectors[0]) for module, vectors in VECTORS.items()]
    for module, vectors in VECTORS.items():
        renderer.render(module, make_image(1), vectors[1])
    again = [renderer.render(module, make_image(), vectors[0]) for module, vectors in VECTORS.items()]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_unwritten_pixels_are_black(darktable: Darktable) -> None:
    bright = np.full((30, 41, 3), 3, np.float32)
    with Renderer(darktable, ["censorize"], height=30, width=41) as renderer:
        for _ in range(3):
            result = renderer.render("censorize", bright, {"pixelate": 4})
            assert result[:-1, :-1].all()
            assert not result[-1].any()
            assert not result[:, -1].any()


def test_render_many_keeps_the_order_of_requests(renderer: Renderer) -> None:
    gains = [0, 1, 2, 3, -1, -2] * 5
    requests = [
        request
        for gain in gains
        for request in (Request("bilat", make_image()), Request("exposure", make_image(), {"exposure": gain}))
    ]
    result = list(renderer.render_many(requests))[1::2]
    assert all(np.array_equal(one, make_image() * 2.0**gain) for gain, one in zip(gains, result, strict=True))


def test_requests_are_consumed_lazily(renderer: Renderer) -> None:
    taken = 0

    def endless() -> Iterator[Request]:
        nonlocal taken
        while True:
            taken += 1
            yield Request("exposure", make_image())

    results = renderer.render_many(endless())
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]
    assert taken <= 30


def test_invalid_request_stops_the_others_and_leaves_no_thread(renderer: Renderer) -> None:
    requests = [Request("exposure", make_image())] * 3 + [Request("exposure", make_image(), {"exposure": 99})]
    with pytest.raises(WrongUsage, match="outside -18 to 18"):
        list(renderer.render_many(requests * 3))
    assert np.array_equal(renderer.render("exposure", make_image()), make_image())


def test_renderer_is_thread_safe(renderer: Renderer) -> None:
    def render(gain: float) -> NDArray[np.float32]:
        return renderer.render("exposure", make_image(), {"exposure": gain})

    gains = [-2.0, -1.0, 1.0, 2.0] * 10
    with ThreadPoolExecutor(4) as threads:
        result = list(threads.map(render, gains))
    assert all(np.array_equal(one, make_image() * 2.0**gain) for gain, one in zip(gains, result, strict=True))


def test_image_size_may_change(darktable: Darktable) -> None:
    image = make_image()[:40, :60]
    with (
        Renderer(darktable, ["vignette"], height=HEIGHT, width=WIDTH) as changing,
        Renderer(darktable, ["vignette"], height=40, width=60) as fitting,
    ):
        large = changing.render("vignette", make_image())
        result = changing.render("vignette", image)
        assert np.array_equal(result, fitting.render("vignette", image))
        assert np.array_equal(changing.render("vignette", make_image()), large)


def test_wrong_number_of_channels_is_rejected(renderer: Renderer) -> None:
    with pytest.raises(Failure, match=r"\(8, 8, 1\), expected height x width x 3"):
        renderer.render("exposure", np.zeros((8, 8, 1), np.float32))


def test_unknown_modules_and_sliders_suggest_similar_names(darktable: Darktable, renderer: Renderer) -> None:
    with pytest.raises(WrongUsage, match="did you mean exposure"):
        Renderer(darktable, ["expsure"], height=8, width=8)
    with pytest.raises(WrongUsage, match="not set up for module 'bloom'"):
        renderer.render("bloom", make_image())
    with pytest.raises(WrongUsage, match="did you mean strength"):
        renderer.render("velvia", make_image(), {"strenght": 1})


@pytest.mark.parametrize("module", ["rawprepare", "gamma"])
def test_modules_with_integer_buffers_are_rejected(darktable: Darktable, module: str) -> None:
    with pytest.raises(Failure, match=f"module {module} cannot be rendered alone"):
        Renderer(darktable, [module], height=8, width=8)


def test_size_changes_are_rejected(darktable: Darktable) -> None:
    with Renderer(darktable, ["crop"], height=HEIGHT, width=WIDTH) as renderer:
        with pytest.raises(Failure, match="changes the size of the image, from 96 x 72 to"):
            renderer.render("crop", make_image(), {"cx": 0.25})
        assert np.array_equal(renderer.render("crop", make_image()), make_image())


def test_renderer_reports_input_spaces(renderer: Renderer) -> None:
    assert [renderer.spaces[name].input for name in ("exposure", "velvia", "sharpen")] == [
        "input-rgb",
        "work-rgb",
        "lab",
    ]


def test_crash_names_module_and_sliders(darktable: Darktable) -> None:
    with Renderer(darktable, ["sharpen", "exposure"], height=HEIGHT, width=WIDTH) as renderer:
        checked = renderer.layouts["sharpen"]
        unchecked = replace(checked, fields=tuple(replace(field, min=None) for field in checked.fields))
        renderer.layouts = {**renderer.layouts, "sharpen": unchecked}
        with pytest.raises(Failure, match="crashed") as crash:
            renderer.render("sharpen", make_image(), {"radius": -2})
        assert crash.value.where == "sharpen (radius=-2)"
        doubled = renderer.render("exposure", make_image(), {"exposure": 1})
        assert np.array_equal(doubled, make_image() * 2), "the next call restarts darktable"


def test_library_of_another_version_is_rejected(darktable: Darktable) -> None:
    other = replace(darktable, version="5.2.0")
    with pytest.raises(Failure, match=rf"has version {darktable.version}, but darktable-cli has version 5\.2\.0"):
        Renderer(other, ["exposure"], height=8, width=8)


AT_DEFAULTS = ["tonecurve", "rgbcurve", "levels", "rgblevels", "colorin", "colorout", "grain", "colorreconstruct"]
"""Modules with image-dependent defaults: curves with end points, image profiles, noise seeded by the file name."""


def test_defaults_are_darktables_for_the_image(darktable: Darktable) -> None:
    with Renderer(darktable, AT_DEFAULTS, height=HEIGHT, width=WIDTH) as renderer:
        dumped = dump(darktable, make_image(), [Step(module) for module in AT_DEFAULTS], renderer.layouts)
        for module, pipe in dumped.items():
            result = renderer.render(module, pipe.input)
            assert np.array_equal(result, pipe.output), module
            assert np.abs(result).max() > 0.5, f"{module}: an empty curve yields black"
        assert renderer.spaces["colorin"] == ("input-rgb", "lab")
        assert renderer.spaces["colorout"] == ("lab", "display")


RAW: list[list[Step]] = [
    [Step("temperature"), Step("highlights"), Step("demosaic"), Step("denoiseprofile")],
    [
        Step("highlights", {"mode": "DT_IOP_HIGHLIGHTS_CLIP", "clip": 0.6}),
        Step("demosaic", {"demosaicing_method": "DT_IOP_DEMOSAIC_PPG"}),
        Step("denoiseprofile", {"mode": "MODE_NLMEANS", "strength": 2.0}),
    ],
    [Step("temperature", {"red": 2.0, "blue": 1.5})],
    [Step("temperature"), Step("highlights"), Step("demosaic"), Step("denoiseprofile")],
]
"""Histories to render; the last repeats the first after others have run."""


def mosaic(seed: int = 0) -> NDArray[np.uint16]:
    """Build sensor data of grey squares with grain, some of them saturated."""
    rng = np.random.default_rng(seed)
    squares = np.kron(rng.uniform(0, 1.4, (6, 8)), np.ones((16, 16))) * 15000
    return np.clip(squares + rng.uniform(0, 300, squares.shape) + 600, 0, 16383).astype(np.uint16)


def test_render_of_sensor_data_equals_darktables_own_pipe(darktable: Darktable) -> None:
    names = [step.module for step in RAW[0]]
    with Renderer(darktable, names, height=96, width=128, mosaic=True) as renderer:
        assert renderer.spaces["demosaic"] == ("raw", "input-rgb")
        for steps in RAW:
            dumped = dump(darktable, mosaic(), steps, renderer.layouts)
            for step in steps:
                pipe = dumped[step.module]
                result = renderer.render(step.module, pipe.input, step.sliders)
                assert result.shape == pipe.output.shape
                assert np.array_equal(result, pipe.output), step
                assert pipe.input.shape != pipe.output.shape or not np.array_equal(result, pipe.input), step


def test_module_converts_its_own_earlier_parameters(renderer: Renderer, layouts: dict[str, ModuleLayout]) -> None:
    version_5 = struct.pack("<i4f", 0, 0.002, 0.7, 50, -4)
    params = renderer.upgrade("exposure", version_5, 5)
    values = layouts["exposure"].unpack(params)
    assert (values["exposure"], values["black"]) == pytest.approx((0.7, 0.002))
    expected = renderer.render("exposure", make_image(), {"exposure": 0.7, "black": 0.002})
    assert np.array_equal(renderer.render_parameters("exposure", make_image(), params), expected)


def test_unknown_version_of_parameters_is_a_failure(renderer: Renderer) -> None:
    with pytest.raises(Failure, match="cannot convert its parameters of version 0"):
        renderer.upgrade("velvia", bytes(1), 0)
