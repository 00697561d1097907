"""Source files of the tools that build a model, found by following imports from the build stages.

Used by the build cache, and by the jobs that decide which models a change affects.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dtbase.system.errors import Failure

BUILD_STAGES = ("dtmodels.stages.convert", "dtmodels.stages.validate", "dtmodels.stages.package")
"""Stages that write or validate a package; every module they import can change it."""
_PACKAGES = ("dtbase", "dtmodels", "dtproxies")
_FAMILIES, _TASKS = "dtmodels.families", "dtmodels.tasks"
_QUOTED = re.compile(rf"""["']((?:{"|".join(_PACKAGES)})\.[\w.]+)["']""".encode())
_ALL_PLUGINS = ".*"
"""Suffix of a package imported as a whole: `dtbase.system.discovery` loads its plug-in modules at run time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """Python files of the tools below a directory and their imports, found without importing them."""

    directory: Path
    _parsed: dict[Path, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """Imports of each parsed file."""
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
            self._results[start] = frozenset(self._follow(start))
        return self._results[start]

    def files_of_family(self, family: str) -> frozenset[Path]:
        """Return the files in `dtmodels.families` of one family: its own and the shared ones that it imports.

        Raises:
            Failure: one of the files is not Python.
        """
        name = f"{_FAMILIES}.{family}"
        directory = self.directory.joinpath(*_FAMILIES.split("."))
        return frozenset(path for path in self._follow([name]) if directory in path.parents)

    def _follow(self, start: Sequence[str]) -> Iterable[Path]:
        files: dict[str, Path] = {}
        waiting = [*start]
        while waiting:
            name = waiting.pop()
            if name.endswith(_ALL_PLUGINS):
                package = name.removesuffix(_ALL_PLUGINS)
                waiting += self._plugins(package) if package not in (_FAMILIES, _TASKS) else ()
            elif name not in files and (path := self._file(name)):
                files[name] = path
                waiting += [name.rpartition(".")[0], *self._imports(name, path)]
        return files.values()

    def _file(self, name: str) -> Path | None:
        package, *rest = name.split(".")
        if package not in _PACKAGES:
            return None
        base = self.directory.joinpath(package, *rest)
        return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)

    def _plugins(self, package: str) -> Iterator[str]:
        directory = self.directory.joinpath(*package.split("."))
        for path in [*directory.glob("*.py"), *(init.parent for init in directory.glob("*/__init__.py"))]:
            if not path.name.startswith("_"):
                yield f"{package}.{path.stem}"

    def _imports(self, name: str, path: Path) -> frozenset[str]:
        if path not in self._parsed:
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            self._parsed[path] = frozenset(self._imported_names(path, package))
        return self._parsed[path]

    def _imported_names(self, path: Path, package: str) -> Iterator[str]:
        """Yield all modules that a file imports, at any level, or names in a string to start a subprocess."""
        source = path.read_bytes()
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError) as exc:
            raise Failure(f"is not Python: {exc}", where=str(path), fix="fix the syntax") from exc
        yield from (name.decode() for name in _QUOTED.findall(source))
        for statement in _statements(tree):
            match statement:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=module, names=names, level=level):
                    base = _absolute(module or "", package, level)
                    yield base
                    for alias in names:
                        yield (inner := f"{base}.{alias.name}")
                        if (file := self._file(inner)) and file.name == "__init__.py":
                            yield inner + _ALL_PLUGINS
                case _:
                    pass


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield all statements, including nested ones, without visiting expressions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field_name in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, field_name, ())
            waiting += inner if isinstance(inner, list) else ()


def _absolute(module: str, package: str, level: int) -> str:
    """Return the full name of the module in `from <level dots><module> import` inside `package`."""
    if not level:
        return module
    parent = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{parent}.{module}" if module else parent
