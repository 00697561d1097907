"""convert: checkpoint -> normalised ONNX files and `config.json`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from dtbase.system.discovery import load_plugin
from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import atomic_directory, write_json
from dtbase.system.suggestions import did_you_mean
from dtbase.terminal.console import Console
from dtmodels import families
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.card.model import Card
from dtmodels.families import Family, Job
from dtmodels.graph.normalise import normalise
from dtmodels.graph.parity import check_parity
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_writer import build_config
from dtmodels.stages.setup import comes_with_repository, setup

STORAGE = ("half", "full")
"""What `convert.options.storage` of a card may say; the first is the default."""


def convert(
    entry: CatalogueEntry,
    checkpoints: Mapping[str, Path],
    workspace: Workspace,
    console: Console,
    *,
    seed: int | None = None,
    full: bool = False,
) -> Path:
    """Build the model directory of one model: its ONNX files and its `config.json`.

    Each graph is run once and held against what its source computes; the result is kept beside the directory.

    Args:
        entry: the model.
        checkpoints: its verified files, by name; none when there is a seed.
        workspace: where the directory is.
        console: where progress goes.
        seed: build with seeded weights made from this number; `config.json` says so.
        full: store all weights as float32, whatever the card says.

    Returns:
        The directory; it is replaced as a whole, so it never holds files of two runs.

    Raises:
        Failure: the family refuses the checkpoint, wrote nothing usable, or a graph computes something else.
        NothingToDo: the family cannot make up weights.
    """
    family = _family(entry.card)
    storage = "full" if full else _storage(entry.card)
    directory = workspace.model(entry.card.id)
    console.note(f"{entry.card.id}: converting with family {entry.card.convert.family}")
    with tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch, atomic_directory(directory) as fresh:
        raw = Path(scratch)
        attributes = family.convert(Job(card=entry.card, checkpoints=checkpoints, output=raw, seed=seed))
        graphs = sorted(raw.glob("*.onnx"))
        if not graphs:
            raise Failure(f"family {entry.card.convert.family} wrote no .onnx file", where=entry.card.id)
        for graph in graphs:
            normalise(graph, fresh / graph.name, half=storage == "half")
        with Runtime() as runtime:
            ratios = {graph.name: check_parity(graph, fresh / graph.name, runtime, storage) for graph in graphs}
        for name, ratio in ratios.items():
            console.note(f"{entry.card.id}: {name} computes what its network does, to {ratio:.0f} dB")
        write_json(fresh / "config.json", build_config(entry.card, attributes, seed=seed))
    write_json(workspace.parity(entry.card.id), {"storage": storage, "decibels": ratios})
    return directory


def decibels_of(workspace: Workspace, model_id: str) -> float:
    """How near the graphs of a converted model come to what they were made from: the worst of them, in dB."""
    kept = json.loads(workspace.parity(model_id).read_bytes())
    return float(min(kept["decibels"].values()))


def obtain_and_convert(
    entry: CatalogueEntry, workspace: Workspace, console: Console, *, seed: int | None = None, full: bool = False
) -> Path:
    """Have the checkpoints of a model and convert it; see `convert`.

    A seed stands in for downloads only: a model whose checkpoints lie in the repository is built from them.
    """
    _family(entry.card)  # a slip in the card is told before a long download, not after it
    if seed is None or comes_with_repository(entry):
        return convert(entry, setup(entry, workspace, console), workspace, console, full=full)
    return convert(entry, {}, workspace, console, seed=seed, full=full)


def _family(card: Card) -> Family:
    """The family of a card; an option it does not read would build another model than its author meant."""
    name = card.convert.family
    try:
        family = cast(Family, load_plugin(families, name))
    except WrongUsage as exc:
        fix = f"a new family is a file tools/dtmodels/families/{name}.py; {exc.fix}"
        raise Failure(exc.what, where=f"models/{card.id}/card.yaml: convert.family", fix=fix) from exc
    known = {*family.OPTIONS, "storage"}
    for name in card.convert.options:
        if name not in known:
            where = f"models/{card.id}/card.yaml: convert.options.{name}"
            raise Failure(
                f"family {card.convert.family} has no such option", where=where, fix=did_you_mean(name, known)
            )
    return family


def _storage(card: Card) -> str:
    value = card.convert.options.get("storage", STORAGE[0])
    if value not in STORAGE:
        where, fix = f"models/{card.id}/card.yaml: convert.options.storage", f"write {' or '.join(STORAGE)}"
        raise Failure(f"is {value!r}", where=where, fix=fix)
    return str(value)
