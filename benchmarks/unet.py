"""Compare proxies with UNets of DarkProxies' architecture after the same training time.

    .venv/bin/python -m benchmarks.unet [--modules A,B] [--seconds S] [--write]

Each module's proxy is trained from scratch, as by `dtproxies train`, and its CPU seconds are measured. A UNet
(`benchmarks/_unet.py`) is then trained for as many CPU seconds, or for `--seconds`, on renders of the same darktable.
It is trained on entire images of 96 x 96 pixels in batches of two, by Adam, with the mean square error of the same
encoded values. Both are evaluated on the first 24 of the standard pairs. The default modules are the first of kind
colour and the first of kind local, by name, whose proxies have weights.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import torch

from benchmarks._page import psnr_statistics, write_tables
from benchmarks._unet import UNet
from dtbase.terminal.console import Console
from dtproxies.evaluation.results import Evaluation
from dtproxies.evaluation.run import SIDE, evaluate
from dtproxies.images.image import DIRECTORY
from dtproxies.images.training_images import ImageSequence
from dtproxies.networks.frame import call
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import torch_runner
from dtproxies.proxy.weight_files import WEIGHTS, modules_with_weights
from dtproxies.proxy.weights import store
from dtproxies.render.pairs import endless_pairs
from dtproxies.render.session import Session, session
from dtproxies.render.torch_threads import one_core
from dtproxies.training.batches import Pool
from dtproxies.training.lbfgs import train
from dtproxies.training.training_loss import encode
from dtproxies.vocabulary.recipe import Recipe

MODELS = Path("models")
KINDS = ("colour", "local")
PAIRS = 24
RECIPE = Recipe(optimiser="adam", pairs=32, side=96, pixels=96 * 96, batch=2, learning_rate=1e-3, seed=11)
QUIET = Console(StringIO(), StringIO(), quiet=True)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Results of a module's proxy and UNet on the same pairs."""

    proxy: Evaluation
    proxy_seconds: float
    unet: Evaluation
    unet_seconds: float
    steps: int


def main(arguments: Sequence[str] = ()) -> int:
    """Print two lines per module; return 1 if a UNet is better than a proxy."""
    parser = argparse.ArgumentParser(prog="benchmarks.unet")
    parser.add_argument("--modules", help="comma-separated names")
    parser.add_argument("--seconds", type=float, help="CPU seconds for the UNet; default: as many as the proxy took")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    names = options.modules.split(",") if options.modules else _first_of_each_kind()
    console, comparisons = Console(), []
    with one_core(), console.progress("modules", len(names)) as advance:
        for name in names:
            comparisons.append(compare_networks(name, options.seconds))
            advance(1)
    columns = [
        "module",
        "kind",
        "network",
        "parameters",
        "training CPU s",
        "steps",
        "mean (dB)",
        "p5",
        "min",
        "baseline: identity",
    ]
    rows = [line for one in comparisons for line in _lines(one)]
    console.table(columns, rows, title=f"PSNR on {PAIRS} unseen pairs; CPU seconds of training")
    if options.write:
        write_tables("unet", [(columns, rows)], f"On the first {PAIRS} of the standard pairs.")
    return int(any(_mean(one.unet) > _mean(one.proxy) for one in comparisons))


def compare_networks(name: str, seconds: float | None) -> Comparison:
    """Train and evaluate both networks of a module."""
    definition = load_definition(name)
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        recipe = definition.recipe
        with session(name, DIRECTORY, "fit", side=recipe.side, upstream=recipe.upstream) as opened:
            started = time.process_time()
            train(definition, opened.renderer, opened.photographs, directory, darktable=opened.darktable, console=QUIET)
            took = time.process_time() - started
        other, path = replace(definition, network=lambda: UNet(definition.module)), directory / "unet.safetensors"
        with session(name, DIRECTORY, "fit", side=RECIPE.side) as opened:
            started = time.process_time()
            steps = _train_unet(other, opened, seconds or took, path)
            unet_took = time.process_time() - started
        with session(name, DIRECTORY, "evaluate", side=SIDE) as opened:
            proxy, unet = _evaluate(definition, directory / WEIGHTS, opened), _evaluate(other, path, opened)
    return Comparison(proxy=proxy, proxy_seconds=took, unet=unet, unet_seconds=unet_took, steps=steps)


def _train_unet(definition: ProxyDefinition, opened: Session, seconds: float, path: Path) -> int:
    """Train for this many CPU seconds of the process and write the weights; return the number of steps."""
    torch.manual_seed(RECIPE.seed)
    module, network, until = definition.module, definition.network(), time.process_time() + seconds
    optimiser = torch.optim.Adam(network.parameters(), lr=RECIPE.learning_rate)
    pool = Pool(module, RECIPE, torch.device("cpu"), step=1)
    pairs = endless_pairs(definition, opened.renderer, ImageSequence.of(RECIPE, opened.photographs), RECIPE)
    step = 0
    while time.process_time() < until:
        step += 1
        for _ in pool.take(pairs, step):
            pass
        batch = pool.sample(step)
        optimiser.zero_grad()
        difference = encode(call(network, module, batch.image, batch.sliders), module) - encode(batch.after, module)
        torch.mean(difference**2).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    store(path, network, module, darktable=opened.darktable, seed=RECIPE.seed)
    return step


def _evaluate(definition: ProxyDefinition, weights: Path, opened: Session) -> Evaluation:
    # A UNet has no identity settings.
    without_identity, run = replace(definition, identity=None), torch_runner(definition, weights)
    return evaluate(without_identity, run, opened.renderer, opened.photographs, console=QUIET, pairs=PAIRS, brief=True)


def _first_of_each_kind() -> list[str]:
    modules = [load_definition(name).module for name in modules_with_weights(MODELS)]
    return [next(one.name for one in modules if one.kind == kind and one.sliders) for kind in KINDS]


def _lines(one: Comparison) -> list[list[str]]:
    rows = [("proxy", one.proxy, one.proxy_seconds, "-"), ("UNet", one.unet, one.unet_seconds, str(one.steps))]
    return [
        [
            *(evaluation.module, evaluation.kind, name, f"{evaluation.numbers:,}", f"{seconds:.0f}", steps),
            *psnr_statistics(evaluation.proxy["display_psnr"]),
            f"{evaluation.identity['display_psnr'].mean:.1f}",
        ]
        for name, evaluation, seconds, steps in rows
    ]


def _mean(evaluation: Evaluation) -> float:
    return evaluation.proxy["display_psnr"].mean


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
