"""Weights of proxies, as safetensors whose metadata name the module, its version, and darktable's version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from dtbase.system.errors import Failure
from dtproxies.proxy.tensors import write_tensors
from dtproxies.vocabulary.module import Module

if TYPE_CHECKING:
    from torch import nn

RETRAIN = "train it again: `dtproxies train MODULE --out DIRECTORY`"


def store(path: Path, network: nn.Module, module: Module, *, darktable: str, seed: int) -> None:
    """Write the weights of `network` as float32, atomically.

    Args:
        path: path of the file.
        network: trained network.
        module: module that the network imitates.
        darktable: version of darktable that rendered the training pairs.
        seed: seed of the training.
    """
    facts = {
        "module": module.name,
        "module_version": str(module.version),
        "darktable": darktable,
        "seed": str(seed),
        "sliders": json.dumps([slider.facts() for slider in module.sliders]),
        **({"fixed": json.dumps(dict(module.fixed))} if module.fixed else {}),
    }
    tensors = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    write_tensors(path, tensors, facts)


def facts_of(path: Path) -> dict[str, str]:
    """Return the metadata that `store` wrote: module, module_version, darktable, seed, sliders.

    Raises:
        Failure: the file is not a safetensors file, or not one of a proxy.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            facts: dict[str, str] = file.metadata() or {}
    except (SafetensorError, OSError) as exc:
        raise Failure(f"cannot be read: {exc}", where=str(path), fix=RETRAIN) from exc
    missing = {"module", "module_version", "darktable", "sliders"} - facts.keys()
    if missing:
        raise Failure(f"has no metadata {', '.join(sorted(missing))}", where=str(path), fix=RETRAIN)
    return facts


def load(path: Path, module: Module, network: Callable[[], nn.Module]) -> nn.Module:
    """Return the network of `module` with the weights in `path`, ready to run.

    Raises:
        Failure: the weights belong to another module or version, or the tensors do not fit the network.
    """
    facts = facts_of(path)
    stored, expected = (facts["module"], facts["module_version"]), (module.name, str(module.version))
    if stored != expected:
        what = f"the weights are for {stored[0]} version {stored[1]}, not for {expected[0]} version {expected[1]}"
        raise Failure(what, where=str(path), fix=RETRAIN)
    names = [slider["name"] for slider in json.loads(facts["sliders"])]
    if names != [slider.name for slider in module.sliders]:
        raise Failure(
            f"the weights are for the sliders {', '.join(names)}, in this order", where=str(path), fix=RETRAIN
        )
    built = network()
    try:
        built.load_state_dict(load_file(path), strict=True)
    except RuntimeError as exc:
        raise Failure(f"the tensors do not fit the network: {exc}", where=str(path), fix=RETRAIN) from exc
    return built.eval()
