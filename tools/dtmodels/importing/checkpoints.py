"""Checkpoints of a card: names from file names, and the family of finished graphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from dtmodels.importing.stated import Stated

_LONGEST_ID = 64
_GRAPH = re.compile(r"\.onnx([._]data)?$", re.IGNORECASE)
"""Ends of the names of finished graphs, and of their external weights."""


def file_of(url: str) -> str:
    """Return the file name at the end of an address, without query."""
    try:
        return PurePosixPath(unquote(urlsplit(url).path)).name
    except ValueError:
        return PurePosixPath(url).name


def slug(text: str, default: str) -> str:
    """Return a text as an id: lower case, with hyphens for what an id cannot have."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST_ID].rstrip("-") or default


def with_names(files: Iterable[tuple[str, dict[str, Any]]], origin: str) -> list[dict[str, Any]]:
    """Add a different name to each checkpoint: its file name without suffix.

    Args:
        files: pairs of file name and fields of the checkpoint.
        origin: where the file names stand.
    """
    named: dict[str, dict[str, Any]] = {}
    for number, (file, fields) in enumerate(files, 1):
        stem = PurePosixPath(file).stem.lower()
        name = re.sub(r"[^a-z0-9_.-]+", "-", stem).strip("-._") or f"weights-{number}"
        while name in named:
            name = f"{name}-{number}"
        named[name] = {"name": Stated(name, origin.format(file=file, index=number - 1)), **fields}
    return list(named.values())


def are_graphs(files: Iterable[str]) -> bool:
    """Return whether these are file names of finished graphs; their external weights may be among them."""
    names = list(files)
    return any(name.lower().endswith(".onnx") for name in names) and all(_GRAPH.search(name) for name in names)


def family_of_graphs(files: Iterable[str]) -> Mapping[str, Any]:
    """Return the `convert` section for finished graphs; empty if one of the files is none."""
    return {"family": Stated("onnx", "every checkpoint is an ONNX file")} if are_graphs(files) else {}
