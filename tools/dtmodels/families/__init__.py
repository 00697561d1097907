"""Plug-in modules, one per network family: official checkpoint -> torch network -> ONNX files.

Only this package imports torch. Each module has `convert(job)`, called by the convert stage. It writes the raw `.onnx`
files of a model into `job.output`, and saves the outputs of the source network next to each of them
(`dtmodels.graph.parity.save_reference_output`; `_export.export` does both). It returns attributes to merge into
`config.json`, or an empty mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dtmodels.card.model import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Input of `convert`: everything a family needs to convert one model."""

    card: Card
    checkpoints: Mapping[str, Path]
    """Verified files, by their names in the card."""
    output: Path
    """Directory for the raw ONNX files, named as the task requires (`model.onnx`, `encoder.onnx`, ...)."""
    seed: int | None = None
    """Seed of the weights, if the model is built without checkpoints (`_weights.load_weights`)."""


class Family(Protocol):
    """Interface of a plug-in module of this package."""

    OPTIONS: tuple[str, ...]
    """Names of the supported `convert.options`; the convert stage rejects others."""
    FINISHED_GRAPHS: bool
    """True if the graphs are other authors' files, so that any operator is allowed that ONNX Runtime opens. Optional:
    False if the module has no such name."""

    def convert(self, job: Job) -> Mapping[str, Any]:
        """Write the model's ONNX files; return attributes for `config.json`.

        Raises:
            Failure: the checkpoint is not of this family, or its tensors do not fit.
            NothingToDo: the job has a seed, but the model has no network to initialise with seeded weights.
        """
        ...
