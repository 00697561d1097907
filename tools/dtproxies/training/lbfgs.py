"""Train the proxy of a module on darktable's renders: by L-BFGS for a few parameters, or by Adam for a network."""

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
from dtproxies.render.pairs import Pair, SupportsRendering, render_pairs
from dtproxies.render.session import Session, session
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.render.upstream_modules import Upstream
from dtproxies.training.adam import train_with_adam
from dtproxies.training.batches import as_batch
from dtproxies.training.checkpoint import CHECKPOINT
from dtproxies.training.log import write_log
from dtproxies.training.training_loss import encode
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

ROUNDING_LOSS = 1e-14
"""Mean square error of encoded pixels below which only rounding is left."""
MAX_EVALUATIONS = 24
"""Maximum number of loss evaluations per step; most steps need three."""
LOGGED_PARAMETERS = 16
"""Networks with at most this many parameters have all of them in each line of the log."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """State of the network after one step."""

    step: int
    loss: float
    parameters: dict[str, float] = field(default_factory=dict)
    """Scalar parameters of the network by name; empty if there are more than 16 parameters."""


def train(
    definition: ProxyDefinition,
    renderer: SupportsRendering,
    photographs: Sequence[LinearImage],
    directory: Path,
    *,
    darktable: str,
    console: Console,
    recipe: Recipe | None = None,
) -> Step:
    """Render pairs, fit the network, and write `weights.safetensors` and `training.jsonl` into `directory`.

    Adam also writes `training.png`, a plot of the loss, and during training `training.state`, a checkpoint. After an
    interruption, the same call resumes from the checkpoint.

    Args:
        definition: definition of the module.
        renderer: renderer of the module, for images of the recipe's size.
        photographs: training photographs, at least of the recipe's size.
        directory: directory for the files; each is written atomically.
        darktable: version of darktable that renders.
        console: console for progress.
        recipe: training settings; by default those in the module's file.

    Returns:
        The last step.

    Raises:
        Failure: the module did not run, or the loss is not finite.
    """
    recipe = recipe or definition.recipe
    images = ImageSequence.of(recipe, photographs)
    if recipe.optimiser == "lbfgs":
        with half_the_cores():
            network, log = _train_with_lbfgs(definition, renderer, images, recipe, console)
        last = log[-1]
        write_log(directory, [vars(step) for step in log], definition.module.name, curve=False)
    else:
        with half_the_cores():
            network, lines = train_with_adam(definition, renderer, images, directory, recipe=recipe, console=console)
        last = Step(step=lines[-1]["step"], loss=lines[-1]["loss"], parameters=_logged_parameters(network))
    store(directory / WEIGHTS, network, definition.module, darktable=darktable, seed=recipe.seed)
    (directory / CHECKPOINT).unlink(missing_ok=True)
    return last


def train_module(console: Console, name: str, directory: Path, images: Path, *, seed: int | None = None) -> None:
    """Train the proxy of the module `name` with the installed darktable, and print the result.

    Raises:
        WrongUsage: no module of this name has a proxy.
        Failure: as in `train`, or there is no darktable or no photograph.
    """
    recipe = load_definition(name).recipe
    if seed is not None:
        recipe = recipe.seeded(seed)
    with session(name, images, "fit", side=recipe.side, upstream=recipe.upstream) as opened:
        last = _train_in(opened, directory, console, recipe)
    parameters = ", ".join(f"{parameter} {value:.8g}" for parameter, value in last.parameters.items())
    console.say(f"{directory / WEIGHTS}: {parameters or name} after {last.step} steps, loss {last.loss:.2g}")


def fit(network: nn.Module, pairs: Sequence[Pair], module: Module, recipe: Recipe) -> Iterator[Step]:
    """Fit a few parameters to the pairs in place, in float64; yield the state before the first step and after each.

    Raises:
        Failure: the loss is no longer finite.
    """
    network.double().train(not recipe.rounded)
    batch = as_batch(pairs, torch.device("cpu"), torch.float64)
    target = encode(batch.after, module)

    def loss() -> Tensor:
        output = call(network, module, batch.image, batch.sliders)
        return torch.mean((encode(output, module) - target) ** 2)

    advance = _lbfgs(network, loss)
    last, restarted = _step(0, network, loss), False
    yield last
    for number in range(1, recipe.steps + 1):
        advance()
        step = _step(number, network, loss)
        yield step
        if step.loss == last.loss:
            # The curvature stored from earlier steps can mislead the line search: restart without it once.
            if restarted or step.loss < ROUNDING_LOSS:
                return
            advance = _lbfgs(network, loss)
        last, restarted = step, step.loss == last.loss


def _train_in(opened: Session, directory: Path, console: Console, recipe: Recipe) -> Step:
    return train(
        opened.definition,
        opened.renderer,
        opened.photographs,
        directory,
        darktable=opened.darktable,
        console=console,
        recipe=recipe,
    )


def _train_with_lbfgs(
    definition: ProxyDefinition, renderer: SupportsRendering, images: ImageSequence, recipe: Recipe, console: Console
) -> tuple[nn.Module, list[Step]]:
    positions = sample(definition.module, recipe.pairs, seed=recipe.seed, reachable=definition.reachable)
    pairs = []
    with console.progress(f"rendering {recipe.pairs} pairs of {definition.module.name}", recipe.pairs) as advance:
        for pair in render_pairs(
            definition.module, renderer, images, positions, upstream=Upstream.of(recipe, renderer)
        ):
            pairs.append(pair)
            advance(1)
    torch.manual_seed(recipe.seed)
    network, log = definition.network(), []
    with console.progress(f"fitting {definition.module.name}", recipe.steps) as advance:
        for step in fit(network, pairs, definition.module, recipe):
            log.append(step)
            advance(1)
    return network, log


def _step(number: int, network: nn.Module, loss: Callable[[], Tensor]) -> Step:
    with torch.no_grad():
        value = float(loss())
    if not np.isfinite(value):
        raise Failure(f"step {number}: the loss is {value}", fix="choose other start values in the network")
    return Step(step=number, loss=value, parameters=_logged_parameters(network))


def _logged_parameters(network: nn.Module) -> dict[str, float]:
    parameters = dict(network.named_parameters())
    few = sum(tensor.numel() for tensor in parameters.values()) <= LOGGED_PARAMETERS
    return {name: tensor.item() for name, tensor in parameters.items() if tensor.numel() == 1} if few else {}


def _lbfgs(network: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], object]:
    # By default a line search ends after two evaluations, which cannot shorten a first step that is too long.
    optimiser = torch.optim.LBFGS(
        network.parameters(),
        max_iter=2,
        max_eval=MAX_EVALUATIONS,
        tolerance_grad=1e-15,
        tolerance_change=1e-20,
        line_search_fn="strong_wolfe",
    )
    # torch updates the curvature only if step times gradient change exceeds 1e-10, so a small loss is scaled up.
    return lambda: optimiser.step(lambda: _backward(optimiser, lambda: 1e6 * loss()))  # type: ignore[no-untyped-call]


def _backward(optimiser: torch.optim.Optimizer, loss: Callable[[], Tensor]) -> float:
    optimiser.zero_grad()
    value = loss()
    value.backward()  # type: ignore[no-untyped-call]
    return value.item()
