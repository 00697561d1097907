"""Section `evaluation` of a proxy's card; the rest of the card stays unchanged."""

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


def with_evaluation(text: str, evaluation: Evaluation, where: str) -> str:
    """Return the text of a card with this evaluation, which replaces the old one or is added at the end.

    Raises:
        Failure: the text is not a card.
    """
    root = yaml.compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise Failure("is not a model card: the top level is not a mapping", where=where)
    section = yaml.safe_dump({KEY: _entries(evaluation)}, sort_keys=False, width=WIDTH, allow_unicode=True)
    for key, value in root.value:
        if key.value == KEY:
            start, end = key.start_mark.index, _end(text, value)
            return text[:start] + section + text[end:]
    return f"{text.rstrip()}\n{section}"


def command(evaluation: Evaluation) -> str:
    """Return the command that reproduces these results."""
    pairs = "" if evaluation.pairs == PAIRS else f" --pairs {evaluation.pairs}"
    return (
        f"dtproxies evaluate {evaluation.module} --weights models/proxy-{evaluation.module}/weights.safetensors{pairs}"
    )


def _end(text: str, value: yaml.Node) -> int:
    """Return the index after the last line of a value; YAML's own end mark is at the next key."""
    lines = text[: value.end_mark.index].splitlines(keepends=True)
    while not lines[-1].strip() or lines[-1].startswith("#"):
        lines.pop()
    return len("".join(lines))


def _entries(evaluation: Evaluation) -> list[Mapping[str, Any]]:
    display, log = (evaluation.identity[name] for name in ("display_psnr", "log_psnr"))
    module = load_definition(evaluation.module).module
    lab_values = "of L, a and b, not clipped; values below 1 count as 1"
    values = lab_values if module.result_space == "lab" else "not clipped; values below 2^-12 count as 2^-12"
    converted = "" if module.result_space == module.space else " (input converted to the output space)"
    baseline = f"identity baseline{converted} {display.mean:.1f} mean, {display.worst:.1f} min"
    stops = f"12 stops below white to 4 above, capped at 150 dB; identity baseline{converted} {log.mean:.1f} mean"
    return [
        _psnr_entry(evaluation, DISPLAY_PSNR, "display_psnr", f"clipped, sRGB-encoded, capped at 150 dB; {baseline}"),
        _psnr_entry(evaluation, LOG_PSNR, "log_psnr", f"not clipped, {stops}"),
        {
            "metric": RELATIVE_ERROR,
            "unit": "ppm",
            **_provenance(evaluation, values),
            **{name: float(f"{1e6 * getattr(evaluation.proxy['relative_error'], name):.3g}") for name in NAMES},
        },
    ]


def _psnr_entry(evaluation: Evaluation, metric: str, name: str, conditions: str) -> Mapping[str, Any]:
    statistics = {statistic: round(getattr(evaluation.proxy[name], statistic), 1) for statistic in NAMES}
    return {"metric": metric, "unit": "dB", **_provenance(evaluation, conditions), **statistics}


def _provenance(evaluation: Evaluation, conditions: str) -> Mapping[str, Any]:
    sliders = " and sliders" if evaluation.nearest else ""
    pairs = f"{evaluation.pairs} pairs of {evaluation.side} x {evaluation.side} pixels, unseen images{sliders}"
    return {"data": f"{pairs}; {conditions}", "command": command(evaluation)}
