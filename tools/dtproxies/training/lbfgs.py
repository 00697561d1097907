"""Train the proxy of a module on darktable's renders: by L-BFGS for a few constants, or by Adam for a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.images.image import LinearImage
from dtproxies.images.training_images import ImageSequence
from dtproxies.networks.frame import call
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.weight_files import WEIGHTS
from dtproxies.proxy.weights import store
from dtproxies.render.pairs import Pair, Renders, render_pairs
from dtproxies.render.session import Session, session
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.render.upstream_modules import Upstream
from dtproxies.training.adam import descend
from dtproxies.training.batches import as_batch
from dtproxies.training.checkpoint import STATE
from dtproxies.training.log import write_log
from dtproxies.training.training_loss import encode
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

SETTLED = 1e-14
"""A mean square of encoded pixels below this is rounding."""
LOOKS = 24
"""At the loss, for one step of the fit; most need three."""
FEW = 16
"""Networks with no more numbers than this have all of them in every line of the log."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The network after one step of the fit."""

    step: int
    loss: float
    parameters: dict[str, float] = field(default_factory=dict)
    """All numbers of the network by name, when they are few."""


def train(
    given: ProxyDefinition,
    renderer: Renders,
    photographs: Sequence[LinearImage],
    directory: Path,
    *,
    darktable: str,
    console: Console,
    recipe: Recipe | None = None,
) -> Step:
    """Render pairs, fit the network, and write `weights.safetensors` and `training.jsonl` into `directory`.

    Small steps also write `training.png`, the curve, and while they go on `training.state`: when the same is asked for
    again after an interruption, training goes on after the last step done.

    Args:
        given: the module and its network.
        renderer: set up for the module and for the size that the recipe names.
        photographs: to fit on, at least as large as the recipe says.
        directory: for the files; each is written atomically.
        darktable: version of the darktable behind the renderer.
        console: where progress goes.
        recipe: how to fit; by default as the file of the module says.

    Returns:
        The last step.

    Raises:
        Failure: the module did not run, or the fit ended in numbers that are not finite.
    """
    recipe = recipe or given.recipe
    scenes = ImageSequence.of(recipe, photographs)
    if recipe.optimiser == "lbfgs":
        with half_the_cores():
            network, log = _fit_at_once(given, renderer, scenes, recipe, console)
        last = log[-1]
        write_log(directory, [vars(step) for step in log], given.module.name, curve=False)
    else:
        with half_the_cores():
            network, lines = descend(given, renderer, scenes, directory, recipe=recipe, console=console)
        last = Step(step=lines[-1]["step"], loss=lines[-1]["loss"], parameters=_few(network))
    store(directory / WEIGHTS, network, given.module, darktable=darktable, seed=recipe.seed)
    (directory / STATE).unlink(missing_ok=True)
    return last


def train_module(console: Console, name: str, directory: Path, images: Path, *, seed: int | None = None) -> None:
    """Train the proxy of the module `name` with the installed darktable, and print the result.

    Raises:
        WrongUsage: no proxy of such a module is known.
        Failure: as `train`, or there is no darktable or no photograph.
    """
    recipe = load_definition(name).recipe
    if seed is not None:
        recipe = recipe.seeded(seed)
    with session(name, images, "fit", side=recipe.side, upstream=recipe.upstream) as given:
        last = _train_in(given, directory, console, recipe)
    found = ", ".join(f"{number} {value:.8g}" for number, value in last.parameters.items())
    console.say(f"{directory / WEIGHTS}: {found or name} after {last.step} steps, loss {last.loss:.2g}")


def fit(network: nn.Module, pairs: Sequence[Pair], module: Module, recipe: Recipe) -> Iterator[Step]:
    """Fit a few constants to the pairs in place, in float64; yields the state before the first step and after each.

    Raises:
        Failure: the loss is no longer finite.
    """
    network.double().train(not recipe.rounded)
    batch = as_batch(pairs, torch.device("cpu"), torch.float64)
    wanted = encode(batch.after, module)

    def loss() -> Tensor:
        made = call(network, module, batch.image, batch.sliders)
        return torch.mean((encode(made, module) - wanted) ** 2)

    advance = _lbfgs(network, loss)
    last, anew = _step(0, network, loss), False
    yield last
    for number in range(1, recipe.steps + 1):
        advance()
        step = _step(number, network, loss)
        yield step
        if step.loss == last.loss:
            # What it remembers of earlier steps can lead the search astray: once, it begins without.
            if anew or step.loss < SETTLED:
                return
            advance = _lbfgs(network, loss)
        last, anew = step, step.loss == last.loss


def _train_in(given: Session, directory: Path, console: Console, recipe: Recipe) -> Step:
    return train(
        given.definition,
        given.renderer,
        given.photographs,
        directory,
        darktable=given.darktable,
        console=console,
        recipe=recipe,
    )


def _fit_at_once(
    given: ProxyDefinition, renderer: Renders, scenes: ImageSequence, recipe: Recipe, console: Console
) -> tuple[nn.Module, list[Step]]:
    positions = sample(given.module, recipe.pairs, seed=recipe.seed, reachable=given.reachable)
    pairs = []
    with console.progress(f"rendering {recipe.pairs} pairs of {given.module.name}", recipe.pairs) as advance:
        for pair in render_pairs(given.module, renderer, scenes, positions, upstream=Upstream.of(recipe, renderer)):
            pairs.append(pair)
            advance(1)
    torch.manual_seed(recipe.seed)
    network, log = given.network(), []
    with console.progress(f"fitting {given.module.name}", recipe.steps) as advance:
        for step in fit(network, pairs, given.module, recipe):
            log.append(step)
            advance(1)
    return network, log


def _step(number: int, network: nn.Module, loss: Callable[[], Tensor]) -> Step:
    with torch.no_grad():
        value = float(loss())
    if not np.isfinite(value):
        raise Failure(f"step {number}: the loss is {value}", fix="start the constants nearer, or take smaller steps")
    return Step(step=number, loss=value, parameters=_few(network))


def _few(network: nn.Module) -> dict[str, float]:
    numbers = dict(network.named_parameters())
    few = sum(tensor.numel() for tensor in numbers.values()) <= FEW
    return {name: tensor.item() for name, tensor in numbers.items() if tensor.numel() == 1} if few else {}


def _lbfgs(network: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], object]:
    # Unless more is allowed, a line search ends after two looks, and a first step that went too far is never shortened.
    optimiser = torch.optim.LBFGS(
        network.parameters(),
        max_iter=2,
        max_eval=LOOKS,
        tolerance_grad=1e-15,
        tolerance_change=1e-20,
        line_search_fn="strong_wolfe",
    )
    # torch learns curvature only from products of steps and slopes above 1e-10; the loss of a good proxy has none.
    return lambda: optimiser.step(lambda: _backward(optimiser, lambda: 1e6 * loss()))  # type: ignore[no-untyped-call]


def _backward(optimiser: torch.optim.Optimizer, loss: Callable[[], Tensor]) -> float:
    optimiser.zero_grad()
    value = loss()
    value.backward()  # type: ignore[no-untyped-call]
    return value.item()
