"""Proxies of darktable's own modules, trained by `dtproxies`: weights -> network -> one graph with slider inputs.

Option `module` names the module; the checkpoint `weights` is a safetensors file written by `dtproxies train`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dtbase.system.discovery import load_plugin
from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._proxy_card import WEIGHTS, ProxyFacts, card_fields
from dtproxies import modules
from dtproxies.networks.frame import FRAME_UNIT, FRAME_VALUES, whole_frame
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weights import facts_of, load
from dtproxies.vocabulary.module import Module

OPTIONS = ("module",)

CHECKPOINT = "weights"
SIZE = (48, 64)
"""Height and width of the image that the graph is traced with."""


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model.onnx`, and return the attributes of `config.json` about module and sliders.

    Inputs are `image` [1, 3, height, width] in the module's colour space, of any size, with one channel for a raw
    mosaic; `sliders` [1, P] in darktable's units, if the module has any; and `frame` [1, 4], if the module depends on
    the position in the frame: left and top of the image in the frame, width and height of the frame, in pixels. The
    output is `output`, of the size of the image.

    Raises:
        Failure: the card names no module or no weights, or the weights are of another module or version.
    """
    where = f"{job.card.id}: convert"
    name = job.card.convert.options.get("module")
    if not isinstance(name, str):
        raise Failure("options.module does not name a module", where=where, fix="add `options: {module: NAME}`")
    if CHECKPOINT not in job.checkpoints:
        raise Failure(f"there is no checkpoint named '{CHECKPOINT}'", where=where, fix="name the weights so")
    plugin = load_plugin(modules, name)
    module: Module = plugin.MODULE
    path = job.checkpoints[CHECKPOINT]
    network = load(path, module, plugin.network)
    attributes = _attributes(module, facts_of(path)["darktable"])
    defaults = torch.tensor([[slider.default for slider in module.sliders]], dtype=torch.float32)
    image = example_input(1, 1 if module.space == "raw" else 3, *SIZE)
    inputs = {"image": image, "sliders": defaults, **({"frame": whole_frame(image)} if module.frame else {})}
    if not module.sliders:
        network, inputs = _WithoutSliders(network), {"image": image}
    export(
        network,
        inputs,
        ["output"],
        job.output / "model.onnx",
        symbols={"image": {2: "height", 3: "width"}},
        metadata={key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()},
    )
    return attributes


def card_facts(model_id: str, directory: Path) -> Mapping[str, Any]:
    """Card fields of the new model `proxy-<module>`, from the module's file and, where they are there, its weights.

    Raises:
        WrongUsage: there is no such module; the nearest names are offered.
        Failure: the weights are of another module or version.
    """
    prefix, _, name = model_id.partition("-")
    if prefix != "proxy":
        return {}
    definition, weights = load_definition(name), directory / WEIGHTS
    module, recipe = definition.module, definition.recipe
    trained = weights.is_file()
    network = load(weights, module, definition.network) if trained else definition.network()
    facts = ProxyFacts(
        module=name,
        darktable=facts_of(weights)["darktable"] if trained else None,
        network=f"tools/{type(network).__module__.replace('.', '/')}.py",
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        optimiser=recipe.optimiser,
        pairs=recipe.pairs,
        side=recipe.side,
        exposures=recipe.exposure_range,
        charts=recipe.chart_fraction,
        mosaic=module.space == "raw",
        continuous=any(not slider.choices for slider in module.sliders),
    )
    return card_fields(facts, directory)


class _WithoutSliders(nn.Module):
    """Wrapper for a module without sliders: a graph cannot have empty inputs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """[1, C, H, W] -> [1, C, H, W]."""
        output: Tensor = self.network(image, image.new_zeros(1, 0))
        return output


def _attributes(module: Module, darktable: str) -> dict[str, Any]:
    return {
        "module": module.name,
        "module_version": module.version,
        "darktable": darktable,
        "space": module.space,
        **({"output_space": module.result_space} if module.result_space != module.space else {}),
        "reach": "all" if module.receptive_field is None else module.receptive_field,
        **({"fixed": dict(module.fixed)} if module.fixed else {}),
        "sliders": [slider.facts() for slider in module.sliders],
        **({"frame": {"unit": FRAME_UNIT, "values": list(FRAME_VALUES)}} if module.frame else {}),
    }
