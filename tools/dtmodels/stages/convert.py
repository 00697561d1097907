"""convert: checkpoint -> normalised ONNX files and `config.json`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from dtbase.console import Console
from dtbase.discovery import member
from dtbase.errors import Failure
from dtbase.files import replacing_folder, write_json
from dtmodels import families
from dtmodels.catalogue import Entry
from dtmodels.config import config
from dtmodels.families import Family, Job
from dtmodels.graph.normalise import normalise
from dtmodels.workspace import Workspace


def convert(entry: Entry, checkpoints: Mapping[str, Path], workspace: Workspace, console: Console) -> Path:
    """Build the model folder of one model: its ONNX files and its `config.json`.

    Returns:
        The folder; it is replaced as a whole, so it never holds files of two runs.

    Raises:
        Failure: the family refuses the checkpoint, or wrote nothing usable.
    """
    family = cast(Family, member(families, entry.card.convert.family))
    folder = workspace.model(entry.card.id)
    console.note(f"{entry.card.id}: converting with family {entry.card.convert.family}")
    with tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch, replacing_folder(folder) as fresh:
        raw = Path(scratch)
        attributes = family.convert(Job(card=entry.card, checkpoints=checkpoints, output=raw))
        graphs = sorted(raw.glob("*.onnx"))
        if not graphs:
            raise Failure(f"family {entry.card.convert.family} wrote no .onnx file", where=entry.card.id)
        for graph in graphs:
            normalise(graph, fresh / graph.name)
        write_json(fresh / "config.json", config(entry.card, attributes))
    return folder
