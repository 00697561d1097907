"""What code a proxy and its figures rest on, as one number: comments, docstrings and layout do not count."""

from __future__ import annotations

import ast
import hashlib
from modulefinder import ModuleFinder
from pathlib import Path

from dtproxies import modules
from dtproxies.evaluation import run

ROOT = Path(__file__).resolve().parents[2]
HELD_ELSEWHERE = ("dtproxies.darktable", "dtbase.terminal.console", "dtbase.system.errors", "dtbase.system.files")
"""What is rendered is held by tests, bit for bit, and named by darktable's version; the others change no figure."""


def code_digest(name: str) -> str:
    """SHA-256 over all code that building, running and judging the proxy of the module `name` imports, in hex."""
    finder = ModuleFinder(path=[str(ROOT)], excludes=HELD_ELSEWHERE)
    for start in (f"{modules.__name__}.{name}", run.__name__):
        finder.import_hook(start)
    ours = {found: Path(path) for found, one in finder.modules.items() if (path := vars(one)["__file__"])}
    text = "\n".join(f"{found}\n{_bare(ours[found].read_text())}" for found in sorted(ours))
    return hashlib.sha256(text.encode()).hexdigest()


def _bare(source: str) -> str:
    """The code without what no program sees."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            kept = [one for one in body if not _is_text(one)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_text(one: ast.stmt) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
