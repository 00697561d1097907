"""Changes of a model since a git revision: card fields, its files, and the code of its family. Used by rules CHG."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dtmodels.build.source_files import SourceTree
from dtmodels.card.reader import CardReading, card_values
from dtmodels.card.schema_fit import field_name
from dtmodels.lint.history import History
from dtmodels.yaml.document import FieldPath

NOT_SHIPPED = frozenset(
    {"status", "status_reason", "version", "changes", "acceptances", "demo", "evaluation", "tolerance"}
)
"""Card fields that are not part of a package."""
_NOT_BUILD_INPUTS = ("card.yaml", "README.md", "REPORT.md", "training.jsonl", "demo.jpg", "darktable-ai.json")

Version = tuple[int, int]


def parse_version(version: Any) -> Version | None:
    """Parse a version as darktable compares it; None if it is not two integers."""
    parts = str(version).split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def card_path(history: History, reading: CardReading) -> str:
    """Path of the card relative to the root, with slashes."""
    return reading.path.relative_to(history.root).as_posix()


def earlier_values(history: History, reading: CardReading) -> Mapping[str, Any] | None:
    """Read the card fields at the revision; None if there was no readable card."""
    data = history.before(card_path(history, reading))
    return card_values(data) if data is not None else None


def was_published(history: History, reading: CardReading) -> bool:
    """True if the card had been released up to the revision; an unreadable card counts as published."""
    cards = (card_values(data) for _, data in history.contents(card_path(history, reading)))
    return any(card is None or card.get("status") not in ("draft", "candidate") for card in cards)


def changed_parts(history: History, reading: CardReading, before: Mapping[str, Any]) -> list[str]:
    """Names of the package inputs that changed, such as `license.weights`, `convert.py` or `family onnx`."""
    parts = [field_name(where) for where in _changed_fields(before, reading.values, ())]
    directory = reading.path.parent.relative_to(history.root).as_posix() + "/"
    for path in sorted(history.changed):
        name = path.removeprefix(directory)
        if (
            path.startswith(directory)
            and not name.startswith((*_NOT_BUILD_INPUTS, "golden", "."))
            and _behaviour_changed(history, path)
        ):
            parts.append(name)
    family = str((reading.values.get("convert") or {}).get("family", ""))
    if any(_behaviour_changed(history, path) for path in history.changed & _family_files(history.root, family)):
        parts.append(f"family {family}")
    return parts


def _changed_fields(before: Any, after: Any, where: FieldPath) -> Iterator[FieldPath]:
    """Yield the innermost fields that differ; a list of another length differs as a whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            if where or name not in NOT_SHIPPED:
                yield from _changed_fields(before.get(name), after.get(name), (*where, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changed_fields(old, new, (*where, index))
    elif before != after:
        yield where


def _family_files(root: Path, family: str) -> frozenset[str]:
    """Source files of a family, relative to the root; empty if the repository does not contain the tools."""
    files = SourceTree(directory=root / "tools").files_of_family(family)
    return frozenset(path.relative_to(root).as_posix() for path in files)


def _behaviour_changed(history: History, path: str) -> bool:
    """True if the behaviour of a changed file differs; comments, layout and docstrings of Python code do not count."""
    if not path.endswith(".py"):
        return True
    before, now = history.before(path), _content(history.root / path)
    try:
        return before is None or now is None or _syntax_tree(before) != _syntax_tree(now)
    except (SyntaxError, ValueError, RecursionError):
        return True


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _syntax_tree(source: bytes) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                node.body = [statement for statement in node.body if not _is_docstring(statement)]
            case _:
                pass
    return ast.dump(tree)


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
