"""One file per network family: official checkpoint -> torch network -> ONNX files. Torch lives here only.

A member has `convert(job)`, which writes the raw `.onnx` files of a model into `job.output`, and beside each what its
source computes (`dtmodels.graph.parity.remember`; `_export.export` does both). It returns the attributes that join the
card's own in `config.json`, an empty mapping when there are none.

A family named like a task may also have `card_facts(model_id, directory)`. It returns the card fields that are known
of a new model of this task; `dtmodels new` fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dtmodels.card.model import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a family needs to build one model."""

    card: Card
    checkpoints: Mapping[str, Path]
    """Verified files, by the name the card gives them."""
    output: Path
    """Directory for the raw ONNX files, named as the task wants them (`model.onnx`, `encoder.onnx`, ...)."""
    seed: int | None = None
    """Where given, there are no checkpoints: the family makes seeded weights from this number (`_weights.fill`)."""


class Family(Protocol):
    """What a member module offers."""

    OPTIONS: tuple[str, ...]
    """Names of the `convert.options` it knows; the convert stage refuses others."""

    def convert(self, job: Job) -> Mapping[str, Any]:
        """Write the model's ONNX files; return attributes for `config.json`.

        Raises:
            Failure: the checkpoint is not of this family, or its tensors do not fit.
            NothingToDo: the job has a seed, and there is nothing here to give seeded weights to.
        """
        ...
