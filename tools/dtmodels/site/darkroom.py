"""Files of the darkroom: the graphs of built proxies, sample photographs, and what its scripts know of the modules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dtbase.system.files import write_json
from dtbase.system.shipped_files import shipped
from dtmodels.site.built import Built
from dtmodels.site.facts import ModelFacts

ENGINE = "assets/ort-wasm-simd-threaded.wasm.gz"
LAYOUTS, SURVEY = "docs/layouts.json", "docs/modules.json"
"""Written by `dtproxies modules`, with `--layouts` and `--measure`."""
LEFT_OUT = {"colorin", "colorout"}
"""Conversions of every edit, which the page does itself."""
SAMPLES = ("photographs/coffee.jpg", "photographs/hubble.jpg", "proxy/chelsea.png", "proxy/rocket.jpg")
CHANNELS = "RGBA"


def darkroom_modules(models: Iterable[ModelFacts]) -> tuple[str, ...]:
    """The modules that the darkroom can show: built proxies that take an image, in the version of the layouts file."""
    layouts = _read(LAYOUTS)["modules"]
    return tuple(sorted(name for model in models if (name := _shown_module(model.built, layouts))))


def engine_bytes(site: Path) -> int:
    """Size of the packed engine."""
    return (site / ENGINE).stat().st_size


def write_darkroom(models: Sequence[ModelFacts], root: Path, site: Path) -> None:
    """Write `darkroom/data.json`, the graphs and the samples; nothing where no proxy was built."""
    layouts, survey = _read(LAYOUTS), _read(SURVEY)["modules"]
    built = {name: model for model in models if (name := _shown_module(model.built, layouts["modules"]))}
    if not built:
        return
    target = site / "darkroom"
    (target / "graphs").mkdir(parents=True)
    for name, model in built.items():
        (target / "graphs" / f"{name}.onnx").write_bytes(model.built.graph)
    values = {
        **{key: layouts[key] for key in ("darktable", "orders", "versions", "names")},
        "modules": {
            name: _module(model, layouts["modules"][name], survey.get(name, {}), layouts["names"][name])
            for name, model in built.items()
        },
        "samples": _copy_samples(root, target / "samples"),
        "runtime": engine_bytes(site),
    }
    write_json(target / "data.json", values)


def _shown_module(built: Built, layouts: Mapping[str, Any]) -> str:
    """The module of a proxy that the darkroom can run; empty for any other model."""
    attributes = built.config.get("attributes", {})
    name = str(attributes.get("module", ""))
    layout = layouts.get(name)
    fits = layout is not None and layout["version"] == attributes.get("module_version")
    return name if built.graph and fits and name not in LEFT_OUT and attributes.get("space") != "raw" else ""


def _module(model: ModelFacts, layout: Mapping[str, Any], survey: Mapping[str, Any], title: str) -> dict[str, Any]:
    attributes = model.built.config["attributes"]
    space, reach = attributes["space"], attributes["reach"]
    return {
        **layout,
        "model": model.card.id,
        "title": title,
        "space": space,
        "made": attributes.get("output_space") or space,
        "reach": reach,
        "approximate": reach != 0,
        "idle": survey.get("idle", []),
        "sliders": [_slider(slider, layout["fields"]) for slider in attributes["sliders"]],
    }


def _slider(slider: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    field = fields[slider["name"]]
    pairs = slider.get("choices")
    choices = {"choices": list(pairs.items()) if isinstance(pairs, Mapping) else pairs} if pairs else {}
    return {**slider, **choices, "label": field.get("label") or _label(slider["name"])}


def _label(name: str) -> str:
    """A label for a parameter that darktable's introspection has none for: `red[1]` is "red, G"."""
    head, _, index = name.replace("_", " ").replace(".", " ").partition("[")
    if not index:
        return head
    number = int(index.rstrip("]"))
    return f"{head}, {CHANNELS[number]}" if number < len(CHANNELS) else f"{head} {number + 1}"


def _copy_samples(root: Path, target: Path) -> list[str]:
    images = root / "images" if (root / "images").is_dir() else shipped("images")
    target.mkdir()
    found = [images / name for name in SAMPLES if (images / name).is_file()]
    for path in found:
        shutil.copyfile(path, target / path.name)
    return [path.name for path in found]


def _read(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(shipped(name).read_bytes())
    return values
