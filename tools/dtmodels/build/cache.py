"""Whether a finished stage is still valid: decided by a digest of all it was made from."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dtbase.system.files import sha256, write_json
from dtmodels.build.source_files import SourceTree
from dtmodels.card.catalogue import CatalogueEntry

TOOLS = Path(__file__).resolve().parents[2]
VERSIONED_LIBRARIES = ("numpy", "onnx", "onnxruntime", "onnxscript", "torch")
"""Distributions whose version can change a built model."""
_SOURCES = SourceTree(directory=TOOLS)
GENERATED_PAGE = "README.md"
"""The page in a model's directory: it tells about the model, it does not steer how it is built."""


def digest(*parts: str | bytes) -> str:
    """One SHA-256 over all parts, each framed by its length."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def input_digest(entry: CatalogueEntry, *, seed: int | None = None) -> str:
    """Digest of what a model is built from: its directory's files, the tools it uses, their libraries, and any seed."""
    files = sorted(file for file in entry.directory.iterdir() if file.is_file() and file.name != GENERATED_PAGE)
    own = [f"{file.name} {sha256(file)}" for file in files]
    seeded = [] if seed is None else [f"seed {seed}"]
    return digest(*own, tools_digest(entry.card.convert.family, entry.card.task), _versions(), *seeded)


@cache
def tools_digest(family: str, task: str) -> str:
    """Digest of the tools' source as one model uses it: other families and other tasks are left out."""
    files = sorted(_SOURCES.behind(family, task))
    return digest(*(f"{file.relative_to(TOOLS)} {sha256(file)}" for file in files))


@cache
def _versions() -> str:
    return " ".join(f"{name}={importlib.metadata.version(name)}" for name in VERSIONED_LIBRARIES)


def run_if_stale(stamp: Path, inputs: str, outputs: Sequence[Path], work: Callable[[], Any]) -> bool:
    """Do `work` unless `stamp` says that it was done from the same inputs and its outputs are still whole.

    Returns:
        Whether the work was done.
    """
    if is_fresh(stamp, inputs, outputs):
        return False
    stamp.unlink(missing_ok=True)
    work()
    write_json(stamp, {"inputs": inputs, "outputs": {str(path): _state(path) for path in _files(outputs)}})
    return True


def is_fresh(stamp: Path, inputs: str, outputs: Sequence[Path]) -> bool:
    """Whether `stamp` says that work was done from these inputs, and its outputs are still whole."""
    try:
        made: Mapping[str, Any] = json.loads(stamp.read_bytes())
        return bool(made["inputs"] == inputs) and _unchanged(made["outputs"], _files(outputs))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _unchanged(made: Mapping[str, Mapping[str, Any]], files: Sequence[Path]) -> bool:
    return {str(path) for path in files} == set(made) and all(_same(path, made[str(path)]) for path in files)


def _same(path: Path, state: Mapping[str, Any]) -> bool:
    """Size and time decide when both are equal; else the bytes do."""
    now = path.stat()
    if now.st_size != state["bytes"]:
        return False
    return bool(now.st_mtime_ns == state["mtime_ns"]) or bool(sha256(path) == state["sha256"])


def _files(outputs: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in outputs:
        found += sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return found


def _state(path: Path) -> dict[str, Any]:
    now = path.stat()
    return {"bytes": now.st_size, "mtime_ns": now.st_mtime_ns, "sha256": sha256(path)}
