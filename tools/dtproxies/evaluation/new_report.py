"""Frame of a new REPORT.md: module, sliders, fitted parameters, source, and commands; the rest is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dtbase.text.plural import pluralise
from dtproxies.evaluation.report_section import BEGIN, END
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.vocabulary.module import Module, Slider, Space

LISTED = 16
"""Fitted parameters up to this number are listed with their values."""
_SPACES: dict[Space, str] = {
    "input-rgb": "linear RGB before the input profile",
    "work-rgb": "linear RGB in the working profile (Rec2020)",
    "lab": "Lab",
    "display": "RGB in the output profile (sRGB)",
    "raw": "a mosaic of sensor values (CFA)",
}


def new_report(definition: ProxyDefinition, weights: Path, darktable: str) -> str:
    """Return a report without results; `with_results` fills in the section between its markers.

    Args:
        definition: definition of the module.
        weights: weight file of the trained network.
        darktable: version of darktable that the proxy was trained on.

    Raises:
        Failure: the weights belong to another module.
    """
    module = definition.module
    name = module.name
    return _FRAME.format(
        name=name,
        version=module.version,
        darktable=darktable,
        sliders=pluralise(len(module.sliders), "slider"),
        spaces=_spaces(module),
        table="\n".join(_slider_table(module)) or "The module has no sliders.",
        parameters="\n".join(_parameter_table(definition, weights)),
        begin=BEGIN,
        end=END,
    )


_FRAME = """\
# Report: a proxy of darktable's {name}

## Module

The proxy imitates the module `{name}` (version {version}) of darktable {darktable}. It is differentiable in the image
and in {sliders}. {spaces}

{table}

The module's C code is `src/iop/{name}.c` of darktable at the tag `release-{darktable}`:
https://github.com/darktable-org/darktable/blob/release-{darktable}/src/iop/{name}.c

## How it works

TODO: state the formula in words, and which parts of it are fitted.

{parameters}

## Result

{begin}
{end}

TODO: say where the remaining error comes from.

## Not evaluated

TODO: list what was not compared with darktable.

## Reproduce

    dtproxies train {name} --out models/proxy-{name}
    dtproxies evaluate {name} --weights models/proxy-{name}/weights.safetensors --write
"""


def _spaces(module: Module) -> str:
    if module.result_space == module.space:
        return f"Input and output are {_SPACES[module.space]}."
    return f"Its input is {_SPACES[module.space]}; its output is {_SPACES[module.result_space]}."


def _slider_table(module: Module) -> Iterator[str]:
    if module.sliders:
        yield from ("| slider | range | default |", "| --- | --- | --- |")
    for slider in module.sliders:
        yield f"| {slider.name} | {_range(slider)} | {_default(slider)} |"


def _range(slider: Slider) -> str:
    if slider.choices:
        return ", ".join(name for name, _ in slider.choices)
    unit = "" if slider.unit == "1" else f" {slider.unit}"
    return f"{slider.low:g} to {slider.high:g}{unit}{', round a circle' if slider.scale == 'angle' else ''}"


def _default(slider: Slider) -> str:
    named = [name for name, value in slider.choices if value == slider.default]
    return named[0] if named else f"{slider.default:g}"


def _parameter_table(definition: ProxyDefinition, weights: Path) -> Iterator[str]:
    from dtproxies.proxy.weights import load

    start = dict(definition.network().named_parameters())
    fitted = dict(load(weights, definition.module, definition.network).named_parameters())
    count = sum(tensor.numel() for tensor in fitted.values())
    yield f"The network (`{type(definition.network()).__name__}`) has {pluralise(count, 'fitted parameter')}."
    if 0 < count <= LISTED:
        yield from ("", "| parameter | start | fitted |", "| --- | --- | --- |")
        for name, tensor in fitted.items():
            values = (", ".join(f"{value:.8g}" for value in one.flatten().tolist()) for one in (start[name], tensor))
            yield f"| `{name}` | {' | '.join(values)} |"
