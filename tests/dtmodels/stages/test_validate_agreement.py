"""Compare validate with the recorded behaviour of darktable for 141 toy packages."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

CAUSES = {
    "a-dotslash": "'.', which is no valid id",
    "a-dupfile": "occurs twice",
    "a-emptyzip": "the zip is empty",
    "a-mode0": "has mode 0000",
    "a-nested": "the top directory has no config.json",
    "a-tar": "not a zip archive",
    "a-trunc-early": "truncated",
    "a-zero": "an empty file",
    "c-array": "a list instead of an object",
    "c-cardnum": "model_card.author: is a number",
    "c-comment": "starts with a comment",
    "c-emptyid": "id: is empty",
    "c-latin1": "not UTF-8",
    "c-nover": "version: is missing",
    "c-nullbackend": "crashes when it loads",
    "c-nulldesc": "description: is null",
    "c-nullid": "id: is null",
    "c-nulltask": "no part of darktable can run",
    "c-numver": "version: is a number",
    "c-trailing": "cannot be parsed",
    "c-ver3": "only the first two numbers",
    "d-2out": "has 2 outputs, darktable passes 1",
    "d-T128": "divides by zero",
    "d-boolout2": "o2 is bool",
    "d-booststr": "shadow_boost: is 'true'",
    "d-const-nan": "NaN or infinite",
    "d-dyn": "dynamic shape",
    "d-emptysizes": "input_sizes: is missing or not a list",
    "d-extmissing": "which is missing: it does not load",
    "d-fp16io": "float16: darktable copies it without checking",
    "d-fp16out-over": "float16: darktable copies it without checking",
    "d-in-double": "float64, a type darktable does not know: it crashes",
    "d-in-int8": "int8, darktable passes float32",
    "d-in5": "has 5 inputs, darktable passes 1 or 2",
    "d-ir11": "IR 11 is above 10",
    "d-opset21": "opset 21 is above 20",
    "d-out-bf16": "bfloat16, a type darktable does not know: it rejects",
    "d-strsizes": "tile size 0",
    "m-1out": "has 1 outputs",
    "m-M9": "at most 8 masks",
    "m-archmissing": "arch: is missing",
    "m-archnull": "crashes when it loads the mask",
    "m-enc5": "has 5 outputs",
    "m-int64lab": "point_labels is int64",
    "m-nodec": "decoder.onnx: is missing",
    "m-p-iounan": "iou_predictions has",
    "m-sam2-1024": "there is no third output",
    "m-seg-nonsq": "assumes squares",
    "m-swapmask": "Invalid rank for input",
    "m-tdyn-2048": "1 x 1 x 2048 x 2048, darktable allocates 1 x 1 x 1024 x 1024",
    "m-tdyn-M3": "1 x 3 x 256 x 256, darktable allocates 1 x 1",
    "p-ramp2": "model_x4.onnx: is missing",
    "r-T64": "tile size 64 leaves nothing",
    "r-default": "is match_gain, also by default",
    "r-tm-bad": "target_mean: is 'abc'",
    "r-wrongkind": "is 'linear_v1': darktable does not run",
    "r-xtrans": "model_bayer.onnx: is missing",
    "u-T32": "divides by zero",
    "u-wrongscale": "darktable passes 1 x 3 x 128 x 128",
}
"""Part of the message, for packages with a single fault."""


@pytest.fixture(scope="module")
def agreement(root: Path) -> ModuleType:
    """The benchmark module with the comparison."""
    spec = importlib.util.spec_from_file_location("validate_agreement", root / "benchmarks" / "validate_agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def called(agreement: ModuleType) -> Mapping[str, Any]:
    """Results of validate for all packages, computed once."""
    if not agreement.DATA.is_dir():
        pytest.skip(f"the packages darktable was fed are absent: {agreement.DATA}")
    return {one.name: one for one in agreement.compare_all()}


def test_verdicts_agree_with_darktable_except_disputed_ones(agreement: ModuleType, called: Mapping[str, Any]) -> None:
    assert {result.name for result in called.values() if not result.agrees} == set(agreement.DISPUTED)


def test_good_packages_break_no_stricter_rule(called: Mapping[str, Any]) -> None:
    reasons = [problem.reason for one in called.values() if one.works and one.agrees for problem in one.report.problems]
    assert not any(reasons)


@pytest.mark.parametrize("name", sorted(CAUSES))
def test_message_names_the_cause(called: Mapping[str, Any], name: str) -> None:
    assert CAUSES[name] in "\n".join(str(problem) for problem in called[name].report.errors)
