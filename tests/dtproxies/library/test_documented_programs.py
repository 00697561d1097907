"""The programs of docs/python.md run as they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)


def test_page_has_three_programs_and_a_first_step() -> None:
    assert len(PROGRAMS) == 4


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # from within torch
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: text.split("\n\n")[1].splitlines()[0][:30])
def test_program_runs_and_its_claims_hold(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "program"}
    exec(compile(program, "docs/python.md", "exec"), names)  # noqa: S102 -- the page's own code
    assert capsys.readouterr().out
