"""Whether official checkpoints will load and compute the same, for each checkpoint of each card.

    .venv/bin/python -m benchmarks.checkpoint_coverage [--data DIRECTORY] [--tensors] [MODEL...]

No official file is needed: DIRECTORY holds its list of tensors, the recipe of numbers that stand in for them, and what
the authors' own code returned for these; it lies beside the repository. A file as the authors publish it is made from
list and recipe, its numbers are held against the authors' digest, and the model's family converts it like any other.

Columns: the list that fits, its tensors, how many the network takes, how many it knows and does without, how many it
misses, how many nobody expects; then the largest difference from the authors' outputs over an output's deviation, of
the network in torch as it is exported, and of the finished file in full precision in ONNX Runtime. `--tensors` leaves
these two out: names and shapes take seconds, the largest model's outputs take minutes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from dtbase.system.discovery import load_plugin
from dtbase.system.errors import Failure
from dtbase.system.subprocess_call import run_in_subprocess
from dtbase.terminal.console import Console
from dtmodels import families
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job, _weights
from dtmodels.families._seeded_weights import Recipe, seeded_tensor
from dtmodels.families._state_dict_mapping import COUNTER, Layout
from dtmodels.graph.normalise import normalise
from tests.dtmodels.families.reference_outputs import (
    DEVIATION,
    MEAN,
    PROMPTS,
    Array,
    Reference,
    drawing,
    hole,
    picture,
    prompts,
)

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data"
COLUMNS = ["model", "checkpoint", "list", "tensors", "taken", "not needed", "missing", "left over", "torch", "ONNX"]
BLOCKS = {"mask": 32, "depth": 14}
"""Pixels of a coarse block in the authors' inputs, by task; 16 in all others."""
SIDE = 112
"""Of an image, where none is looked at: a multiple of what each network needs."""
NAMES = {"iou_predictions": "iou", "low_res_masks": ""}
"""What the references call a graph's output, where it is another name; nothing where they have no such output."""
Outputs = dict[str, Array]


class _Caught(Exception):
    """A network's tensors and how its file holds them, on their way out of a conversion."""

    def __init__(self, wanted: Mapping[str, Tensor], layout: Layout) -> None:
        super().__init__()
        self.wanted, self.layout = wanted, layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How the tensors of a network fit a published list."""

    name: str
    listed: dict[str, Any] = field(repr=False)
    taken: int
    unused: int
    missing: int
    left_over: int

    @property
    def misfits(self) -> int:
        """Tensors without a partner."""
        return self.missing + self.left_over


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line for each checkpoint of each model, or of those that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.checkpoint_coverage", description="Published lists and references."
    )
    parser.add_argument("--data", type=Path, default=DATA, help="directory with state-dicts and reference-outputs")
    parser.add_argument("--tensors", action="store_true", help="look at names and shapes only, and convert nothing")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="models to look at; all when none is named")
    asked, console = parser.parse_args(arguments), Console()
    if not any(asked.data.glob("state-dicts/*.json")):
        console.say(f"left out: {asked.data} has no published lists; name their directory with --data")
        return 0
    try:
        catalogue = Catalogue.load(ROOT)
        entries = [catalogue.get(name) for name in asked.models] or catalogue.entries
    except Failure as exc:
        console.note(f"error: {exc}")
        return exc.exit_code
    rows = []
    for entry in entries:
        for row in _rows(entry, asked.data, tensors_only=asked.tensors):
            console.note("  ".join(row))
            rows.append(row)
    console.table(COLUMNS, rows)
    return 0 if all(row[6:8] in (["0", "0"], ["", ""]) for row in rows) else 1


def _rows(entry: CatalogueEntry, data: Path, *, tensors_only: bool) -> Iterator[list[str]]:
    card = entry.card
    if all(checkpoint.file for checkpoint in card.checkpoints):
        return  # its weights are its own
    if not hasattr(load_plugin(families, card.convert.family), "fill"):
        yield [card.id, "", "none: a finished graph", *[""] * (len(COLUMNS) - 3)]
        return
    for checkpoint in card.checkpoints:
        best = _fitting(entry, checkpoint, data)
        counts = [len(best.listed["tensors"]), best.taken, best.unused, best.missing, best.left_over]
        off = ("", "")
        if not (best.misfits or tensors_only):  # what does not fit cannot be converted
            found, _ = run_in_subprocess(_parity, entry, checkpoint, best, data)
            off = (f"{found[0]:.0e}", f"{found[1]:.0e}")
        yield [card.id, checkpoint.name, best.name, *map(str, counts), *off]


def _fitting(entry: CatalogueEntry, checkpoint: Checkpoint, data: Path) -> Mapped:
    """The published list that fits best."""

    def caught(wanted: Mapping[str, Tensor], _: object, layout: Layout, **__: object) -> None:
        raise _Caught(wanted, layout)

    lists = [(path.stem, json.loads(path.read_text())) for path in sorted((data / "state-dicts").glob("*.json"))]
    with (
        tempfile.TemporaryDirectory() as directory,
        patch.object(_weights, "read_checkpoint"),
        patch.object(_weights, "map_state_dict", caught),
    ):
        try:
            with torch.device("meta"):  # names and shapes, no numbers
                _convert(entry, checkpoint, Path("unread"), SIDE, Path(directory))
        except _Caught as found:
            return min((_mapped(name, listed, found) for name, listed in lists), key=lambda one: one.misfits)
    raise RuntimeError(f"{entry.card.id} reads no checkpoint named {checkpoint.name}")


def _mapped(name: str, listed: dict[str, Any], network: _Caught) -> Mapped:
    layout, shapes = network.layout, {one: tuple(shape) for one, shape, _ in listed["tensors"]}
    sources = {ours: layout.sources(ours) for ours in network.wanted}
    single = {names[0]: tuple(network.wanted[ours].shape) for ours, names in sources.items() if len(names) == 1}
    taken = {one for names in sources.values() for one in names}
    there = {one for one in taken & set(shapes) if single.get(one, shapes[one]) == shapes[one]}
    over = [one for one in shapes if one not in taken]
    unused = [one for one in over if any(re.fullmatch(pattern, one) for pattern in layout.unused)]
    missing = [one for one in taken - there if not one.endswith(COUNTER)]
    return Mapped(
        name=name,
        listed=listed,
        taken=len(there),
        unused=len(unused),
        missing=len(missing),
        left_over=len(over) - len(unused),
    )


def _convert(entry: CatalogueEntry, checkpoint: Checkpoint, file: Path, side: int, directory: Path) -> None:
    """Convert one checkpoint of a model, for images of one size and without what the package adds to the network."""
    package = replace(entry.card.package, attributes={"input_sizes": [side]})
    card = replace(entry.card, package=package, checkpoints=(checkpoint,))
    family = load_plugin(families, card.convert.family)
    family.convert(Job(card=card, checkpoints={checkpoint.name: file}, output=directory))


def _parity(entry: CatalogueEntry, checkpoint: Checkpoint, best: Mapped, data: Path) -> tuple[float, float]:
    """Largest difference from the authors' outputs over their deviation, in torch and in ONNX Runtime."""
    with np.load(data / f"reference-outputs/{best.name}.npz") as stored:
        authors = Reference(dict(stored))
    given = _given(authors, entry.card.task)
    networks: list[nn.Module] = []
    export = torch.onnx.export

    def recorded(network: nn.Module, *arguments: Any, **named: Any) -> Any:
        networks.append(network)
        return export(network, *arguments, **named)

    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        file = _published(best, authors, directory)
        with patch.object(torch.onnx, "export", recorded):
            _convert(entry, checkpoint, file, given["image"].shape[-1], directory)
        sessions = [_session(path) for path in sorted(directory.glob("*.onnx"), key=lambda path: path.stat().st_mtime)]
        graphs = _outputs(lambda number, values: sessions[number].run(None, values), sessions, given)
        plain = _outputs(lambda number, values: _run(networks[number], values), sessions, given)
        return _worst(authors, plain), _worst(authors, graphs)


def _given(authors: Reference, task: str) -> Outputs:
    """The authors' inputs, drawn in their order."""
    rng, start = drawing(), "main/" if "input/main/image.shape" in authors.values else ""
    shape = [int(size) for size in authors.values[f"input/{start}image.shape"]]
    image = picture(rng, shape[1], shape[2], shape[3], BLOCKS.get(task, 16))
    given = {"image": authors.input(f"{start}image", (image - MEAN) / DEVIATION if task in BLOCKS else image)}
    if f"input/{start}mask.sha256" in authors.values:
        given["mask"] = authors.input(f"{start}mask", hole(rng, shape[2], shape[3]))
    if "input/mask_input.sha256" in authors.values:
        given["mask_input"] = authors.input("mask_input", 20 * (picture(rng, 1, 256, 256, 16) - 0.5))
    return given


def _published(best: Mapped, authors: Reference, directory: Path) -> Path:
    """A file as the authors publish it, of numbers that stand in for theirs."""
    known = {key: value for key, value in best.listed["recipe"].items() if key in {"gain", "factors", "offsets"}}
    recipe, tensors = Recipe(**known), {}
    for name, shape, kind in best.listed["tensors"]:
        floating = kind.startswith("float")
        tensors[name] = (
            seeded_tensor(name, shape, 0, recipe) if floating else torch.zeros(shape, dtype=getattr(torch, kind))
        )
    authors.hold_weights(tensors)
    key, file = best.listed["wrapper"]["key"], directory / "published"
    torch.save({key: tensors} if key else tensors, file)
    return file


def _session(path: Path) -> Any:
    finished = path.with_suffix(".full")
    normalise(path, finished)
    return onnxruntime.InferenceSession(finished, providers=["CPUExecutionProvider"])


def _run(network: nn.Module, values: Mapping[str, Array]) -> list[Array]:
    with torch.no_grad():
        found = network(*(torch.from_numpy(value) for value in values.values()))
    return [one.numpy() for one in ((found,) if isinstance(found, Tensor) else found)]


def _outputs(run: Any, sessions: list[Any], given: Outputs) -> Outputs:
    """Everything a model returns, by the references' names: one graph once, a pair for each prompt."""
    first, names = sessions[0], [[one.name for one in session.get_outputs()] for session in sessions]
    values = dict(zip([one.name for one in first.get_inputs()], given.values(), strict=False))
    found = dict(zip(names[0], run(0, values), strict=True))
    if len(sessions) == 1:
        return {f"main/{'inpainted' if 'mask' in given else name}": value for name, value in found.items()}
    inputs, results = [one.name for one in sessions[1].get_inputs()], dict(found)
    for prompt in PROMPTS:
        clicked = dict(zip(inputs, [*found.values(), *prompts(prompt, given["mask_input"])], strict=True))
        for name, value in zip(names[1], run(1, clicked), strict=True):
            results[f"{prompt}/{NAMES.get(name, name)}"] = value
    return results


def _worst(authors: Reference, found: Outputs) -> float:
    return max(authors.off(name, value) for name, value in found.items() if not name.endswith("/"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
