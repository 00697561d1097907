"""Check that official checkpoints fit our networks and give the authors' outputs, for each checkpoint of each card.

    .venv/bin/python -m benchmarks.checkpoint_coverage [--data DIRECTORY] [--tensors] [MODEL...]

No official file is needed. DIRECTORY, next to the repository, contains its list of tensors, the recipe of seeded
weights, and the outputs of the authors' own code for them. A file in the authors' format is written from list and
recipe, its weights are checked against the authors' digest, and the model's family converts it.

Columns: the list that fits best, and its number of tensors; how many of them the network uses, how many are known to be
unused, missing and unexpected; then the maximum absolute error against the authors' outputs, divided by the output's
standard deviation, of the exported torch network, and of the finished float32 file in ONNX Runtime. `--tensors` omits
these two: names and shapes take seconds, the largest model's outputs take minutes.
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
from dtmodels.families import Job, _weights, realplksr, rrdb
from dtmodels.families._seeded_weights import Recipe, seeded_tensor
from dtmodels.families._state_dict_mapping import COUNTER, Layout
from dtmodels.graph.normalise import normalise
from tests.dtmodels.families.reference_outputs import (
    MEAN,
    PROMPTS,
    SEGNEXT_PROMPTS,
    STANDARD_DEVIATION,
    Array,
    Reference,
    prompt_inputs,
    seeded_image,
    seeded_mask,
    seeded_rng,
    segnext_inputs,
)

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data"
COLUMNS = ["model", "checkpoint", "list", "tensors", "used", "unused", "missing", "unexpected"]
COLUMNS += ["torch max error / std", "ONNX max error / std"]
BLOCKS = {"mask": 32, "depth": 14}
"""Side in pixels of a coarse block in the authors' inputs, by task; 16 for other tasks."""
SIDE = 112
"""Side of an image if outputs are not compared: a multiple of the sides that the networks require."""
NAMES = {"iou_predictions": "iou", "low_res_masks": ""}
"""Names in the references of a graph's outputs, if they differ; empty if the references lack the output."""
Outputs = dict[str, Array]


class _StateDictRequest(Exception):
    """Carries a network's tensors and layout out of a conversion."""

    def __init__(self, state: Mapping[str, Tensor], layout: Layout) -> None:
        super().__init__()
        self.state, self.layout = state, layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage of a published list by the tensors of a network."""

    name: str
    listed: dict[str, Any] = field(repr=False)
    used: int
    unused: int
    missing: int
    unexpected: int

    @property
    def mismatches(self) -> int:
        """Number of missing and unexpected tensors."""
        return self.missing + self.unexpected


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line for each checkpoint of all models, or of the named ones."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.checkpoint_coverage", description="Published lists and references."
    )
    parser.add_argument("--data", type=Path, default=DATA, help="directory with state-dicts and reference-outputs")
    parser.add_argument("--tensors", action="store_true", help="check names and shapes only, and convert nothing")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="models to check; default: all")
    options, console = parser.parse_args(arguments), Console()
    if not any(options.data.glob("state-dicts/*.json")):
        console.say(f"skipped: {options.data} has no published lists; pass their directory with --data")
        return 0
    try:
        catalogue = Catalogue.load(ROOT)
        entries = [catalogue.get(name) for name in options.models] or catalogue.entries
    except Failure as exc:
        console.note(f"error: {exc}")
        return exc.exit_code
    rows = []
    for entry in entries:
        for row in _rows(entry, options.data, tensors_only=options.tensors):
            console.note("  ".join(row))
            rows.append(row)
    console.table(COLUMNS, rows)
    return 0 if all(row[6:8] in (["0", "0"], ["", ""]) for row in rows) else 1


def _rows(entry: CatalogueEntry, data: Path, *, tensors_only: bool) -> Iterator[list[str]]:
    card = entry.card
    if all(checkpoint.file for checkpoint in card.checkpoints):
        return  # its weights are stored in the repository
    if not hasattr(load_plugin(families, card.convert.family), "load_weights"):
        yield [card.id, "", "none: a finished graph", *[""] * (len(COLUMNS) - 3)]
        return
    for checkpoint in card.checkpoints:
        best = _best_list(entry, checkpoint, data)
        counts = [len(best.listed["tensors"]), best.used, best.unused, best.missing, best.unexpected]
        errors = ("", "")
        if not (best.mismatches or tensors_only):  # a mismatch cannot be converted
            measured, _ = run_in_subprocess(_parity, entry, checkpoint, best, data)
            errors = (f"{measured[0]:.0e}", f"{measured[1]:.0e}")
        yield [card.id, checkpoint.name, best.name, *map(str, counts), *errors]


def _best_list(entry: CatalogueEntry, checkpoint: Checkpoint, data: Path) -> Coverage:
    """The published list that fits best. Some families build their network by the list, and reject other lists."""

    def capture(state: Mapping[str, Tensor], _: object, layout: Layout, **__: object) -> None:
        raise _StateDictRequest(state, layout)

    found = []
    for path in sorted((data / "state-dicts").glob("*.json")):
        listed = json.loads(path.read_text())
        shapes = {name: torch.empty(shape, device="meta") for name, shape, _ in listed["tensors"]}
        with (
            tempfile.TemporaryDirectory() as directory,
            patch.object(_weights, "read_checkpoint", return_value=shapes),
            patch.object(_weights, "map_state_dict", capture),
            patch.object(rrdb, "map_state_dict", capture),
            patch.object(realplksr, "map_state_dict", capture),
        ):
            try:
                with torch.device("meta"):  # names and shapes, no values
                    _convert(entry, checkpoint, Path("unread"), SIDE, Path(directory))
            except _StateDictRequest as request:
                found.append(_coverage(path.stem, listed, request))
            except Failure:
                continue
    if not found:
        raise RuntimeError(f"{entry.card.id} reads no checkpoint named {checkpoint.name}")
    outputs = data / "reference-outputs"
    return min(found, key=lambda one: (one.mismatches, not (outputs / f"{one.name}.npz").is_file()))


def _coverage(name: str, listed: dict[str, Any], network: _StateDictRequest) -> Coverage:
    layout, shapes = network.layout, {one: tuple(shape) for one, shape, _ in listed["tensors"]}
    sources = {ours: layout.sources(ours) for ours in network.state}
    single = {names[0]: tuple(network.state[ours].shape) for ours, names in sources.items() if len(names) == 1}
    used = {one for names in sources.values() for one in names}
    present = {one for one in used & set(shapes) if single.get(one, shapes[one]) == shapes[one]}
    rest = [one for one in shapes if one not in used]
    unused = [one for one in rest if any(re.fullmatch(pattern, one) for pattern in layout.unused)]
    missing = [one for one in used - present if not one.endswith(COUNTER)]
    return Coverage(
        name=name,
        listed=listed,
        used=len(present),
        unused=len(unused),
        missing=len(missing),
        unexpected=len(rest) - len(unused),
    )


def _convert(entry: CatalogueEntry, checkpoint: Checkpoint, file: Path, side: int, directory: Path) -> None:
    """Convert one checkpoint of a model, for images of one size and without the package's other attributes."""
    package = replace(entry.card.package, attributes={"input_sizes": [side]})
    options = {name: value for name, value in entry.card.convert.options.items() if name != "halved"}
    convert = replace(entry.card.convert, options=options)
    card = replace(entry.card, package=package, checkpoints=(checkpoint,), convert=convert)
    family = load_plugin(families, card.convert.family)
    family.convert(Job(card=card, checkpoints={checkpoint.name: file}, output=directory))


def _parity(entry: CatalogueEntry, checkpoint: Checkpoint, best: Coverage, data: Path) -> tuple[float, float]:
    """Maximum absolute error against the authors' outputs over their standard deviation, in torch and ONNX Runtime."""
    with np.load(data / f"reference-outputs/{best.name}.npz") as stored:
        authors = Reference(dict(stored))
    inputs = _inputs(authors, entry.card.task, entry.card.architecture)
    networks: list[nn.Module] = []
    export = torch.onnx.export

    def record(network: nn.Module, *arguments: Any, **named: Any) -> Any:
        networks.append(network)
        return export(network, *arguments, **named)

    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        file = _published(best, authors, directory)
        with patch.object(torch.onnx, "export", record):
            _convert(entry, checkpoint, file, inputs["image"].shape[-1], directory)
        sessions = [_session(path) for path in sorted(directory.glob("*.onnx"), key=lambda path: path.stat().st_mtime)]
        graphs = _outputs(lambda number, values: sessions[number].run(None, values), sessions, inputs)
        eager = _outputs(lambda number, values: _run(networks[number], values), sessions, inputs)
        return _worst(authors, eager), _worst(authors, graphs)


def _inputs(authors: Reference, task: str, architecture: str) -> Outputs:
    """The authors' inputs, sampled in their order; SegNext normalises its image itself, and has masks of its size."""
    rng, start = seeded_rng(), "main/" if "input/main/image.shape" in authors.values else ""
    shape = [int(size) for size in authors.values[f"input/{start}image.shape"]]
    image = seeded_image(rng, shape[1], shape[2], shape[3], BLOCKS.get(task, 16))
    normalised = task in BLOCKS and architecture != "segnext"
    inputs = {"image": authors.input(f"{start}image", (image - MEAN) / STANDARD_DEVIATION if normalised else image)}
    if f"input/{start}mask.sha256" in authors.values:
        inputs["mask"] = authors.input(f"{start}mask", seeded_mask(rng, shape[2], shape[3]))
    if "input/mask_input.sha256" in authors.values:
        mask = (
            seeded_image(rng, 1, *shape[2:], 32)
            if architecture == "segnext"
            else 20 * (seeded_image(rng, 1, 256, 256, 16) - 0.5)
        )
        inputs["mask_input"] = authors.input("mask_input", mask)
    return inputs


def _published(best: Coverage, authors: Reference, directory: Path) -> Path:
    """Write a file in the authors' format, with seeded weights."""
    settings = {key: value for key, value in best.listed["recipe"].items() if key in {"gain", "factors", "offsets"}}
    recipe, tensors = Recipe(**settings), {}
    for name, shape, kind in best.listed["tensors"]:
        floating = kind.startswith("float")
        tensors[name] = (
            seeded_tensor(name, shape, 0, recipe) if floating else torch.zeros(shape, dtype=getattr(torch, kind))
        )
    authors.check_weights(tensors)
    key, file = best.listed["wrapper"]["key"], directory / "published"
    torch.save({key: tensors} if key else tensors, file)
    return file


def _session(path: Path) -> Any:
    finished = path.with_suffix(".full")
    normalise(path, finished)
    return onnxruntime.InferenceSession(finished, providers=["CPUExecutionProvider"])


def _run(network: nn.Module, values: Mapping[str, Array]) -> list[Array]:
    with torch.no_grad():
        returned = network(*(torch.from_numpy(value) for value in values.values()))
    return [one.numpy() for one in ((returned,) if isinstance(returned, Tensor) else returned)]


def _outputs(run: Any, sessions: list[Any], inputs: Outputs) -> Outputs:
    """All outputs of a model, by the references' names: one call of a single graph, or each prompt for a pair."""
    first, names = sessions[0], [[one.name for one in session.get_outputs()] for session in sessions]
    values = dict(zip([one.name for one in first.get_inputs()], inputs.values(), strict=False))
    found = dict(zip(names[0], run(0, values), strict=True))
    if len(sessions) == 1:
        return {f"main/{'inpainted' if 'mask' in inputs else name}": value for name, value in found.items()}
    feed_names, results = [tensor.name for tensor in sessions[1].get_inputs()], dict(found)
    if len(names[1]) == 1:  # one mask of probabilities: SegNext
        masks: Outputs = {}
        for prompt in SEGNEXT_PROMPTS:
            values = [*found.values(), *segnext_inputs(prompt, inputs["mask_input"], masks)]
            (masks[prompt],) = run(1, dict(zip(feed_names, values, strict=True)))
        return results | {f"{prompt}/probability": mask for prompt, mask in masks.items()}
    for prompt in PROMPTS:
        feeds = dict(zip(feed_names, [*found.values(), *prompt_inputs(prompt, inputs["mask_input"])], strict=True))
        for name, value in zip(names[1], run(1, feeds), strict=True):
            results[f"{prompt}/{NAMES.get(name, name)}"] = value
    return results


def _worst(authors: Reference, found: Outputs) -> float:
    return max(authors.relative_error(name, value) for name, value in found.items() if not name.endswith("/"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
