"""Fixtures of all tests: no network, a private download cache, and small model repositories."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository under test."""
    return ROOT


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow connections to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty download cache for each test."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("DTMODELS_CACHE", str(cache))
    return cache


@pytest.fixture(scope="session")
def make_denoiser() -> Callable[..., onnx.ModelProto]:
    """The function `denoiser`."""
    return denoiser


def denoiser(side: int = 256, *, opset: int = 18, offset: float = 0.0) -> onnx.ModelProto:
    """Build a graph with the tensors of a denoiser; its output is its input plus `offset`."""
    shape = [1, 3, side, side]
    graph = helper.make_graph(
        [helper.make_node("Add", ["input", "offset"], ["output"])],
        "toy",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
        [helper.make_tensor("offset", TensorProto.FLOAT, [1], [offset])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


CARD = """\
schema: 1
id: {id}
name: toy denoiser
description: Returns the input image unchanged, for tests of the stages
task: denoise
architecture: toy
version: "{version}"
status: {status}
source:
  repository: self
  authors: [Test Author]
publication:
  kind: documentation
  title: How the toy was made
  url: https://www.darktable.org/toy
license:
  weights: GPL-3.0-or-later
  code: GPL-3.0-or-later
training:
  code:
    url: https://www.darktable.org/code
    license: GPL-3.0-or-later
    commit: 0f1e2d3c4b5a69788796a5b4c3d2e1f001234567
  datasets:
    - name: Nothing
      url: https://www.darktable.org/nothing
      role: train
      license: CC0-1.0
      access: public
      collection: synthetic
      personal_data: none
      consent: not-needed
      provenance: Written by hand as one constant in 2026, so there is no data behind it
openness:
  osaid: open-weights
  mof: III
  components:
    architecture: {{license: GPL-3.0-or-later, location: https://www.darktable.org/code}}
    parameters: {{license: GPL-3.0-or-later, location: model.onnx}}
    evaluation_results: {{license: GPL-3.0-or-later, location: https://www.darktable.org/toy}}
    model_card: {{license: GPL-3.0-or-later, location: card.yaml}}
    data_card: {{license: GPL-3.0-or-later, location: card.yaml}}
    technical_report: {{license: GPL-3.0-or-later, location: https://www.darktable.org/toy}}
limitations:
  - about: quality
    text: Removes no noise at all, because it returns its input unchanged
use:
  scope: image denoising in tests
  inference: local
  network: none
  telemetry: none
checkpoints:
  - name: model
    file: model.onnx
    sha256: {sha256}
    bytes: {bytes}
convert:
  family: onnx
package:
  type: single
  attributes:
    input_sizes: [256]
changes:
  "{version}": First release.
"""


@pytest.fixture
def add_model(tmp_path: Path) -> Callable[..., Path]:
    """Add a toy denoiser to a repository in `tmp_path`, and return the model's directory."""

    def add(
        model_id: str = "denoise-toy",
        *,
        model: onnx.ModelProto | None = None,
        version: str = "1.0",
        status: str = "released",
        **replaced: str,
    ) -> Path:
        directory = tmp_path / "models" / model_id
        directory.mkdir(parents=True, exist_ok=True)
        data = (model or denoiser()).SerializeToString()
        (directory / "model.onnx").write_bytes(data)
        fields = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": str(len(data)), **replaced}
        (directory / "card.yaml").write_text(CARD.format(id=model_id, version=version, status=status, **fields))
        return directory

    return add
