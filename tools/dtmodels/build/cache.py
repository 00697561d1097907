"""Build cache: a stage is skipped while the digest of its inputs is unchanged and its outputs are intact.

Called by the stages and by `dtmodels run`.
"""

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
"""Python distributions whose version can change a built model."""
_SOURCES = SourceTree(directory=TOOLS)
GENERATED_PAGE = "README.md"
"""Generated page in a model's directory; it does not affect the build."""


def digest(*parts: str | bytes) -> str:
    """Return one SHA-256 of all parts, each prefixed by its length."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(b"%d:" % len(data) + data)
    return total.hexdigest()


def input_digest(entry: CatalogueEntry, *, seed: int | None = None) -> str:
    """Return the digest of a model's inputs: files of its directory, source of the tools, library versions, seed."""
    files = sorted(file for file in entry.directory.iterdir() if file.is_file() and file.name != GENERATED_PAGE)
    digests = [f"{file.name} {sha256(file)}" for file in files]
    seeded = [] if seed is None else [f"seed {seed}"]
    return digest(*digests, tools_digest(entry.card.convert.family, entry.card.task), _versions(), *seeded)


@cache
def tools_digest(family: str, task: str) -> str:
    """Return the digest of the source files that build models of one family and task."""
    files = sorted(_SOURCES.files_of_model(family, task))
    return digest(*(f"{file.relative_to(TOOLS)} {sha256(file)}" for file in files))


@cache
def _versions() -> str:
    return " ".join(f"{name}={importlib.metadata.version(name)}" for name in VERSIONED_LIBRARIES)


def run_if_stale(stamp: Path, inputs: str, outputs: Sequence[Path], work: Callable[[], Any]) -> bool:
    """Call `work` unless `stamp` records the same inputs and the outputs are intact.

    Args:
        stamp: JSON file that records inputs and outputs of the last call.
        inputs: digest of the inputs.
        outputs: files and directories that `work` writes.
        work: the function to call.

    Returns:
        True if `work` was called.
    """
    if is_fresh(stamp, inputs, outputs):
        return False
    stamp.unlink(missing_ok=True)
    work()
    write_json(stamp, {"inputs": inputs, "outputs": {str(path): _state(path) for path in _files(outputs)}})
    return True


def is_fresh(stamp: Path, inputs: str, outputs: Sequence[Path]) -> bool:
    """Return True if `stamp` records these inputs and all its outputs are intact."""
    try:
        recorded: Mapping[str, Any] = json.loads(stamp.read_bytes())
        return bool(recorded["inputs"] == inputs) and _unchanged(recorded["outputs"], _files(outputs))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _unchanged(states: Mapping[str, Mapping[str, Any]], files: Sequence[Path]) -> bool:
    return {str(path) for path in files} == set(states) and all(_same(path, states[str(path)]) for path in files)


def _same(path: Path, state: Mapping[str, Any]) -> bool:
    """Compare size and modification time; if only the time differs, compare the SHA-256."""
    current = path.stat()
    if current.st_size != state["bytes"]:
        return False
    return bool(current.st_mtime_ns == state["mtime_ns"]) or bool(sha256(path) == state["sha256"])


def _files(outputs: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in outputs:
        files += sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return files


def _state(path: Path) -> dict[str, Any]:
    current = path.stat()
    return {"bytes": current.st_size, "mtime_ns": current.st_mtime_ns, "sha256": sha256(path)}
