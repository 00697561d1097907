"""Training by L-BFGS and evaluation, with formulas as the renderer."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter
from torch import Tensor, nn

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable.renderer import Request
from dtproxies.evaluation.console_report import print_evaluation
from dtproxies.evaluation.golden import golden
from dtproxies.evaluation.run import evaluate
from dtproxies.images.image import Pixels
from dtproxies.images.metrics import CAP
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import torch_runner
from dtproxies.render.pairs import Pair
from dtproxies.training.lbfgs import WEIGHTS, fit, train
from dtproxies.training.log import LOG
from dtproxies.vocabulary.recipe import Recipe

EXPOSURE = load_definition("exposure")
SHARPEN = load_definition("sharpen")
QUIET = Console(out=io.StringIO(), remarks=io.StringIO())
SMALL = Recipe(pairs=24, side=32)


class Oracle:
    """Fake renderer: exposure changes by `per_stop` stops per stop, and sharpen is 10 % too strong."""

    def __init__(self, per_stop: float = 1.0) -> None:
        self.per_stop = per_stop

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            sliders = {name: float(value) for name, value in request.sliders.items()}
            output = (
                self._exposure(request.image, **sliders)
                if "black" in sliders
                else self._sharpen(request.image, sliders)
            )
            yield output.astype(np.float32)

    def _exposure(self, image: Pixels, exposure: float, black: float) -> Pixels:
        return (image - black) / (2.0 ** (-exposure * self.per_stop) - black)

    def _sharpen(self, image: Pixels, sliders: dict[str, float]) -> Pixels:
        network = SHARPEN.network().double()
        with torch.no_grad():
            for value, scale in zip((1.0, 1.1, 1.0), network.parameters(), strict=True):
                scale.fill_(value)
            planes = torch.from_numpy(image.astype(np.float64)).permute(2, 0, 1)[None]
            output = network(planes, torch.tensor([list(sliders.values())], dtype=torch.float64))
        found: Pixels = output[0].permute(1, 2, 0).numpy()
        return found


class Idle:
    """Fake renderer that returns its input."""

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            yield request.image


@pytest.mark.parametrize("per_stop", [1.0, 0.9])
def test_lbfgs_recovers_the_parameters(tmp_path: Path, per_stop: float) -> None:
    oracle = Oracle(per_stop)
    last = train(EXPOSURE, oracle, [], tmp_path, darktable="5.4.1", console=QUIET, recipe=SMALL)
    assert last.parameters["rate"] == pytest.approx(per_stop * np.log(2), abs=1e-6)
    assert last.parameters["offset"] == pytest.approx(1, abs=1e-6)


def test_lbfgs_recovers_scaled_parameters(tmp_path: Path) -> None:
    last = train(SHARPEN, Oracle(), [], tmp_path, darktable="5.4.1", console=QUIET, recipe=SMALL)
    found = last.parameters
    assert found["amount_scale"] == pytest.approx(1.1, abs=1e-4)
    assert found["radius_scale"] == pytest.approx(1, abs=1e-4)
    assert found["threshold_scale"] == pytest.approx(1, abs=1e-4)


class Steep(nn.Module):
    """Gain with one parameter: flat near zero, and very steep farther away."""

    def __init__(self) -> None:
        super().__init__()
        self.number = nn.Parameter(torch.tensor(0.0))

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        return image * torch.exp(self.number + (20 * self.number) ** 4)


def test_line_search_shortens_a_long_first_step() -> None:
    image = np.full((4, 4, 3), 0.5, np.float32)
    pair = Pair("flat", np.zeros(2), image, (image * np.exp(0.01 + 0.2**4)).astype(np.float32))
    steps = list(fit(Steep(), [pair], EXPOSURE.module, SMALL))
    assert steps[-1].parameters["number"] == pytest.approx(0.01, abs=1e-5)


def test_log_has_every_step_and_the_loss_decreases(tmp_path: Path) -> None:
    last = train(EXPOSURE, Oracle(), [], tmp_path, darktable="5.4.1", console=QUIET, recipe=SMALL)
    steps = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert [step["step"] for step in steps] == list(range(last.step + 1))
    assert steps[0]["parameters"] == {"rate": 0.5, "offset": 0.5}
    assert steps[-1]["loss"] < 1e-6 * steps[0]["loss"]


def test_adam_approaches_the_parameters(tmp_path: Path) -> None:
    recipe = replace(SMALL, optimiser="adam", steps=120, learning_rate=0.03, weight_average=0.9)
    last = train(EXPOSURE, Oracle(), [], tmp_path, darktable="5.4.1", console=QUIET, recipe=recipe)
    assert last.parameters["rate"] == pytest.approx(np.log(2), abs=0.05)


def test_same_seed_gives_identical_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(EXPOSURE, Oracle(), [], tmp_path / name, darktable="5.4.1", console=QUIET, recipe=SMALL)
    for file in (WEIGHTS, LOG):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_idle_module_fails_without_weights(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="it did not run"):
        train(EXPOSURE, Idle(), [], tmp_path, darktable="5.4.1", console=QUIET, recipe=SMALL)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("trained")
    train(EXPOSURE, Oracle(), [], directory, darktable="5.4.1", console=QUIET, recipe=SMALL)
    return directory / WEIGHTS


def evaluate_psnr(definition: ProxyDefinition, weights: Path, oracle: Oracle) -> tuple[float, float, float]:
    found = evaluate(definition, torch_runner(definition, weights), oracle, [], console=QUIET, pairs=16, side=64)
    return found.proxy["display_psnr"].mean, found.identity["display_psnr"].mean, found.checks.shuffled_psnr


def test_shuffled_sliders_lower_the_psnr(trained: Path) -> None:
    good, idle, shuffled = evaluate_psnr(EXPOSURE, trained, Oracle())
    assert good > CAP - 15
    assert shuffled < 40
    assert idle < 40


def test_proxy_of_another_behaviour_has_low_psnr(trained: Path) -> None:
    assert evaluate_psnr(EXPOSURE, trained, Oracle(0.9))[0] < 50


def test_report_compares_the_proxy_with_baselines(trained: Path) -> None:
    console = Console(out=io.StringIO(), remarks=io.StringIO())
    run = torch_runner(EXPOSURE, trained)
    print_evaluation(console, evaluate(EXPOSURE, run, Oracle(), [], console=console, pairs=8, side=64))
    text = console.out.getvalue()  # type: ignore[attr-defined]
    assert all(word in text for word in ("proxy", "baseline: identity", "p5", "min", "sliders of another image"))


def test_wrong_identity_fails(trained: Path) -> None:
    wrong = replace(EXPOSURE, identity={"exposure": 1.0})
    with pytest.raises(Failure, match="no identity"):
        evaluate(wrong, torch_runner(EXPOSURE, trained), Oracle(), [], console=QUIET, pairs=8, side=64)


@pytest.mark.parametrize(("radius", "good"), [(100, True), (99, False), (0, False)])
def test_tile_check_detects_a_small_receptive_field(radius: int, *, good: bool) -> None:
    def spread_by_100(image: Pixels, _: Iterable[float]) -> Pixels:
        return uniform_filter(image.astype(np.float64), (201, 201, 1), mode="constant")

    changed = replace(EXPOSURE, module=replace(EXPOSURE.module, receptive_field=radius), identity=None)
    found = evaluate(changed, spread_by_100, Oracle(), [], console=QUIET, pairs=2, side=64, brief=True)
    assert found.checks.tile_error is not None
    assert (found.checks.tile_error < 1e-9) == good


def test_golden_pairs_start_at_the_defaults(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    golden(SHARPEN, Oracle(), [], tmp_path / "golden.safetensors", darktable="5.4.1", pairs=3)
    tensors = load_file(tmp_path / "golden.safetensors")
    assert {name: tensor.shape for name, tensor in tensors.items()} == {
        "input": (3, 3, 64, 64),
        "output": (3, 3, 64, 64),
        "sliders": (3, 3),
    }
    assert tensors["sliders"][0].tolist() == [slider.default for slider in SHARPEN.module.sliders]
    assert not np.array_equal(tensors["input"], tensors["output"])
