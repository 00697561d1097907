"""Settings by which darktable loads the ONNX files: what has no effect is a warning with the nearest word."""

from __future__ import annotations

from typing import Any

import pytest

from dtmodels.findings.check_report import CheckProblem
from dtmodels.package.config_reader import PackageConfig
from dtmodels.package.loader_settings import check_loader_settings, unknown_stems


def problems(task: str = "upscale", **settings: Any) -> list[CheckProblem]:
    return list(check_loader_settings(PackageConfig(values={"task": task, **settings}), {"model_x2", "model_x4"}))


@pytest.mark.parametrize(
    "settings",
    [
        {"cpu_only": ["coreml", "CUDA", "DirectML"]},
        {"cpu_only": {"model_x2": ["MIGraphX", "openvino"], "model_x4": []}},
        {"coreml_format": "MLProgram"},
        {"coreml_format": {"model_x4": "neuralnetwork"}},
        {"ort_optimization": "Basic"},
        {"ort_optimization": {"model_x2": "none", "model_x4": "disabled"}},
        {"ort_optimization_provider": {"cuda": "all", "CPU": {"model_x2": "basic"}}},
        {},
    ],
    ids=str,
)
def test_valid_settings_have_no_problems(settings: dict[str, Any]) -> None:
    assert problems(**settings) == []


@pytest.mark.parametrize(
    ("settings", "where", "fix"),
    [
        ({"cpu_only": ["CUDA", "cudda"]}, "cpu_only", "did you mean CUDA?"),
        ({"cpu_only": ["CPU"]}, "cpu_only", "CUDA"),
        ({"cpu_only": [None]}, "cpu_only", "known: CoreML"),
        ({"cpu_only": "CUDA"}, "cpu_only", "write a list"),
        ({"cpu_only": {"model_x2": "CUDA"}}, "cpu_only.model_x2", "write a list"),
        ({"cpu_only": {"model": ["CUDA"]}}, "cpu_only.model", "did you mean model_x"),
        ({"coreml_format": "ml_program"}, "coreml_format", "did you mean mlprogram?"),
        ({"coreml_format": True}, "coreml_format", "mlprogram"),
        ({"coreml_format": {"model_x4.onnx": "mlprogram"}}, "coreml_format.model_x4.onnx", "without .onnx"),
        ({"ort_optimization": "dissabled"}, "ort_optimization", "did you mean disabled?"),
        ({"ort_optimization": 1}, "ort_optimization", "all, basic, disabled"),
        ({"ort_optimization": None}, "ort_optimization", "all, basic, disabled"),
        ({"ort_optimization": ["basic"]}, "ort_optimization", "all, basic, disabled"),
        ({"ort_optimization": {"Model_x2": "basic"}}, "ort_optimization.Model_x2", "did you mean model_x2"),
        ({"ort_optimization_provider": "basic"}, "ort_optimization_provider", "write an object"),
        ({"ort_optimization_provider": {"DirectMl ": "basic"}}, "ort_optimization_provider", "did you mean DirectML"),
        ({"ort_optimization_provider": {"CUDA": "basics"}}, "ort_optimization_provider.CUDA", "did you mean basic?"),
        ({"ort_optimization_provider": {"CUDA": {"x2": "basic"}}}, "ort_optimization_provider.CUDA.x2", "model_x2"),
        ({"ort_optimization_provider": {"CUDA": "all", "cuda": "basic"}}, "ort_optimization_provider", "keep one"),
    ],
    ids=str,
)
def test_setting_without_effect_is_a_warning_with_the_nearest_word(
    settings: dict[str, Any], where: str, fix: str
) -> None:
    (problem,) = problems(**settings)
    assert (problem.severity, problem.where) == ("warning", f"config.json: {where}")
    assert problem.code == f"config.{next(iter(settings)).replace('_', '-')}"
    assert "no effect" in problem.what
    assert fix in problem.fix


def test_level_of_the_decoder_of_a_mask_has_no_effect() -> None:
    config = PackageConfig(values={"task": "mask", "ort_optimization": {"encoder": "basic", "decoder": "basic"}})
    (problem,) = check_loader_settings(config, {"encoder", "decoder"})
    assert problem.where == "config.json: ort_optimization.decoder"


def test_unknown_stems_are_found_in_every_setting() -> None:
    settings = {
        "cpu_only": ["CUDA"],
        "coreml_format": {"x": "mlprogram"},
        "ort_optimization_provider": {"CUDA": "basic", "CPU": {"y": "basic", "model": "all"}},
    }
    assert list(unknown_stems(settings, {"model"})) == [("coreml_format", "x"), ("ort_optimization_provider", "y")]
