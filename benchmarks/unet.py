"""A proxy beside a UNet of DarkProxies' kind that was given the same time.

    .venv/bin/python -m benchmarks.unet [--modules A,B] [--seconds S] [--write]

Each module's proxy is trained from nothing as `dtproxies train` does it, and the CPU seconds that this takes are
counted. A UNet (`benchmarks/_unet.py`) is then trained for as many CPU seconds, or for `--seconds`, on renders of
the same darktable: images of 96 x 96 pixels whole, two at a time, Adam, mean square of the encoded values as there.
Both are evaluated on the first 24 of the standard pairs. By default the first module of kind colour and the first local
one, by name, among those whose proxies have weights.
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

from benchmarks._page import decibels, write_tables
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
class Both:
    """One module: its proxy and the UNet on the same pairs."""

    proxy: Evaluation
    proxy_seconds: float
    unet: Evaluation
    unet_seconds: float
    steps: int


def main(arguments: Sequence[str] = ()) -> int:
    """Print two lines for each module; 1 when a UNet is better than a proxy."""
    parser = argparse.ArgumentParser(prog="benchmarks.unet")
    parser.add_argument("--modules", help="names, with commas")
    parser.add_argument("--seconds", type=float, help="of CPU time for the UNet, instead of as many as the proxy")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    asked = parser.parse_args(arguments)
    names = asked.modules.split(",") if asked.modules else _first_of_each_kind()
    console, found = Console(), []
    with one_core(), console.progress("modules", len(names)) as advance:
        for name in names:
            found.append(both(name, asked.seconds))
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
    rows = [line for one in found for line in _lines(one)]
    console.table(columns, rows, title=f"PSNR on {PAIRS} unseen pairs; CPU seconds of training")
    if asked.write:
        write_tables("unet", [(columns, rows)], f"On the first {PAIRS} of the standard pairs.")
    return int(any(_mean(one.unet) > _mean(one.proxy) for one in found))


def both(name: str, seconds: float | None) -> Both:
    """Train and evaluate both networks of a module."""
    given = load_definition(name)
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        with session(name, DIRECTORY, "fit", side=given.recipe.side, upstream=given.recipe.upstream) as opened:
            began = time.process_time()
            train(given, opened.renderer, opened.photographs, directory, darktable=opened.darktable, console=QUIET)
            took = time.process_time() - began
        other, path = replace(given, network=lambda: UNet(given.module)), directory / "unet.safetensors"
        with session(name, DIRECTORY, "fit", side=RECIPE.side) as opened:
            began = time.process_time()
            steps = _train_unet(other, opened, seconds or took, path)
            unet_took = time.process_time() - began
        with session(name, DIRECTORY, "evaluate", side=SIDE) as opened:
            proxy, unet = _judge(given, directory / WEIGHTS, opened), _judge(other, path, opened)
    return Both(proxy=proxy, proxy_seconds=took, unet=unet, unet_seconds=unet_took, steps=steps)


def _train_unet(given: ProxyDefinition, opened: Session, seconds: float, path: Path) -> int:
    """Train for so many CPU seconds of this process and write the weights; returns the number of steps."""
    torch.manual_seed(RECIPE.seed)
    module, network, until = given.module, given.network(), time.process_time() + seconds
    optimiser = torch.optim.Adam(network.parameters(), lr=RECIPE.learning_rate)
    pool = Pool(module, RECIPE, torch.device("cpu"), step=1)
    pairs = endless_pairs(given, opened.renderer, ImageSequence.of(RECIPE, opened.photographs), RECIPE)
    step = 0
    while time.process_time() < until:
        step += 1
        for _ in pool.take(pairs, step):
            pass
        batch = pool.draw(step)
        optimiser.zero_grad()
        apart = encode(call(network, module, batch.image, batch.sliders), module) - encode(batch.after, module)
        torch.mean(apart**2).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    store(path, network, module, darktable=opened.darktable, seed=RECIPE.seed)
    return step


def _judge(given: ProxyDefinition, weights: Path, opened: Session) -> Evaluation:
    # Whether anything is the identity is no question to a UNet.
    plain, run = replace(given, identity=None), torch_runner(given, weights)
    return evaluate(plain, run, opened.renderer, opened.photographs, console=QUIET, pairs=PAIRS, brief=True)


def _first_of_each_kind() -> list[str]:
    modules = [load_definition(name).module for name in modules_with_weights(MODELS)]
    return [next(one.name for one in modules if one.kind == kind and one.sliders) for kind in KINDS]


def _lines(one: Both) -> list[list[str]]:
    rows = [("proxy", one.proxy, one.proxy_seconds, "-"), ("UNet", one.unet, one.unet_seconds, str(one.steps))]
    return [
        [
            *(found.module, found.kind, name, f"{found.numbers:,}", f"{seconds:.0f}", steps),
            *decibels(found.proxy["display_psnr"]),
            f"{found.identity['display_psnr'].mean:.1f}",
        ]
        for name, found, seconds, steps in rows
    ]


def _mean(found: Evaluation) -> float:
    return found.proxy["display_psnr"].mean


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
