"""Tests of `export`: outputs, symbolic axes, reference outputs, failures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from dtbase.system.errors import Failure
from dtmodels.families._export import export


class Halves(nn.Module):
    """Network with two outputs, weights, and a layer that differs in training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 4, 3, padding=1)
        self.drop = nn.Dropout(0.5)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return self.drop(self.mix(image)).chunk(2, dim=1)


class DecidesByContent(nn.Module):
    """Network that cannot be exported: its control flow depends on values."""

    def forward(self, image: Tensor) -> Tensor:
        return image if image.sum() > 0 else -image


def test_export_names_outputs_and_uses_inference_mode(tmp_path: Path) -> None:
    network, image = Halves().train(), torch.randn(1, 3, 16, 20)
    export(network, {"image": image}, ["first", "second"], tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    outputs = session.run(["first", "second"], {"image": image.numpy()})
    with torch.no_grad():
        expected = network.eval()(image)
    assert all(
        np.allclose(output, reference.numpy(), atol=1e-5) for output, reference in zip(outputs, expected, strict=True)
    )


def test_axes_are_fixed_unless_symbolic(tmp_path: Path) -> None:
    export(Halves(), {"image": torch.zeros(1, 3, 16, 20)}, ["a", "b"], tmp_path / "fixed.onnx")
    export(
        Halves(),
        {"image": torch.zeros(1, 3, 16, 20)},
        ["a", "b"],
        tmp_path / "free.onnx",
        symbols={"image": {2: "height", 3: "width"}},
    )
    assert shape_of(tmp_path / "fixed.onnx") == [1, 3, 16, 20]
    assert shape_of(tmp_path / "free.onnx") == [1, 3, "height", "width"]


def test_export_writes_weights_and_reference_output(tmp_path: Path) -> None:
    network, image = Halves(), torch.rand(1, 3, 8, 8)
    export(network, {"image": image}, ["a", "b"], tmp_path / "model.onnx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.npz", "model.onnx", "model.onnx.data"]
    assert onnx.load(tmp_path / "model.onnx").ir_version == 10
    with np.load(tmp_path / "model.npz") as stored, torch.no_grad():
        assert np.array_equal(stored["given image"], image.numpy())
        assert np.array_equal(stored["wanted b"], network(image)[1].numpy())


def test_metadata_is_stored(tmp_path: Path) -> None:
    export(Halves(), {"image": torch.zeros(1, 3, 8, 8)}, ["a", "b"], tmp_path / "m.onnx", metadata={"module": "toy"})
    assert {one.key: one.value for one in onnx.load(tmp_path / "m.onnx").metadata_props}["module"] == "toy"


def test_failed_export_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="torch cannot export the network") as failure:
        export(DecidesByContent(), {"image": torch.zeros(1, 3, 8, 8)}, ["a"], tmp_path / "model.onnx")
    assert "\n" not in failure.value.what
    assert not list(tmp_path.iterdir())


def shape_of(path: Path) -> list[int | str]:
    dims = onnx.load(path).graph.input[0].type.tensor_type.shape.dim
    return [dim.dim_param or dim.dim_value for dim in dims]
