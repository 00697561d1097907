"""Source files that a model is built by, found by following imports from the stages that build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dtbase.system.import_graph import ImportGraph

BUILDING = ("dtmodels.stages.convert", "dtmodels.stages.validate", "dtmodels.stages.package")
"""Stages that make a package and check it against darktable; any module that these import can change a package."""
_OURS = ("dtbase", "dtmodels", "dtproxies")
_FAMILIES, _TASKS = "dtmodels.families", "dtmodels.tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The tools' Python files below a directory, as modules that import each other. None is imported to find out."""

    directory: Path
    _graphs: dict[Path, ImportGraph] = field(default_factory=dict, compare=False, repr=False)
    """The graph of `directory`, once it was needed."""
    _cache: dict[tuple[str, ...], frozenset[Path]] = field(default_factory=dict, compare=False, repr=False)
    """Results of `behind`, by the modules it started from."""

    def behind(self, family: str, task: str, roots: Sequence[str] = BUILDING) -> frozenset[Path]:
        """Return the files that a model of this family and task is built by, without other families and tasks.

        Args:
            family: the plug-in module of `dtmodels.families`.
            task: the plug-in module of `dtmodels.tasks`.
            roots: the modules to start from.

        Raises:
            Failure: one of the files is not Python.
        """
        first = (*roots, f"{_FAMILIES}.{family}", f"{_TASKS}.{task}")
        if first not in self._cache:
            self._cache[first] = self._follow(first)
        return self._cache[first]

    def of_family(self, family: str) -> frozenset[Path]:
        """Return the files of `dtmodels.families` that one family consists of, shared ones included.

        Raises:
            Failure: one of the files is not Python.
        """
        directory = self.directory.joinpath(*_FAMILIES.split("."))
        return frozenset(path for path in self._follow([f"{_FAMILIES}.{family}"]) if directory in path.parents)

    def _follow(self, first: Sequence[str]) -> frozenset[Path]:
        graph = self._graphs.setdefault(self.directory, ImportGraph(directory=self.directory, packages=_OURS))
        return frozenset(graph.follow(first, unexpanded=(_FAMILIES, _TASKS)).values())
