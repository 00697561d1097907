"""Source files of the tools that build a model, found by following imports from the build stages.

Used by the build cache, and by the jobs that decide which models a change affects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dtbase.system.import_graph import ImportGraph

BUILD_STAGES = ("dtmodels.stages.convert", "dtmodels.stages.validate", "dtmodels.stages.package")
"""Stages that write or validate a package; every module they import can change it."""
_PACKAGES = ("dtbase", "dtmodels", "dtproxies")
_FAMILIES, _TASKS = "dtmodels.families", "dtmodels.tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """Python files of the tools below a directory and their imports, found without importing them."""

    directory: Path
    _graphs: dict[Path, ImportGraph] = field(default_factory=dict, compare=False, repr=False)
    """The import graph of `directory`, created on first use."""
    _results: dict[tuple[str, ...], frozenset[Path]] = field(default_factory=dict, compare=False, repr=False)
    """Cached results of `files_of_model`."""

    def files_of_model(self, family: str, task: str, roots: Sequence[str] = BUILD_STAGES) -> frozenset[Path]:
        """Return the files that build a model of this family and task, without other families and tasks.

        Args:
            family: name of a module in `dtmodels.families`.
            task: name of a module in `dtmodels.tasks`.
            roots: modules to start from.

        Raises:
            Failure: one of the files is not Python.
        """
        start = (*roots, f"{_FAMILIES}.{family}", f"{_TASKS}.{task}")
        if start not in self._results:
            self._results[start] = self._follow(start)
        return self._results[start]

    def files_of_family(self, family: str) -> frozenset[Path]:
        """Return the files in `dtmodels.families` of one family: its own and the shared ones that it imports.

        Raises:
            Failure: one of the files is not Python.
        """
        directory = self.directory.joinpath(*_FAMILIES.split("."))
        return frozenset(path for path in self._follow([f"{_FAMILIES}.{family}"]) if directory in path.parents)

    def _follow(self, start: Sequence[str]) -> frozenset[Path]:
        graph = self._graphs.setdefault(self.directory, ImportGraph(directory=self.directory, packages=_PACKAGES))
        return frozenset(graph.follow(start, unexpanded=(_FAMILIES, _TASKS)).values())
