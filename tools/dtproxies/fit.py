"""Fit the constants of a proxy's network to what darktable renders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from dtbase.console import Console
from dtbase.errors import Failure
from dtbase.files import write_text
from dtproxies.images import Picture
from dtproxies.member import Proxied, proxied
from dtproxies.modules import Module
from dtproxies.pairs import Pair, Renders, render_pairs
from dtproxies.recipe import Recipe
from dtproxies.sampling import sample
from dtproxies.session import session
from dtproxies.weights import store

WEIGHTS = "weights.safetensors"
LOG = "training.jsonl"
FEW = 16
"""Networks with no more numbers than this have all of them in every line of the log."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The network after one step of the fit."""

    step: int
    loss: float
    parameters: dict[str, float]
    """All numbers of the network by name, when they are few."""


def train(
    given: Proxied,
    renderer: Renders,
    pictures: Sequence[Picture],
    folder: Path,
    *,
    darktable: str,
    console: Console,
    recipe: Recipe | None = None,
) -> Step:
    """Render pairs, fit the network, and write `weights.safetensors` and `training.jsonl` into `folder`.

    Args:
        given: the module and its network.
        renderer: set up for the module and for the size that the recipe names.
        pictures: photographs to fit on.
        folder: for the two files; each is written whole or not at all.
        darktable: version of the darktable behind the renderer.
        console: where progress goes.
        recipe: how to fit; by default as the file of the module says.

    Returns:
        The last step.

    Raises:
        Failure: the module did not run, or the fit ended in numbers that are not finite.
    """
    recipe = recipe or given.recipe
    positions = sample(given.module, recipe.pairs, seed=recipe.seed, reachable=given.reachable)
    rendered = render_pairs(given.module, renderer, pictures, positions, side=recipe.side, seed=recipe.seed)
    pairs = []
    with console.progress(f"rendering {recipe.pairs} pairs of {given.module.name}", recipe.pairs) as advance:
        for pair in rendered:
            pairs.append(pair)
            advance(1)
    torch.manual_seed(recipe.seed)
    network = given.network()
    log = []
    with console.progress(f"fitting {given.module.name}", recipe.steps) as advance:
        for step in fit(network, pairs, given.module, recipe):
            log.append(step)
            advance(1)
    store(folder / WEIGHTS, network, given.module, darktable=darktable, seed=recipe.seed)
    write_text(folder / LOG, "".join(json.dumps(vars(step)) + "\n" for step in log))
    return log[-1]


def train_module(console: Console, name: str, folder: Path, images: Path, *, seed: int | None = None) -> None:
    """Train the proxy of the module `name` against the darktable of this machine, and say what was found.

    Raises:
        WrongUsage: no proxy of such a module is known.
        Failure: as `train`, or there is no darktable or no photograph.
    """
    recipe = proxied(name).recipe
    if seed is not None:
        recipe = replace(recipe, seed=seed)
    with session(name, images, "fit", side=recipe.side) as given:
        last = train(
            given.proxied,
            given.renderer,
            given.pictures,
            folder,
            darktable=given.darktable,
            console=console,
            recipe=recipe,
        )
    found = ", ".join(f"{number} {value:.8g}" for number, value in last.parameters.items())
    console.say(f"{folder / WEIGHTS}: {found or name} after {last.step} steps, loss {last.loss:.2g}")


def fit(network: nn.Module, pairs: Sequence[Pair], module: Module, recipe: Recipe) -> Iterator[Step]:
    """Fit the network to the pairs in place; yields the state before the first step and after each.

    Raises:
        Failure: the loss is no longer finite.
    """
    exact = torch.float64 if recipe.optimiser == "lbfgs" else torch.float32
    network.to(exact).train()
    image, after = (_stack([getattr(pair, end) for pair in pairs], exact) for end in ("before", "after"))
    sliders = torch.tensor(np.stack([pair.sliders for pair in pairs]), dtype=exact)
    wanted = encode(after, module)

    def loss() -> Tensor:
        return torch.mean((encode(network(image, sliders), module) - wanted) ** 2)

    advance = _lbfgs(network, loss) if recipe.optimiser == "lbfgs" else _adam(network, loss, recipe.rate)
    last = _step(0, network, loss)
    yield last
    for number in range(1, recipe.steps + 1):
        advance()
        step = _step(number, network, loss)
        yield step
        if step.loss == last.loss:
            return
        last = step


def encode(pixels: Tensor, module: Module) -> Tensor:
    """Pixels as they are compared: stops of linear light, signed; Lab over 100; or what a display gets."""
    if module.made == "lab":
        return pixels / 100
    if module.made == "display":
        return pixels
    return torch.sign(pixels) * torch.log2(1 + pixels.abs() * 2.0**12) / 16


def _stack(pictures: Sequence[np.ndarray], exact: torch.dtype) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(exact)


def _step(number: int, network: nn.Module, loss: Callable[[], Tensor]) -> Step:
    with torch.no_grad():
        value = float(loss())
    if not np.isfinite(value):
        raise Failure(f"step {number}: the loss is {value}", fix="start the constants nearer, or take smaller steps")
    numbers = dict(network.named_parameters())
    few = sum(tensor.numel() for tensor in numbers.values()) <= FEW
    scalars = {name: tensor.item() for name, tensor in numbers.items() if tensor.numel() == 1}
    return Step(step=number, loss=value, parameters=scalars if few else {})


def _lbfgs(network: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], object]:
    optimiser = torch.optim.LBFGS(
        network.parameters(), max_iter=2, tolerance_grad=1e-15, tolerance_change=1e-20, line_search_fn="strong_wolfe"
    )
    return lambda: optimiser.step(lambda: _backward(optimiser, loss))  # type: ignore[no-untyped-call]


def _adam(network: nn.Module, loss: Callable[[], Tensor], rate: float) -> Callable[[], object]:
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    return lambda: optimiser.step(lambda: _backward(optimiser, loss))


def _backward(optimiser: torch.optim.Optimizer, loss: Callable[[], Tensor]) -> float:
    optimiser.zero_grad()
    value = loss()
    value.backward()  # type: ignore[no-untyped-call]
    return value.item()
