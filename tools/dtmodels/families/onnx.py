"""Ready-made ONNX files: the author's checkpoint is the graph itself. Needs no torch.

Each checkpoint of the card is one graph; its name is the file name darktable wants, without `.onnx`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from dtmodels.families import Job

OPTIONS: tuple[str, ...] = ()


def convert(job: Job) -> Mapping[str, Any]:
    """Take every checkpoint as it is; the convert stage checks and normalises it like any other graph."""
    for name, path in job.checkpoints.items():
        shutil.copyfile(path, job.output / f"{name}.onnx")
    return {}
