"""What a member of `dtmodels.tasks` offers and is given; apart, so that naming the tasks imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem
from dtmodels.graph.inspect import Graph
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_reader import PackageConfig
from dtmodels.tasks._demo import Sample, Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """An installed model as a task sees it."""

    directory: Path
    config: PackageConfig
    graphs: Mapping[str, Graph]
    """Inspected `.onnx` files of the directory, by file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a graph with the task's seeded sample input."""

    name: str
    """Unique within the model, for example `model_x2` or `decoder`."""
    file: str
    seconds: float
    outputs: Mapping[str, NDArray[np.float32]]
    """By output name."""


class Task(Protocol):
    """What a member module offers. A check that finds nothing yields nothing."""

    FILES: tuple[str, ...]
    """ONNX files darktable needs for the task."""
    OPTIONAL: tuple[str, ...]
    """ONNX files it uses when they are there."""

    def check(self, model: Model) -> Iterator[CheckProblem]:
        """Hold configuration and graphs against what the task's code demands, without running anything."""
        ...

    def run(self, model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
        """Run the graphs as darktable would, on seeded sample input; yield what was computed and what is wrong.

        Only called when `check` found no error.
        """
        ...


class HasGoldenPairs(Protocol):
    """What a member module offers when its models can be held against images that darktable rendered."""

    def measure(self, model: Model, runtime: Runtime, golden: Path) -> Mapping[str, float]:
        """Compare with the golden pairs in the file `golden`.

        Returns:
            Figures by name; `psnr_db_worst` is held against the card's `tolerance.psnr_db`.

        Raises:
            Failure: the file cannot be used, or ONNX Runtime refuses a call.
        """
        ...


class HasDemo(Protocol):
    """What a member module offers when its task can show pictures."""

    def demo(self, model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
        """Run the model on samples, as darktable would; yield a strip of images for each, in their order.

        Raises:
            Failure: a sample is no image, or ONNX Runtime refuses a call.
        """
        ...
