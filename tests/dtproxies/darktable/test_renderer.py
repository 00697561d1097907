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


def picture(seed: int = 0) -> NDArray[np.float32]:
    """Coloured squares with grain, from black to above white."""
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
def test_renders_what_darktables_own_pipe_renders_from_the_sidecar(
    darktable: Darktable,
    layouts: dict[str, ModuleLayout],
    renderer: Renderer,
    module: str,
    sliders: dict[str, float | str],
) -> None:
    pipe = dump(darktable, picture(), [Step(module, sliders)], layouts)[module]
    made = renderer.render(module, pipe.input, sliders)
    assert np.isfinite(made).all()
    assert np.array_equal(made, pipe.output)
    assert not np.array_equal(made, pipe.input)


def test_sliders_change_the_image(renderer: Renderer) -> None:
    for module, vectors in VECTORS.items():
        made = [renderer.render(module, picture(), sliders) for sliders in vectors]
        assert not np.array_equal(made[0], made[1]), module


def test_a_render_depends_on_nothing_that_went_before(renderer: Renderer) -> None:
    first = [renderer.render(module, picture(), vectors[0]) for module, vectors in VECTORS.items()]
    for module, vectors in VECTORS.items():
        renderer.render(module, picture(1), vectors[1])
    again = [renderer.render(module, picture(), vectors[0]) for module, vectors in VECTORS.items()]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_what_a_module_never_writes_is_black(darktable: Darktable) -> None:
    bright = np.full((30, 41, 3), 3, np.float32)
    with Renderer(darktable, ["censorize"], height=30, width=41) as renderer:
        for _ in range(3):
            made = renderer.render("censorize", bright, {"pixelate": 4})
            assert made[:-1, :-1].all()
            assert not made[-1].any()
            assert not made[:, -1].any()


def test_many_come_in_the_order_of_their_requests(renderer: Renderer) -> None:
    gains = [0, 1, 2, 3, -1, -2] * 5
    requests = [
        request
        for gain in gains
        for request in (Request("bilat", picture()), Request("exposure", picture(), {"exposure": gain}))
    ]
    made = list(renderer.render_many(requests))[1::2]
    assert all(np.array_equal(one, picture() * 2.0**gain) for gain, one in zip(gains, made, strict=True))


def test_requests_are_taken_as_needed(renderer: Renderer) -> None:
    taken = 0

    def endless() -> Iterator[Request]:
        nonlocal taken
        while True:
            taken += 1
            yield Request("exposure", picture())

    results = renderer.render_many(endless())
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]
    assert taken <= 30


def test_a_mistake_in_one_request_stops_the_others_and_leaves_no_thread_hanging(renderer: Renderer) -> None:
    requests = [Request("exposure", picture())] * 3 + [Request("exposure", picture(), {"exposure": 99})]
    with pytest.raises(WrongUsage, match="outside -18 to 18"):
        list(renderer.render_many(requests * 3))
    assert np.array_equal(renderer.render("exposure", picture()), picture())


def test_several_threads_may_share_a_renderer(renderer: Renderer) -> None:
    def render(gain: float) -> NDArray[np.float32]:
        return renderer.render("exposure", picture(), {"exposure": gain})

    gains = [-2.0, -1.0, 1.0, 2.0] * 10
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(render, gains))
    assert all(np.array_equal(one, picture() * 2.0**gain) for gain, one in zip(gains, made, strict=True))


def test_an_image_of_another_size_is_rendered_as_by_a_renderer_of_that_size(darktable: Darktable) -> None:
    image = picture()[:40, :60]
    with (
        Renderer(darktable, ["vignette"], height=HEIGHT, width=WIDTH) as changing,
        Renderer(darktable, ["vignette"], height=40, width=60) as fitting,
    ):
        large = changing.render("vignette", picture())
        made = changing.render("vignette", image)
        assert np.array_equal(made, fitting.render("vignette", image))
        assert np.array_equal(changing.render("vignette", picture()), large)


def test_an_image_with_other_channels_is_refused(renderer: Renderer) -> None:
    with pytest.raises(Failure, match=r"\(8, 8, 1\), expected height x width x 3"):
        renderer.render("exposure", np.zeros((8, 8, 1), np.float32))


def test_unknown_modules_and_sliders_are_wrong_usage(darktable: Darktable, renderer: Renderer) -> None:
    with pytest.raises(WrongUsage, match="did you mean exposure"):
        Renderer(darktable, ["expsure"], height=8, width=8)
    with pytest.raises(WrongUsage, match="not set up for module 'bloom'"):
        renderer.render("bloom", picture())
    with pytest.raises(WrongUsage, match="did you mean strength"):
        renderer.render("velvia", picture(), {"strenght": 1})


@pytest.mark.parametrize("module", ["rawprepare", "gamma"])
def test_modules_whose_pixels_are_no_numbers_of_light_are_refused(darktable: Darktable, module: str) -> None:
    with pytest.raises(Failure, match=f"module {module} cannot be rendered alone"):
        Renderer(darktable, [module], height=8, width=8)


def test_sliders_that_change_the_size_are_refused_and_others_are_not(darktable: Darktable) -> None:
    with Renderer(darktable, ["crop"], height=HEIGHT, width=WIDTH) as renderer:
        with pytest.raises(Failure, match="changes the size of the image, from 96 x 72 to"):
            renderer.render("crop", picture(), {"cx": 0.25})
        assert np.array_equal(renderer.render("crop", picture()), picture())


def test_says_in_which_colours_a_module_works(renderer: Renderer) -> None:
    assert [renderer.spaces[name].input for name in ("exposure", "velvia", "sharpen")] == [
        "input-rgb",
        "work-rgb",
        "lab",
    ]


def test_a_crash_is_a_failure_that_names_module_and_sliders(darktable: Darktable) -> None:
    with Renderer(darktable, ["sharpen", "exposure"], height=HEIGHT, width=WIDTH) as renderer:
        checked = renderer.layouts["sharpen"]
        unchecked = replace(checked, fields=tuple(replace(field, min=None) for field in checked.fields))
        renderer.layouts = {**renderer.layouts, "sharpen": unchecked}
        with pytest.raises(Failure, match="crashed") as crash:
            renderer.render("sharpen", picture(), {"radius": -2})
        assert crash.value.where == "sharpen (radius=-2)"
        doubled = renderer.render("exposure", picture(), {"exposure": 1})
        assert np.array_equal(doubled, picture() * 2), "the next call starts darktable again"


def test_another_version_of_the_library_is_refused(darktable: Darktable) -> None:
    other = replace(darktable, version="5.2.0")
    with pytest.raises(Failure, match=rf"has version {darktable.version}, but darktable-cli has version 5\.2\.0"):
        Renderer(other, ["exposure"], height=8, width=8)


AT_DEFAULTS = ["tonecurve", "rgbcurve", "levels", "rgblevels", "colorin", "colorout", "grain", "colorreconstruct"]
"""Curves with end points, profiles of the image, noise placed by the name of the file."""


def test_defaults_are_those_that_darktable_sets_for_the_image(darktable: Darktable) -> None:
    with Renderer(darktable, AT_DEFAULTS, height=HEIGHT, width=WIDTH) as renderer:
        dumped = dump(darktable, picture(), [Step(module) for module in AT_DEFAULTS], renderer.layouts)
        for module, pipe in dumped.items():
            made = renderer.render(module, pipe.input)
            assert np.array_equal(made, pipe.output), module
            assert np.abs(made).max() > 0.5, f"{module}: an empty curve makes black"
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
"""The last as the first, after others have run."""


def mosaic(seed: int = 0) -> NDArray[np.uint16]:
    """Grey squares with grain as a sensor counts them, some of them full."""
    rng = np.random.default_rng(seed)
    squares = np.kron(rng.uniform(0, 1.4, (6, 8)), np.ones((16, 16))) * 15000
    return np.clip(squares + rng.uniform(0, 300, squares.shape) + 600, 0, 16383).astype(np.uint16)


def test_renders_sensor_data_as_darktables_own_pipe_does(darktable: Darktable) -> None:
    names = [step.module for step in RAW[0]]
    with Renderer(darktable, names, height=96, width=128, mosaic=True) as renderer:
        assert renderer.spaces["demosaic"] == ("raw", "input-rgb")
        for steps in RAW:
            dumped = dump(darktable, mosaic(), steps, renderer.layouts)
            for step in steps:
                pipe = dumped[step.module]
                made = renderer.render(step.module, pipe.input, step.sliders)
                assert made.shape == pipe.output.shape
                assert np.array_equal(made, pipe.output), step
                assert pipe.input.shape != pipe.output.shape or not np.array_equal(made, pipe.input), step
