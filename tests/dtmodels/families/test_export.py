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
    """Two outputs, with weights and a layer that behaves otherwise in training."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 4, 3, padding=1)
        self.drop = nn.Dropout(0.5)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return self.drop(self.mix(image)).chunk(2, dim=1)


class DecidesByContent(nn.Module):
    """Cannot become a graph: what is computed depends on the values."""

    def forward(self, image: Tensor) -> Tensor:
        return image if image.sum() > 0 else -image


def test_outputs_have_their_names_and_the_values_of_inference(tmp_path: Path) -> None:
    network, image = Halves().train(), torch.randn(1, 3, 16, 20)
    export(network, {"image": image}, ["first", "second"], tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    found = session.run(["first", "second"], {"image": image.numpy()})
    with torch.no_grad():
        wanted = network.eval()(image)
    assert all(np.allclose(one, other.numpy(), atol=1e-5) for one, other in zip(found, wanted, strict=True))


def test_sizes_are_fixed_unless_they_have_a_name(tmp_path: Path) -> None:
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


def test_weights_lie_beside_it_with_what_the_network_computes(tmp_path: Path) -> None:
    network, image = Halves(), torch.rand(1, 3, 8, 8)
    export(network, {"image": image}, ["a", "b"], tmp_path / "model.onnx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.npz", "model.onnx", "model.onnx.data"]
    assert onnx.load(tmp_path / "model.onnx").ir_version == 10
    with np.load(tmp_path / "model.npz") as notes, torch.no_grad():
        assert np.array_equal(notes["given image"], image.numpy())
        assert np.array_equal(notes["wanted b"], network(image)[1].numpy())


def test_metadata_is_stored(tmp_path: Path) -> None:
    export(Halves(), {"image": torch.zeros(1, 3, 8, 8)}, ["a", "b"], tmp_path / "m.onnx", metadata={"module": "toy"})
    assert {one.key: one.value for one in onnx.load(tmp_path / "m.onnx").metadata_props}["module"] == "toy"


def test_what_is_no_graph_is_a_failure_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="torch cannot export the network") as failure:
        export(DecidesByContent(), {"image": torch.zeros(1, 3, 8, 8)}, ["a"], tmp_path / "model.onnx")
    assert "\n" not in failure.value.what
    assert not list(tmp_path.iterdir())


def shape_of(path: Path) -> list[int | str]:
    dims = onnx.load(path).graph.input[0].type.tensor_type.shape.dim
    return [dim.dim_param or dim.dim_value for dim in dims]
