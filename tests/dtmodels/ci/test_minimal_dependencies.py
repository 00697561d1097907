"""Decision jobs need only the four base requirements of the tools."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path

import pytest

Add = Callable[..., Path]
EXTRAS = {"onnx", "onnxruntime", "numpy", "torch", "huggingface_hub", "httpx2", "spdx_tools", "safetensors", "PIL"}


@pytest.mark.parametrize(
    "arguments",
    [["changed", "--all"], ["gate", "--needs", '{"plan": {"result": "success"}}'], ["summary", "denoise-toy"]],
)
def test_decision_commands_need_no_extra(add_model: Add, tmp_path: Path, arguments: list[str]) -> None:
    add_model()
    hide_extras = f"import sys; sys.modules.update(dict.fromkeys({sorted(EXTRAS)!r}))"
    argv = ["dtmodels", "--root", str(tmp_path), *arguments]
    call = f"sys.argv = {argv!r}; from dtmodels.command.cli import main; main()"
    completed = subprocess.run(
        [sys.executable, "-c", f"{hide_extras}; {call}"], capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stderr) == (0, "")


def test_base_requirements() -> None:
    base = {re.split(r"[^\w-]", one)[0].lower() for one in requires("dtmodels") or () if "extra ==" not in one}
    assert base == {"click", "jsonschema", "pyyaml", "rich"}
