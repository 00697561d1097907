"""Training by Adam, with a formula as the renderer."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable.renderer import Request
from dtproxies.images.image import Pixels, chart
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.training import adam
from dtproxies.training.checkpoint import CHECKPOINT
from dtproxies.training.lbfgs import WEIGHTS, train
from dtproxies.training.log import CURVE, LOG
from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

MODULE = Module(
    name="exposure",
    version=7,
    kind="colour",
    space="input-rgb",
    sliders=(Slider(name="gain", low=0.0, high=1.0, default=0.5, unit="1"),),
    receptive_field=0,
)
QUIET = Console(out=io.StringIO(), remarks=io.StringIO())
SMALL = Recipe(
    optimiser="adam", pairs=8, side=16, steps=24, batch=4, pixels=64, gradient_weight=0.1, learning_rate=0.01
)


def network() -> object:
    from dtproxies.networks.pointwise_network import Mixer

    return Mixer(MODULE, gates=("gain",), width=8, depth=2)


DEFINITION = ProxyDefinition(module=MODULE, network=network, identity={"gain": 0.0})  # type: ignore[arg-type]


class Oracle:
    """Fake renderer: brightens pixels in proportion to their green."""

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            green = np.clip(request.image[..., 1:2], 0, 1)
            yield (request.image * (1 + float(request.sliders["gain"]) * green)).astype(np.float32)


def run(directory: Path, recipe: Recipe = SMALL, definition: ProxyDefinition = DEFINITION) -> bytes:
    train(definition, Oracle(), [chart(32, 1)], directory, darktable="5.4.1", console=QUIET, recipe=recipe)
    return (directory / WEIGHTS).read_bytes()


def interrupt(directory: Path, monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Train, and interrupt as by Ctrl-C in the step `after`."""
    advance, steps = adam._Run._advance, 0

    def counted(self: adam._Run, batch: adam.Batch) -> float:
        nonlocal steps
        steps += 1
        if steps == after:
            import signal

            signal.raise_signal(signal.SIGINT)
        return advance(self, batch)

    with monkeypatch.context() as patched:
        patched.setattr(adam._Run, "_advance", counted)
        with pytest.raises(KeyboardInterrupt):
            run(directory)


@pytest.mark.parametrize("after", [1, 11, 24])
def test_resumed_training_gives_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    interrupt(tmp_path / "two", monkeypatch, after=after)
    assert (tmp_path / "two" / CHECKPOINT).exists()
    assert not (tmp_path / "two" / WEIGHTS).exists()
    assert run(tmp_path / "two") == run(tmp_path / "one")
    logs = [
        [{**json.loads(line), "seconds": 0} for line in (tmp_path / one / LOG).read_text().splitlines()]
        for one in ("one", "two")
    ]
    assert logs[0] == logs[1]
    assert not (tmp_path / "two" / CHECKPOINT).exists()


def test_checkpoint_of_another_recipe_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(tmp_path, monkeypatch, after=3)
    with pytest.raises(Failure, match="another recipe"):
        run(tmp_path, replace(SMALL, steps=25))
    assert (tmp_path / CHECKPOINT).exists()


def test_broken_checkpoint_is_rejected(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"PK half a file")
    with pytest.raises(Failure, match="not a training checkpoint") as exc:
        run(tmp_path)
    assert exc.value.fix == "remove the file to start again"


def test_training_improves_the_check_psnr(tmp_path: Path) -> None:
    run(tmp_path, replace(SMALL, steps=300, weight_average=0.9))
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    checked = [line["check_psnr"] for line in lines if "check_psnr" in line]
    assert checked[-1] > checked[0] + 6
    assert lines[-1]["step"] == 300
    assert (tmp_path / CURVE).stat().st_size > 1000


def test_idle_module_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Oracle, "render_many", lambda _, requests: (request.image for request in requests))
    with pytest.raises(Failure, match="it did not run"):
        run(tmp_path)


def test_training_stops_at_an_infinite_loss(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the loss is"):
        run(tmp_path, replace(SMALL, learning_rate=1e30))


def test_learning_rate_warms_up_and_decays_to_zero() -> None:
    recipe = replace(SMALL, steps=1000)
    rates = [adam.learning_rate_at(step, recipe) for step in range(1, 1001)]
    assert max(rates) == pytest.approx(recipe.learning_rate)
    assert rates.index(max(rates)) == 99
    assert rates[0] < recipe.learning_rate / 50
    assert rates[-1] == pytest.approx(0, abs=1e-12)
