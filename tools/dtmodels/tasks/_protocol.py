"""Interfaces of the plug-in modules of `dtmodels.tasks`, and their inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem
from dtmodels.graph.inspect import Graph
from dtmodels.graph.optimisation import Level, Opening
from dtmodels.graph.runtime import Runtime, Session
from dtmodels.package.config_reader import PackageConfig
from dtmodels.tasks._demo import Sample, Strip

IN_DARKTABLE = "darktable runs it"
"""Result for a task that darktable's own C code runs."""
IN_NEWER_DARKTABLE = "darktable 5.7 runs it; 5.6 does not"
"""Result for a task of darktable's C code, with settings that 5.6 does not know."""
IN_LUA = "a Lua script can run it; no code of darktable itself does"
"""Result for a task that only scripts run, through `darktable.ai`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """An installed model, input of a task."""

    directory: Path
    config: PackageConfig
    graphs: Mapping[str, Graph]
    """Inspected `.onnx` files of the directory, by file name."""
    levels: Mapping[str, Level] = field(default_factory=dict)
    """Optimisation level that darktable tries first, by file name; "all" for other files."""

    def open(self, runtime: Runtime, file: str) -> Session:
        """Load one of the files as darktable does.

        Raises:
            GraphFailure: ONNX Runtime does not load it.
        """
        return runtime.load(self.directory / file, level=self.levels.get(file, "all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Result of one call of a graph with the task's seeded sample input."""

    name: str
    """Unique within the model, for example `model_x2` or `decoder`."""
    file: str
    seconds: float
    outputs: Mapping[str, NDArray[np.float32]]
    """Outputs by name."""
    opening: Opening
    """How the file was opened."""


class Task(Protocol):
    """Interface of a plug-in module. A check without findings yields nothing."""

    RUN_BY: str
    """What calls the graphs, for the result of a check: `IN_DARKTABLE` or `IN_LUA`."""
    FILES: tuple[str, ...]
    """ONNX files that darktable requires for the task."""
    OPTIONAL: tuple[str, ...]
    """ONNX files that it uses if present."""
    ATTRIBUTES: tuple[str, ...]
    """Dotted paths of the attributes that darktable's code reads; empty where only scripts read them."""

    def check(self, model: Model) -> Iterator[CheckProblem]:
        """Check configuration and graphs against the requirements of the task's code, without running a graph."""
        ...

    def run(self, model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
        """Run the graphs as darktable does, on seeded sample input; yield calls and problems.

        Called only if `check` found no error.
        """
        ...


class HasGoldenPairs(Protocol):
    """Interface of a plug-in module whose models are compared with images that darktable rendered."""

    def measure(self, model: Model, runtime: Runtime, golden: Path) -> Mapping[str, float]:
        """Compare with the golden pairs in the file `golden`.

        Returns:
            Results by name; `psnr_db_worst` is compared with the card's `tolerance.psnr_db`.

        Raises:
            Failure: the file is invalid, or ONNX Runtime fails a call.
        """
        ...


class HasDemo(Protocol):
    """Interface of a plug-in module whose task has a demo."""

    def demo(self, model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
        """Run the model on samples as darktable does; yield one strip of images per sample, in order.

        Raises:
            Failure: a sample is not an image, or ONNX Runtime fails a call.
        """
        ...
