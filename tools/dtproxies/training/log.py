"""Training log, one JSON object per line, and a plot of the loss."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dtbase.system.files import atomic_file, write_text

LOG = "training.jsonl"
CURVE = "training.png"


def write_log(directory: Path, lines: Sequence[Mapping[str, Any]], name: str, *, curve: bool = True) -> None:
    """Write log and plot, each atomically; called repeatedly during training."""
    write_text(directory / LOG, "".join(json.dumps(line) + "\n" for line in lines))
    if lines and curve:
        _plot(directory / CURVE, lines, name)


def _plot(path: Path, lines: Sequence[Mapping[str, Any]], name: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    left = figure.subplots()
    left.semilogy([line["step"] for line in lines], [line["loss"] for line in lines], color="tab:blue")
    left.set_xlabel("step")
    left.set_ylabel("loss", color="tab:blue")
    left.set_title(f"training of {name}")
    if checks := [line for line in lines if "check_psnr" in line]:
        right = left.twinx()
        right.plot([line["step"] for line in checks], [line["check_psnr"] for line in checks], "o-", color="tab:red")
        right.set_ylabel("check PSNR (dB)", color="tab:red")
    with atomic_file(path) as part:
        figure.savefig(part, format="png", dpi=100, metadata={"Software": None})
