"""Compare a chain of proxies with darktable, module by module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from dtbase.imaging.psnr import psnr
from dtbase.terminal.console import Console
from dtproxies.images.image import Pixels
from dtproxies.images.metrics import CAP
from dtproxies.images.module_spaces import to_display
from dtproxies.networks.frame import call
from dtproxies.pipeline.chain import Chain, as_pixels, as_tensor
from dtproxies.pipeline.reference_render import ModuleIO
from dtproxies.pipeline.steps import LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleAccuracy:
    """PSNR in dB, sRGB display-referred, after one module."""

    module: str
    alone: float
    """PSNR of the proxy alone, on darktable's input of the module, compared with the module."""
    chained: float
    """PSNR of all proxies up to here, compared with the same modules rendered individually."""
    pipe: float
    """PSNR of all proxies up to here, compared with darktable's own pipe."""
    untouched: float
    """Baseline identity: the input image, compared with darktable's own pipe."""


def compare_with_darktable(
    chain: Chain, light: Pixels, outputs: Sequence[Pixels], rendered: Sequence[ModuleIO], exported: Sequence[ModuleIO]
) -> list[ModuleAccuracy]:
    """Compare the chain with darktable after every module.

    Args:
        chain: chain of proxies.
        light: input image, linear Rec709.
        outputs: output of each proxy of the chain.
        rendered: input and output of each module, rendered individually.
        exported: input and output of each module in darktable's own export.
    """
    sliders = chain.positions(as_tensor(light))
    results = []
    for at, step in enumerate(chain.steps):
        with torch.no_grad():
            alone = call(chain.networks[at], step.module, as_tensor(rendered[at].input), sliders[at])
        from_pipe = to_display(exported[at].output, step.result_space)
        from_module = to_display(rendered[at].output, step.result_space)
        chained = to_display(outputs[at], step.result_space)
        results.append(
            ModuleAccuracy(
                module=step.module.name,
                alone=psnr(to_display(as_pixels(alone), step.result_space), from_module, cap=CAP),
                chained=psnr(chained, from_module, cap=CAP),
                pipe=psnr(chained, from_pipe, cap=CAP),
                untouched=psnr(to_display(light, LINEAR), from_pipe, cap=CAP),
            )
        )
    return results


def print_accuracy(console: Console, results: Sequence[ModuleAccuracy]) -> None:
    """Print one line per module."""
    columns = ["module", "proxy alone", "chain, module by module", "chain, darktable's pipe", "baseline: identity"]
    rows = [
        [one.module, *(f"{value:.1f}" for value in (one.alone, one.chained, one.pipe, one.untouched))]
        for one in results
    ]
    console.table(columns, rows, title="PSNR after each module, sRGB display-referred (dB, capped at 150)")
