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
class Judged:
    """PSNR in dB, sRGB display-referred, after one module."""

    module: str
    alone: float
    """The proxy on what darktable gave the module, against the module."""
    chained: float
    """All proxies so far, against all modules so far, rendered one by one."""
    pipe: float
    """All proxies so far, against darktable's own pipe."""
    untouched: float
    """The image as it was, against darktable's own pipe."""


def judge(
    chain: Chain, light: Pixels, made: Sequence[Pixels], one_by_one: Sequence[ModuleIO], in_pipe: Sequence[ModuleIO]
) -> list[Judged]:
    """Compare the chain with darktable after every module.

    Args:
        chain: of proxies.
        light: the image, linear Rec709.
        made: what each proxy of the chain made.
        one_by_one: what each module made, rendered in turn.
        in_pipe: what each module made in an export.
    """
    sliders = chain.positions(as_tensor(light))
    judged = []
    for at, link in enumerate(chain.links):
        with torch.no_grad():
            alone = call(chain.networks[at], link.module, as_tensor(one_by_one[at].input), sliders[at])
        exported = to_display(in_pipe[at].output, link.result_space)
        after = to_display(made[at], link.result_space)
        rendered = to_display(one_by_one[at].output, link.result_space)
        judged.append(
            Judged(
                module=link.module.name,
                alone=psnr(to_display(as_pixels(alone), link.result_space), rendered, cap=CAP),
                chained=psnr(after, rendered, cap=CAP),
                pipe=psnr(after, exported, cap=CAP),
                untouched=psnr(to_display(light, LINEAR), exported, cap=CAP),
            )
        )
    return judged


def report(console: Console, judged: Sequence[Judged]) -> None:
    """Print one line for each module."""
    columns = ["module", "proxy alone", "chain, module by module", "chain, darktable's pipe", "baseline: identity"]
    rows = [
        [one.module, *(f"{value:.1f}" for value in (one.alone, one.chained, one.pipe, one.untouched))] for one in judged
    ]
    console.table(columns, rows, title="PSNR after each module, sRGB display-referred (dB, capped at 150)")
