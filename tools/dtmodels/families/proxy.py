"""Proxies of darktable's own modules, trained by `dtproxies`: weights -> network -> one graph with sliders.

Option `module` names the module; the checkpoint `weights` is a safetensors file that `dtproxies train` wrote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch

from dtbase.discovery import member
from dtbase.errors import Failure
from dtmodels.families import Job
from dtmodels.families._export import export
from dtproxies import modules
from dtproxies.modules import Module
from dtproxies.weights import facts_of, load

OPTIONS = ("module",)

CHECKPOINT = "weights"
EXAMPLE = (1, 3, 48, 64)


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model.onnx` and return what config.json says about module and sliders.

    Inputs are `image` [1, 3, height, width] in the module's colour space, any size, and `sliders` [1, P] in darktable's
    units; output is `output`, of the image's shape.

    Raises:
        Failure: no module or no weights are named, or the weights are of another module or version.
    """
    where = f"{job.card.id}: convert"
    name = job.card.convert.options.get("module")
    if not isinstance(name, str):
        raise Failure("options.module does not name a module", where=where, fix="add `options: {module: NAME}`")
    if CHECKPOINT not in job.checkpoints:
        raise Failure(f"there is no checkpoint named '{CHECKPOINT}'", where=where, fix="name the weights so")
    found = member(modules, name)
    module: Module = found.MODULE
    path = job.checkpoints[CHECKPOINT]
    network = load(path, module, found.network)
    attributes = _attributes(module, facts_of(path)["darktable"])
    defaults = torch.tensor([[slider.default for slider in module.sliders]])
    export(
        network,
        {"image": torch.zeros(EXAMPLE), "sliders": defaults},
        ["output"],
        job.output / "model.onnx",
        symbols={"image": {2: "height", 3: "width"}},
        metadata={key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()},
    )
    return attributes


def _attributes(module: Module, darktable: str) -> dict[str, Any]:
    return {
        "module": module.name,
        "module_version": module.version,
        "darktable": darktable,
        "space": module.space,
        **({"output_space": module.made} if module.made != module.space else {}),
        "reach": "all" if module.reach is None else module.reach,
        **({"fixed": dict(module.fixed)} if module.fixed else {}),
        "sliders": [slider.facts() for slider in module.sliders],
    }
