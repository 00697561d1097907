"""Graph of imports between Python files, read from their text. Type-checking blocks do not count."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dtbase.system.errors import Failure

_MEMBERS = ".*"
"""Suffix of a package imported as a whole: its modules are looked up at run time, by `dtbase.system.discovery`."""
_PARSING = threading.Lock()
"""Two threads that parse at once can make Python 3.11.7 raise SystemError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportGraph:
    """The Python files of some top-level packages below a directory, as modules that import each other."""

    directory: Path
    packages: tuple[str, ...]
    """Names of the top-level packages; imports of others are ignored."""
    _cache: dict[Path, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """Imports of each file that was read."""

    def follow(
        self,
        first: Iterable[str],
        *,
        unexpanded: Iterable[str] = (),
        skip: Callable[[str], bool] = lambda _: False,
    ) -> dict[str, Path]:
        """Return the files of the modules that `first` import, directly or not, by name; `first` included.

        Args:
            first: full names of the modules to start from.
            unexpanded: packages whose modules do not count when the package is imported as a whole.
            skip: predicate: whether a module, and what only it imports, is left out.

        Raises:
            Failure: one of the files is not Python.
        """
        found: dict[str, Path] = {}
        waiting, closed = [*first], frozenset(unexpanded)
        while waiting:
            name = waiting.pop()
            if name.endswith(_MEMBERS):
                package = name.removesuffix(_MEMBERS)
                waiting += self._members(package) if package not in closed and not skip(package) else ()
            elif name not in found and not skip(name) and (path := self.file(name)):
                found[name] = path
                waiting += [name.rpartition(".")[0], *self._imports(name, path)]
        return found

    def file(self, name: str) -> Path | None:
        """Return the file of a module or package, or None if there is none or its package is not followed."""
        first, *rest = name.split(".")
        if first not in self.packages:
            return None
        stem = self.directory.joinpath(first, *rest)
        return next((path for path in (stem / "__init__.py", stem.with_suffix(".py")) if path.is_file()), None)

    def _members(self, package: str) -> Iterator[str]:
        directory = self.directory.joinpath(*package.split("."))
        for path in [*directory.glob("*.py"), *(init.parent for init in directory.glob("*/__init__.py"))]:
            if not path.name.startswith("_"):
                yield f"{package}.{path.stem}"

    def _imports(self, name: str, path: Path) -> frozenset[str]:
        if path not in self._cache:
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            self._cache[path] = frozenset(self._named(path, package))
        return self._cache[path]

    def _named(self, path: Path, package: str) -> Iterator[str]:
        """Yield every module that a file names: in any import, or in quotes, to start it in a subprocess."""
        source = path.read_bytes()
        quoted = re.compile(rf"""["']((?:{"|".join(self.packages)})\.[\w.]+)["']""".encode())
        yield from (found.decode() for found in quoted.findall(source))
        for statement in statements(parse(source, str(path))):
            match statement:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=module, names=names, level=level):
                    base = _absolute(module or "", package, level)
                    yield base
                    for alias in names:
                        yield (inner := f"{base}.{alias.name}")
                        if (file := self.file(inner)) and file.name == "__init__.py":
                            yield inner + _MEMBERS
                case _:
                    pass


def parse(source: bytes | str, where: str) -> ast.Module:
    """Return the syntax tree of a source text.

    Raises:
        Failure: it is not Python.
    """
    try:
        with _PARSING:
            return ast.parse(source)
    except (SyntaxError, ValueError) as exc:
        raise Failure(f"is not Python: {exc}", where=where, fix="correct it") from exc


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield all statements, nested ones included, but none of an `if TYPE_CHECKING` block."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if is_type_checking(node):
            waiting += node.orelse  # type: ignore[attr-defined]
            continue
        yield node
        for field_name in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, field_name, ())
            waiting += inner if isinstance(inner, list) else ()


def is_type_checking(node: ast.AST) -> bool:
    """Return whether this is an `if TYPE_CHECKING` block, which only type checkers read."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case _:
            return False


def _absolute(module: str, package: str, level: int) -> str:
    """Return the full name of what `from <level dots><module> import` names inside `package`."""
    if not level:
        return module
    above = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{above}.{module}" if module else above
