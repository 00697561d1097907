"""Tests of the exported GELU: equal to torch's, fused by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import onnx
import onnxruntime
import torch
from torch.nn import functional

from dtmodels.families._export import export
from dtmodels.families._gelu import Gelu


def test_gelu_matches_torch() -> None:
    values = torch.linspace(-8, 8, 4001)
    assert float((Gelu()(values) - functional.gelu(values)).abs().max()) < 1e-6


def test_onnx_runtime_fuses_gelu(tmp_path: Path) -> None:
    export(Gelu(), {"input": torch.rand(1, 4, 8, 8)}, ["output"], tmp_path / "model.onnx")
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(tmp_path / "model.onnx", options, providers=["CPUExecutionProvider"])
    assert [node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node] == ["Gelu"]
