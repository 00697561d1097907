"""Fixtures that compare a network with published tensor lists and with outputs of the authors' own code.

Both are stored next to the repository, not in it; tests that need them are skipped if they are absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from dtbase.system.files import write_json
from dtmodels.card.reader import read_card
from dtmodels.families import Job
from dtmodels.families._graph_overrides import GraphOverrides
from dtmodels.families._onnx_graph import convert_graph
from dtmodels.families._state_dict_mapping import Layout, map_state_dict
from dtmodels.graph.inspect import inspect
from dtmodels.graph.normalise import normalise
from dtmodels.graph.operators import COREML
from dtmodels.graph.parity import check_parity
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_writer import build_config
from tests.dtmodels.families import reference_outputs
from tests.dtmodels.families.reference_outputs import Array, Reference

MIN_PSNR = 60.0
"""Minimum PSNR of float16 storage, in dB."""
SHARED = Path("shared/data")

LEFT_TO_CPU = {"Abs", "And", "Equal", "Floor", "Gather", "GreaterOrEqual", "Less", "LessOrEqual", "Min", "Pad", "Sign"}
"""Operators that large networks may leave to the CPU under CoreML; proxies may leave more."""


@pytest.fixture(scope="session")
def published(root: Path) -> Callable[[str], dict[str, Any]]:
    """The published list of tensors of a checkpoint, by its name."""

    def read(name: str) -> dict[str, Any]:
        listed: dict[str, Any] = json.loads(_shared(root, f"state-dicts/{name}.json").read_text())
        return listed

    return read


@pytest.fixture(scope="session")
def check_mapping(published: Callable[[str], dict[str, Any]]) -> Callable[[str, nn.Module, Layout], None]:
    """Check a network against a published list, strictly: every tensor used, none missing, all shapes equal.

    Also check the layout's key and prefix.
    """

    def check(name: str, network: nn.Module, layout: Layout) -> None:
        listed = published(name)
        assert layout.key == (listed["wrapper"]["key"] or "")
        kinds = {one: (shape, getattr(torch, kind)) for one, shape, kind in listed["tensors"]}
        shapes = {one: torch.empty(shape, dtype=kind, device="meta") for one, (shape, kind) in kinds.items()}
        assert len(shapes) == listed["count"]
        assert all(one.startswith(layout.prefix) for one in shapes)
        map_state_dict(network.state_dict(), shapes, layout)

    return check


@pytest.fixture(scope="session")
def reference(root: Path) -> Callable[[str], Reference]:
    """Outputs of the authors' code, by checkpoint."""

    def read(name: str) -> Reference:
        with np.load(_shared(root, f"reference-outputs/{name}.npz")) as stored:
            return Reference(dict(stored))

    return read


def _shared(root: Path, path: str) -> Path:
    file = root.parent / SHARED / path
    if not file.is_file():
        pytest.skip(f"{SHARED}/{path} is not next to the repository")
    return file


@pytest.fixture(scope="session")
def make_rng() -> Callable[[], np.random.Generator]:
    """Random generator of the authors' inputs; sample them in the order of the references."""
    return reference_outputs.seeded_rng


@pytest.fixture(scope="session")
def make_image() -> Callable[..., Array]:
    """`make_image(rng, channels, height, width, block)`: `[1, C, H, W]` in 0..1, half coarse blocks, half noise."""

    return reference_outputs.seeded_image


CARD = """\
schema: 1
id: toy
name: toy
description: A network with seeded weights, for tests of its conversion
task: {task}
architecture: toy
version: "1.0"
status: draft
source: {{repository: self, authors: [Test Author]}}
license: {{weights: GPL-3.0-or-later, code: GPL-3.0-or-later}}
use: {{scope: tests of conversion, inference: local, network: none, telemetry: none}}
convert: {{family: {family}, options: {options}}}
package: {{type: single, attributes: {attributes}}}
"""


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    """A job for a family: `make_job(family, task, options=..., attributes=..., checkpoints=..., seed=...)`."""

    def make(
        family: str,
        task: str,
        *,
        options: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
        checkpoints: Mapping[str, Path] | None = None,
        seed: int | None = None,
    ) -> Job:
        card = tmp_path / "card.yaml"
        texts = {"options": json.dumps(options or {}), "attributes": json.dumps(attributes or {})}
        card.write_text(CARD.format(family=family, task=task, **texts))
        (tmp_path / "raw").mkdir(exist_ok=True)
        return Job(card=read_card(card), checkpoints=checkpoints or {}, output=tmp_path / "raw", seed=seed)

    return make


@pytest.fixture
def finished(tmp_path: Path) -> Callable[..., Path]:
    """Convert a job as the convert stage does: `finished(convert, job, half=...)` is the directory of the model.

    Each graph is also checked against CoreML's operators; fallbacks to the CPU must be listed. None holds float64.
    """

    def finish(convert: Callable[[Job], Mapping[str, Any]], job: Job, *, half: bool = False) -> Path:
        directory = tmp_path / ("half" if half else "full") / job.card.id
        directory.mkdir(parents=True, exist_ok=True)
        attributes = {} if any(job.output.iterdir()) else convert(job)
        for graph in job.output.glob("*.onnx"):
            normalise(graph, directory / graph.name, half=half)
            facts = inspect(directory / graph.name)
            assert facts.operators - COREML.operators <= LEFT_TO_CPU
            assert facts.float64 == ()
        write_json(directory / "config.json", build_config(job.card, attributes, seed=job.seed))
        return directory

    return finish


@pytest.fixture
def built(finished: Callable[..., Path]) -> Callable[..., Callable[..., dict[str, Array]]]:
    """As `finished`, for one graph of the model: a function from inputs by name to outputs by name."""

    def build(
        convert: Callable[[Job], Mapping[str, Any]], job: Job, file: str, *, half: bool = False
    ) -> Callable[..., dict[str, Array]]:
        path = finished(convert, job, half=half) / file
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return lambda **inputs: dict(zip(names, session.run(None, inputs), strict=True))

    return build


@pytest.fixture
def check_graph(
    built: Callable[..., Any], reference: Callable[[str], Reference]
) -> Callable[..., tuple[dict[str, Array], dict[str, Array]]]:
    """Compare a graph with the authors' outputs, and float16 storage with full precision.

    `check_graph(convert, job, file, known, case, **inputs)` returns the outputs of both.
    """

    def check(
        convert: Callable[[Job], Mapping[str, Any]], job: Job, file: str, known: str, case: str, **inputs: Array
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        full, half = (built(convert, job, file, half=stored)(**inputs) for stored in (False, True))
        for name, value in full.items():
            reference(known).check(f"{case}/{name}", value)
            assert psnr(half[name], value) > MIN_PSNR
        return full, half

    return check


@pytest.fixture
def check_network(
    reference: Callable[[str], Reference],
    make_rng: Callable[[], np.random.Generator],
    make_image: Callable[..., Array],
) -> Callable[..., None]:
    """Compare an image-to-image torch network with the authors' outputs, for several sizes."""

    def check(
        network: Callable[[Tensor], Tensor], known: str, sizes: Mapping[str, tuple[int, int]], channels: int
    ) -> None:
        known_outputs, rng = reference(known), make_rng()
        for case, size in sizes.items():
            image = torch.from_numpy(known_outputs.input(f"{case}/image", make_image(rng, channels, *size, 16)))
            with torch.no_grad():
                known_outputs.check(f"{case}/output", network(image))

    return check


def psnr(output: Array, expected: Array) -> float:
    """PSNR in dB, with the range of `expected` as peak."""
    error = float(np.mean(np.square(output.astype(np.float64) - expected)))
    return 10 * float(np.log10(np.ptp(expected.astype(np.float64)) ** 2 / error))


@pytest.fixture
def convert_model(runtime: Runtime, tmp_path: Path) -> Callable[..., Path]:
    """Convert a ready-made graph as family `onnx` and the convert stage do; keyword arguments are those of its card."""

    def make(model: onnx.ModelProto | str, *, half: bool = False, **options: Any) -> Path:
        proto = onnx.parser.parse_model(model) if isinstance(model, str) else model
        raw, finished = tmp_path / "model.onnx", tmp_path / "finished.onnx"
        overrides = GraphOverrides(where="card.yaml", **options)
        convert_graph(proto, "net.onnx", overrides, raw, scratch=tmp_path, runtime=runtime)
        normalise(raw, finished, half=half, finished=True)
        check_parity(raw, finished, runtime, "half" if half else "full")
        return finished

    return make


@pytest.fixture
def run_graph() -> Callable[..., list[Array]]:
    """Run a graph on inputs by position; return its outputs."""

    def run(path: Path, *inputs: Array) -> list[Array]:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        names = [tensor.name for tensor in session.get_inputs()]
        outputs: list[Array] = session.run(None, dict(zip(names, inputs, strict=True)))
        return outputs

    return run
