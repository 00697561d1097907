"""convert: normalised ONNX files and `config.json`, built from checkpoints."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Set
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
from dtmodels.package.config_writer import build_config, loader_settings
from dtmodels.package.loader_settings import unknown_stems
from dtmodels.stages.setup import comes_with_repository, setup

STORAGE = ("half", "full")
"""Values of `convert.options.storage` in a card; the first is the default."""


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

    Runs each graph once, compares its output with the source network, and stores the PSNR next to the directory.

    Args:
        entry: the model.
        checkpoints: its verified files, by name; empty when there is a seed.
        workspace: contains the directory.
        console: prints progress.
        seed: initialise all weights from this seed; `config.json` states it.
        full: store all weights as float32, and ignore the option of the card.

    Returns:
        The directory. It is replaced atomically, so that it never contains files of two runs.

    Raises:
        Failure: the family rejects the checkpoint, wrote no graph, or the output of a graph differs too much.
        NothingToDo: the family has no seeded weights.
    """
    family = _family(entry.card)
    storage = "full" if full else _storage(entry.card)
    directory = workspace.model(entry.card.id)
    console.note(f"{entry.card.id}: converting with family {entry.card.convert.family}")
    with tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch, atomic_directory(directory) as new:
        raw = Path(scratch)
        attributes = family.convert(Job(card=entry.card, checkpoints=checkpoints, output=raw, seed=seed))
        graphs = sorted(raw.glob("*.onnx"))
        if not graphs:
            raise Failure(f"family {entry.card.convert.family} wrote no .onnx file", where=entry.card.id)
        _check_named_files(entry.card, {graph.stem for graph in graphs})
        finished = getattr(family, "FINISHED_GRAPHS", False)
        for graph in graphs:
            normalise(graph, new / graph.name, half=storage == "half", finished=finished)
        with Runtime() as runtime:
            ratios = {graph.name: check_parity(graph, new / graph.name, runtime, storage) for graph in graphs}
        for name, ratio in ratios.items():
            console.note(f"{entry.card.id}: {name} matches its source network, PSNR {ratio:.0f} dB")
        write_json(new / "config.json", build_config(entry.card, attributes, seed=seed))
    write_json(workspace.parity(entry.card.id), {"storage": storage, "decibels": ratios})
    return directory


def parity_db(workspace: Workspace, model_id: str) -> float:
    """PSNR of the outputs of a converted model against its source network, in dB; the worst of its graphs."""
    stored = json.loads(workspace.parity(model_id).read_bytes())
    return float(min(stored["decibels"].values()))


def obtain_and_convert(
    entry: CatalogueEntry, workspace: Workspace, console: Console, *, seed: int | None = None, full: bool = False
) -> Path:
    """Fetch the checkpoints of a model and convert it; see `convert`.

    A seed replaces downloads only: a model whose checkpoints are stored in the repository is built from them.
    """
    _family(entry.card)  # reports a typo in the card before a long download
    if seed is None or comes_with_repository(entry):
        return convert(entry, setup(entry, workspace, console), workspace, console, full=full)
    return convert(entry, {}, workspace, console, seed=seed, full=full)


def _family(card: Card) -> Family:
    """The family of a card, with all its options known: an ignored option would build another model than intended."""
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


def _check_named_files(card: Card, stems: Set[str]) -> None:
    """Check that settings of the card name files of the model: darktable would ignore any other."""
    for key, name in unknown_stems(loader_settings(card.package), stems):
        where = f"models/{card.id}/card.yaml: package.{key}.{name}"
        raise Failure(f"the model has no file {name}.onnx", where=where, fix=did_you_mean(name, stems))


def _storage(card: Card) -> str:
    value = card.convert.options.get("storage", STORAGE[0])
    if value not in STORAGE:
        where, fix = f"models/{card.id}/card.yaml: convert.options.storage", f"write {' or '.join(STORAGE)}"
        raise Failure(f"is {value!r}, which is no kind of storage", where=where, fix=fix)
    return str(value)
