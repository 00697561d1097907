"""Attributes that darktable does not read: a misspelt or retired one is a warning, the author's own is not."""

from __future__ import annotations

from typing import Any

import pytest

from dtbase.system.discovery import load_plugin, plugin_names
from dtmodels import tasks
from dtmodels.findings.check_report import CheckProblem
from dtmodels.package.config_reader import PackageConfig
from dtmodels.tasks._attributes import check_spelling


def problems(task: str, attributes: Any) -> list[CheckProblem]:
    config = PackageConfig(values={"task": task, "attributes": attributes})
    return list(check_spelling(config, load_plugin(tasks, task).ATTRIBUTES))


@pytest.mark.parametrize(
    ("task", "attributes", "path", "fix"),
    [
        ("denoise", {"input_size": [512]}, "input_size", "input_sizes"),
        ("denoise", {"shadowboost": True}, "shadowboost", "shadow_boost"),
        ("upscale", {"model_x2": {"inputsizes": [64]}}, "model_x2.inputsizes", "model_x2.input_sizes"),
        ("upscale", {"modelx4": {}}, "modelx4", "model_x4"),
        ("rawdenoise", {"model_bayer": {"ouput_scale": "absolute"}}, "model_bayer.ouput_scale", "output_scale"),
        ("rawdenoise", {"coreml_cpu_only": True}, "coreml_cpu_only", 'cpu_only: ["CoreML"]'),
        ("rawdenoise", {"variants": {"bayer": {}}}, "variants", "attributes.model_bayer"),
        ("mask", {"inputsize": 512}, "inputsize", "input_size"),
        ("mask", {"prev_mask_sizes": 512}, "prev_mask_sizes", "prev_mask_size"),
    ],
)
def test_misspelt_or_retired_attribute_is_a_warning(task: str, attributes: Any, path: str, fix: str) -> None:
    (problem,) = problems(task, attributes)
    assert (problem.severity, problem.code) == ("warning", "attribute.unknown")
    assert problem.where == f"config.json: attributes.{path}"
    assert fix in problem.fix


@pytest.mark.parametrize("task", plugin_names(tasks))
@pytest.mark.parametrize("attributes", [{}, None, [1], {"resolution": 5, "authors": {"name": "x"}}], ids=str)
def test_other_attributes_have_no_problems(task: str, attributes: Any) -> None:
    assert problems(task, attributes) == []
