"""The evaluation of a proxy as its card states it; nothing else in the card is touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from dtbase.system.errors import Failure
from dtproxies.evaluation.results import NAMES, Evaluation
from dtproxies.evaluation.run import PAIRS
from dtproxies.proxy.definition import load_definition

KEY = "evaluation"
WIDTH = 118


def with_evaluation(text: str, found: Evaluation, where: str) -> str:
    """The text of a card with this evaluation in the place of the one it has, or at the end.

    Raises:
        Failure: this is no card.
    """
    root = yaml.compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise Failure("this is no card", where=where)
    section = yaml.safe_dump({KEY: _entries(found)}, sort_keys=False, width=WIDTH, allow_unicode=True)
    for key, value in root.value:
        if key.value == KEY:
            start, end = key.start_mark.index, _end(text, value)
            return text[:start] + section + text[end:]
    return f"{text.rstrip()}\n{section}"


def command(found: Evaluation) -> str:
    """What measures the figures again."""
    pairs = "" if found.pairs == PAIRS else f" --pairs {found.pairs}"
    return f"dtproxies evaluate {found.module} --weights models/proxy-{found.module}/weights.safetensors{pairs}"


def _end(text: str, value: yaml.Node) -> int:
    """Where the last line of a value ends; YAML itself takes it to reach up to the next key."""
    lines = text[: value.end_mark.index].splitlines(keepends=True)
    while not lines[-1].strip() or lines[-1].startswith("#"):
        lines.pop()
    return len("".join(lines))


def _entries(found: Evaluation) -> list[Mapping[str, Any]]:
    display, log = (found.identity[name] for name in ("display_psnr", "log_psnr"))
    module = load_definition(found.module).module
    lab_values = "of L, a and b, not clipped; values below 1 count as 1"
    values = lab_values if module.result_space == "lab" else "not clipped; values below 2^-12 count as that"
    alone = "doing nothing" if module.result_space == module.space else "mere conversion of the picture"
    shown = f"{alone} gives {display.mean:.1f} on average, {display.worst:.1f} at worst"
    stops = f"12 stops below white to 4 above, capped at 150 dB; {alone} gives {log.mean:.1f}"
    return [
        _decibels(found, "display PSNR", "display_psnr", f"clipped, sRGB-encoded, capped at 150 dB; {shown}"),
        _decibels(found, "log-encoded PSNR", "log_psnr", f"not clipped, {stops}"),
        {
            "metric": "relative error of 99.9 % of the values",
            "unit": "millionths",
            **_measured(found, values),
            **{name: float(f"{1e6 * getattr(found.proxy['relative_error'], name):.3g}") for name in NAMES},
        },
    ]


def _decibels(found: Evaluation, metric: str, figure: str, how: str) -> Mapping[str, Any]:
    reached = {name: round(getattr(found.proxy[figure], name), 1) for name in NAMES}
    return {"metric": metric, "unit": "dB", **_measured(found, how), **reached}


def _measured(found: Evaluation, how: str) -> Mapping[str, Any]:
    sliders = " and sliders" if found.nearest else ""
    pairs = f"{found.pairs} pairs of {found.side} x {found.side} pixels, unseen images{sliders}"
    return {"data": f"{pairs}; {how}", "command": command(found)}
