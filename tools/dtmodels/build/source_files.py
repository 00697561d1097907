"""Which source files of the tools a model is built by, found by following imports from the stages that build."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dtbase.system.errors import Failure

BUILD_STAGES = ("dtmodels.stages.convert", "dtmodels.stages.validate", "dtmodels.stages.package")
"""What makes a package and holds it against darktable; all that these import can change one."""
_OURS = ("dtbase", "dtmodels", "dtproxies")
_FAMILIES, _TASKS = "dtmodels.families", "dtmodels.tasks"
_QUOTED = re.compile(rf"""["']((?:{"|".join(_OURS)})\.[\w.]+)["']""".encode())
_MEMBERS = ".*"
"""Marks a package imported as a whole: its members are looked up at run time, by `dtbase.system.discovery`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """The tools' Python files below a directory, as modules that import each other. None is imported to find out."""

    directory: Path
    _read: dict[Path, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """What each file imports, once it was read."""
    _found: dict[tuple[str, ...], frozenset[Path]] = field(default_factory=dict, compare=False, repr=False)
    """What was answered before."""

    def behind(self, family: str, task: str, roots: Sequence[str] = BUILD_STAGES) -> frozenset[Path]:
        """The files a model of this family and task is built by, without the other families and tasks.

        Args:
            family: the member of `dtmodels.families`.
            task: the member of `dtmodels.tasks`.
            roots: the modules to start from.

        Raises:
            Failure: one of the files is not Python.
        """
        first = (*roots, f"{_FAMILIES}.{family}", f"{_TASKS}.{task}")
        if first not in self._found:
            self._found[first] = frozenset(self._follow(first))
        return self._found[first]

    def of_family(self, family: str) -> frozenset[Path]:
        """The files of `dtmodels.families` that one family consists of: its own, and what it shares with others.

        Raises:
            Failure: one of the files is not Python.
        """
        name = f"{_FAMILIES}.{family}"
        directory = self.directory.joinpath(*_FAMILIES.split("."))
        return frozenset(path for path in self._follow([name]) if directory in path.parents)

    def _follow(self, first: Sequence[str]) -> Iterable[Path]:
        found: dict[str, Path] = {}
        waiting = [*first]
        while waiting:
            name = waiting.pop()
            if name.endswith(_MEMBERS):
                package = name.removesuffix(_MEMBERS)
                waiting += self._members(package) if package not in (_FAMILIES, _TASKS) else ()
            elif name not in found and (path := self._file(name)):
                found[name] = path
                waiting += [name.rpartition(".")[0], *self._imports(name, path)]
        return found.values()

    def _file(self, name: str) -> Path | None:
        first, *rest = name.split(".")
        if first not in _OURS:
            return None
        place = self.directory.joinpath(first, *rest)
        return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)

    def _members(self, package: str) -> Iterator[str]:
        directory = self.directory.joinpath(*package.split("."))
        for path in [*directory.glob("*.py"), *(init.parent for init in directory.glob("*/__init__.py"))]:
            if not path.name.startswith("_"):
                yield f"{package}.{path.stem}"

    def _imports(self, name: str, path: Path) -> frozenset[str]:
        if path not in self._read:
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            self._read[path] = frozenset(self._named(path, package))
        return self._read[path]

    def _named(self, path: Path, package: str) -> Iterator[str]:
        """Every module a file names: in its imports, wherever they stand, or in quotes, to start another process."""
        source = path.read_bytes()
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError) as exc:
            raise Failure(f"is not Python: {exc}", where=str(path), fix="correct it") from exc
        yield from (found.decode() for found in _QUOTED.findall(source))
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
                            yield inner + _MEMBERS
                case _:
                    pass


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements, those inside others included; expressions hold none, and are most of a tree."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field_name in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, field_name, ())
            waiting += inner if isinstance(inner, list) else ()


def _absolute(module: str, package: str, level: int) -> str:
    """The full name of what `from <level dots><module> import` names inside `package`."""
    if not level:
        return module
    above = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{above}.{module}" if module else above
