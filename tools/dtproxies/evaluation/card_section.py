"""Section `evaluation` of a proxy's card; the rest of the card stays as it is."""

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
DISPLAY_PSNR, LOG_PSNR = "PSNR, sRGB display-referred", "PSNR, log-encoded"
RELATIVE_ERROR = "99.9th percentile of relative error"


def with_evaluation(text: str, found: Evaluation, where: str) -> str:
    """Return the text of a card with this evaluation, in place of the old one or at the end.

    Raises:
        Failure: the text is no card.
    """
    root = yaml.compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise Failure("is not a model card: the top level is no mapping", where=where)
    section = yaml.safe_dump({KEY: _entries(found)}, sort_keys=False, width=WIDTH, allow_unicode=True)
    for key, value in root.value:
        if key.value == KEY:
            start, end = key.start_mark.index, _end(text, value)
            return text[:start] + section + text[end:]
    return f"{text.rstrip()}\n{section}"


def command(found: Evaluation) -> str:
    """Return the command that measures these results again."""
    pairs = "" if found.pairs == PAIRS else f" --pairs {found.pairs}"
    return f"dtproxies evaluate {found.module} --weights models/proxy-{found.module}/weights.safetensors{pairs}"


def _end(text: str, value: yaml.Node) -> int:
    """Return the index after the last line of a value; YAML's own end mark is at the next key."""
    lines = text[: value.end_mark.index].splitlines(keepends=True)
    while not lines[-1].strip() or lines[-1].startswith("#"):
        lines.pop()
    return len("".join(lines))


def _entries(found: Evaluation) -> list[Mapping[str, Any]]:
    display, log = (found.identity[name] for name in ("display_psnr", "log_psnr"))
    module = load_definition(found.module).module
    lab_values = "of L, a and b, not clipped; values below 1 count as 1"
    values = lab_values if module.result_space == "lab" else "not clipped; values below 2^-12 count as 2^-12"
    converted = "" if module.result_space == module.space else " (input converted to the output space)"
    shown = f"identity baseline{converted} {display.mean:.1f} mean, {display.worst:.1f} min"
    stops = f"12 stops below white to 4 above, capped at 150 dB; identity baseline{converted} {log.mean:.1f} mean"
    return [
        _decibels(found, DISPLAY_PSNR, "display_psnr", f"clipped, sRGB-encoded, capped at 150 dB; {shown}"),
        _decibels(found, LOG_PSNR, "log_psnr", f"not clipped, {stops}"),
        {
            "metric": RELATIVE_ERROR,
            "unit": "ppm",
            **_measured(found, values),
            **{name: float(f"{1e6 * getattr(found.proxy['relative_error'], name):.3g}") for name in NAMES},
        },
    ]


def _decibels(found: Evaluation, metric: str, name: str, how: str) -> Mapping[str, Any]:
    reached = {statistic: round(getattr(found.proxy[name], statistic), 1) for statistic in NAMES}
    return {"metric": metric, "unit": "dB", **_measured(found, how), **reached}


def _measured(found: Evaluation, how: str) -> Mapping[str, Any]:
    sliders = " and sliders" if found.nearest else ""
    pairs = f"{found.pairs} pairs of {found.side} x {found.side} pixels, unseen images{sliders}"
    return {"data": f"{pairs}; {how}", "command": command(found)}
