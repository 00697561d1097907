"""The Python interface: load, call, free, chain, recover."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import dtproxies
from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure
from dtproxies import modules
from dtproxies.images.module_spaces import from_space, to_space

RNG = np.random.default_rng(7)
IMAGE = RNG.uniform(0.02, 0.9, (24, 32, 3)).astype(np.float32)


def test_exposure_of_one_stop_doubles_the_light() -> None:
    proxy = dtproxies.load("exposure")
    assert np.allclose(proxy(IMAGE, exposure=1.0), 2 * IMAGE, rtol=1e-6)
    assert proxy.sliders[0].unit == "EV"


@pytest.mark.parametrize("name", plugin_names(modules))
def test_every_proxy_runs_at_its_defaults_and_keeps_the_kind_of_image(name: str) -> None:
    proxy = dtproxies.load(name)
    channels = 1 if proxy.describes.space == "raw" else 3
    pixels = RNG.uniform(0.02, 0.9, (64, 64, channels)).astype(np.float32)
    output = proxy(pixels)
    assert (type(output), output.dtype, output.shape[:2]) == (np.ndarray, np.float32, (64, 64))
    batch = torch.from_numpy(pixels).permute(2, 0, 1)[None].expand(2, -1, -1, -1)
    assert torch.allclose(proxy(batch)[1].permute(1, 2, 0), torch.from_numpy(output), atol=1e-5)


def test_output_equals_the_runner_in_the_spaces_of_the_module() -> None:
    definition = dtproxies.load_definition("vibrance")
    run = dtproxies.torch_runner(definition, dtproxies.weights_of("vibrance"))
    inside = np.asarray(to_space(IMAGE, definition.module.space), np.float32)
    expected = from_space(run(inside, [40.0]).astype(np.float64), definition.module.result_space)
    assert np.allclose(dtproxies.load("vibrance")(IMAGE, amount=40.0), expected, atol=1e-5)
    own = dtproxies.load("vibrance", space=definition.module.space)
    assert np.allclose(own(inside, amount=40.0), run(inside, [40.0]), atol=1e-3)


def test_each_image_of_a_batch_may_have_its_own_slider() -> None:
    batch = torch.full((3, 3, 4, 4), 0.1)
    output = dtproxies.load("exposure")(batch, exposure=torch.tensor([0.0, 1.0, 2.0]))
    assert torch.allclose(output[:, 0, 0, 0], torch.tensor([0.1, 0.2, 0.4]))


def test_gradients_reach_image_and_sliders() -> None:
    proxy = dtproxies.load("sigmoid")
    image = torch.from_numpy(IMAGE).permute(2, 0, 1)[None].requires_grad_()
    free = proxy.free("middle_grey_contrast")
    proxy(image, **free()).mean().backward()
    assert image.grad is not None and float(image.grad.abs().sum()) > 0
    assert free.unbounded.grad is not None and float(free.unbounded.grad.abs()) > 0


def test_free_sliders_stay_inside_their_bounds_and_start_where_they_are_told() -> None:
    free = dtproxies.load("exposure").free(exposure=2.0)
    assert free.values()["exposure"] == pytest.approx(2.0, abs=1e-4)
    with torch.no_grad():
        free.unbounded += 50.0
    assert free.values()["exposure"] == pytest.approx(free.bounds["exposure"][1])


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # from within torch
def test_module_works_with_torch_func() -> None:
    proxy = dtproxies.load("exposure")
    image, row = torch.rand(1, 3, 6, 5), torch.tensor([[slider.default for slider in proxy.sliders]])
    jacobian = torch.func.jacfwd(lambda sliders: proxy.module(image, sliders).mean())(row)
    assert jacobian.shape == row.shape
    assert float(jacobian[0, 0]) == pytest.approx(float(image.mean()) * np.log(2), rel=1e-4)
    per_image = torch.func.vmap(lambda one: proxy.module(one[None], row)[0])(torch.rand(4, 3, 6, 5))
    assert per_image.shape == (4, 3, 6, 5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # from within torch
@pytest.mark.parametrize("name", ["exposure", "sigmoid", "colorbalancergb"])
def test_module_compiles_as_one_graph(name: str) -> None:
    proxy = dtproxies.load(name)
    image, row = torch.rand(1, 3, 6, 5), torch.tensor([[slider.default for slider in proxy.sliders]])
    compiled = torch.compile(proxy.module, backend="aot_eager", fullgraph=True)
    assert torch.allclose(compiled(image, row), proxy.module(image, row), atol=1e-5)


def test_chain_runs_its_proxies_in_order() -> None:
    look = dtproxies.chain(["exposure", "sigmoid"])
    one_by_one = dtproxies.load("sigmoid")(dtproxies.load("exposure")(IMAGE, exposure=0.5))
    assert np.array_equal(look(IMAGE, exposure={"exposure": 0.5}), one_by_one)


def test_search_recovers_the_sliders_of_a_chain() -> None:
    look = dtproxies.chain(["exposure", "velvia"])
    after = look(IMAGE, exposure={"exposure": 0.7}, velvia={"strength": 40.0})
    found = dtproxies.recover(IMAGE, after, look, free={"exposure": ["exposure"], "velvia": ["strength"]})
    assert found.good
    assert found.sliders["exposure"]["exposure"] == pytest.approx(0.7, abs=0.01)
    assert found.sliders["velvia"]["strength"] == pytest.approx(40.0, abs=1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dtproxies.load("exposur"), "exposure"),
        (lambda: dtproxies.load("exposure")(IMAGE, exposre=1.0), "no slider 'exposre'"),
        (lambda: dtproxies.load("exposure")(IMAGE, exposure=90.0), "outside the range"),
        (lambda: dtproxies.load("exposure")(IMAGE, exposure="much"), "no number"),
        (lambda: dtproxies.load("exposure")(IMAGE[:, :, 0]), "24 x 32"),
        (lambda: dtproxies.load("exposure")((IMAGE * 255).astype(np.uint8)), "integers"),
        (lambda: dtproxies.load("exposure")(torch.rand(2, 3, 4, 4), exposure=torch.rand(3)), "one for each image"),
        (lambda: dtproxies.load("sigmoid").free("color_processing"), "is a choice"),
        (lambda: dtproxies.chain(["exposure", "exposure"]), "listed twice"),
        (lambda: dtproxies.chain(["exposure"])(IMAGE, sigmoid={}), "not in the chain"),
        (lambda: dtproxies.recover(IMAGE, IMAGE[:3], dtproxies.chain(["exposure"])), "same size"),
        (lambda: dtproxies.chain("edit.xmp"), "edit.xmp"),
    ],
)
def test_wrong_use_is_one_sentence_with_a_fix(call: Callable[[], object], message: str) -> None:
    with pytest.raises(Failure) as raised:
        call()
    failure = raised.value
    assert failure.fix
    assert message in f"{failure.where} {failure.what} {failure.fix}"


@pytest.mark.darktable
@pytest.mark.usefixtures("darktable")
def test_proxy_equals_the_real_darktable() -> None:
    expected = dtproxies.render_with_darktable(IMAGE, "exposure", exposure=1.0)
    assert np.allclose(dtproxies.load("exposure")(IMAGE, exposure=1.0), expected, atol=1e-5)


@pytest.mark.darktable
@pytest.mark.usefixtures("darktable")
def test_style_of_darktable_becomes_a_chain(tmp_path: Path) -> None:
    (tmp_path / "look.yaml").write_text("modules: {exposure: {sliders: {exposure: 0.5}}, sigmoid: {}}\n")
    look = dtproxies.chain(tmp_path / "look.yaml", IMAGE)
    assert [proxy.name for proxy in look.proxies] == ["exposure", "sigmoid"]
    assert look.settings["exposure"]["exposure"] == 0.5
    assert np.isfinite(look(IMAGE)).all()
