"""Digest of the code that a proxy and its results depend on; moved code keeps the digest."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from dtbase.system.import_graph import ImportGraph, is_type_checking, parse
from dtproxies import modules
from dtproxies.evaluation import run

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dtbase", "dtproxies")
TESTED_ELSEWHERE = (
    "dtproxies.darktable",
    "dtbase.terminal.console",
    "dtbase.system.errors",
    "dtbase.system.files",
)
"""Modules without influence on the digest: tests check renders bit for bit, and darktable's version is stored with the
results; the others change no result."""


def code_digest(name: str) -> str:
    """Return the SHA-256, in hex, of all code that building, running and evaluating the proxy of `name` imports.

    Names and paths of files, comments, docstrings, layout, imports between our own modules, and the order of
    definitions have no influence. A function may therefore move to another file.
    """
    graph = ImportGraph(directory=ROOT, packages=PACKAGES)
    first = (f"{modules.__name__}.{name}", run.__name__)
    files = graph.follow(first, unexpanded=[modules.__name__], skip=_does_not_count)
    return digest_of_sources(path.read_text() for path in files.values())


def digest_of_sources(sources: Iterable[str]) -> str:
    """Return the SHA-256 over the sorted top-level statements of all sources, and the set of their foreign imports."""
    definitions: list[str] = []
    imports: set[str] = set()
    for source in sources:
        tree = parse(source, "a source file")
        imports.update(_foreign_imports(tree))
        definitions += [ast.unparse(statement) for statement in _strip(tree).body]
    text = "\n".join([*sorted(imports), *sorted(definitions)])
    return hashlib.sha256(text.encode()).hexdigest()


def _does_not_count(name: str) -> bool:
    return name == "dtproxies" or any(name == one or name.startswith(f"{one}.") for one in TESTED_ELSEWHERE)


def _foreign_imports(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level imports of third-party packages, one text for each imported name."""
    for statement in tree.body:
        match statement:
            case ast.Import(names=names):
                yield from (f"import {ast.unparse(alias)}" for alias in names if not _is_ours(alias.name))
            case ast.ImportFrom(module=str(module), names=names) if not _is_ours(module):
                yield from (f"from {module} import {ast.unparse(alias)}" for alias in names)
            case _:
                pass


def _strip(tree: ast.Module) -> ast.Module:
    """Return the tree without docstrings, type-checking blocks, top-level imports and imports of our own modules."""
    tree.body = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list):
                kept = [one for one in block if not _has_no_meaning(one)]
                statements = kept or ([ast.Pass()] if block and name == "body" and node is not tree else [])
                setattr(node, name, statements)
    return tree


def _has_no_meaning(statement: ast.AST) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Import(names=names):
            return all(_is_ours(alias.name) for alias in names)
        case ast.ImportFrom(module=module, level=level):
            return level > 0 or _is_ours(module or "")
        case _:
            return is_type_checking(statement)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in (*PACKAGES, "__future__")
