"""Fixtures: toy graphs, model directories and packages."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from dtbase.system.files import write_json
from dtmodels.card.reader import read_card
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_writer import build_config
from dtmodels.stages.package import write_archive

Shape = Sequence[int | str]
Tensors = Mapping[str, Shape]


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """One ONNX Runtime worker process, shared by all tests."""
    with Runtime() as shared:
        yield shared


@pytest.fixture(scope="session")
def make_graph() -> Callable[..., onnx.ModelProto]:
    """The function `graph`."""
    return graph


def graph(
    inputs: Tensors,
    outputs: Tensors,
    nodes: Sequence[onnx.NodeProto] | None = None,
    *,
    constants: Mapping[str, Any] | None = None,
    types: Mapping[str, int] | None = None,
    opset: int = 20,
    ir: int = 10,
) -> onnx.ModelProto:
    """Build a graph; tensors are float32 by default, and without `nodes` it copies its first input."""
    element_types = types or {}
    values = [
        [
            helper.make_tensor_value_info(name, element_types.get(name, TensorProto.FLOAT), shape)
            for name, shape in side.items()
        ]
        for side in (inputs, outputs)
    ]
    copy = helper.make_node("Identity", [next(iter(inputs))], [next(iter(outputs))])
    initializers = [onnx.numpy_helper.from_array(value, name) for name, value in (constants or {}).items()]
    body = helper.make_graph([copy] if nodes is None else nodes, "toy", *values, initializers)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)


def config(model_id: str, task: str, **changed: Any) -> dict[str, Any]:
    """Return a valid `config.json`; a value of `...` removes its key."""
    texts = ("long_description", "scope", "author", "source", "paper", "license", "training_data", "notes")
    values = {
        "id": model_id,
        "name": "toy",
        "description": "toy",
        "task": task,
        "version": "1.0",
        "backend": "onnx",
        "arch": "toy",
        "attributes": {"input_sizes": [256]},
        "model_card": dict.fromkeys((*texts, "training_data_license"), "text"),
        **changed,
    }
    return {key: value for key, value in values.items() if value is not ...}


@pytest.fixture
def directory(tmp_path: Path) -> Callable[..., Path]:
    """Write a model directory; keyword arguments are those of `config`."""

    def write(task: str, graphs: Mapping[str, onnx.ModelProto], **changed: Any) -> Path:
        model = tmp_path / "toy"
        model.mkdir(exist_ok=True)
        (model / "config.json").write_text(json.dumps(config("toy", task, **changed)))
        for name, model_proto in graphs.items():
            (model / name).write_bytes(model_proto.SerializeToString())
        return model

    return write


@pytest.fixture
def members(make_denoiser: Callable[..., onnx.ModelProto]) -> dict[str, bytes]:
    """Members of a valid package archive, in order."""
    return {
        "toy/config.json": json.dumps(config("toy", "denoise")).encode(),
        "toy/model.onnx": make_denoiser().SerializeToString(),
    }


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """Write a `.dtmodel` from entries: a mapping, or pairs when names repeat."""

    def write(
        entries: Mapping[str, bytes] | Sequence[tuple[str, bytes]],
        *,
        method: int = zipfile.ZIP_STORED,
        mode: int = 0o100644,
    ) -> Path:
        path = tmp_path / "toy.dtmodel"
        pairs = list(entries.items()) if isinstance(entries, Mapping) else entries
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in pairs:
                info = zipfile.ZipInfo(name)
                info.create_system, info.external_attr, info.compress_type = 3, mode << 16, method
                archive.writestr(info, data)
        return path

    return write


@pytest.fixture
def make_package(add_model: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Write a package of a toy denoiser to `dist/`; keyword arguments are those of `add_model`.

    `edit` replaces parts of the card's text, which must exist.
    """

    def make(
        model_id: str = "denoise-toy", *, seed: int | None = None, edit: Mapping[str, str] | None = None, **changed: Any
    ) -> Path:
        directory = add_model(model_id, **changed)
        text = (directory / "card.yaml").read_text()
        for old, new in (edit or {}).items():
            assert old in text
            text = text.replace(old, new)
        (directory / "card.yaml").write_text(text)
        card = read_card(directory / "card.yaml")
        settings = tmp_path / f"{model_id}.json"
        write_json(settings, build_config(card, {}, seed=seed))
        files = {file.name: file for file in directory.iterdir()} | {"config.json": settings}
        target = tmp_path / "dist" / f"{model_id}.dtmodel"
        target.parent.mkdir(exist_ok=True)
        write_archive(target, model_id, files)
        return target

    return make
