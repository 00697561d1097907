"""Hooks for other repositories: they name existing commands and work as pre-commit calls them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dtmodels.command.cli import cli


@pytest.fixture
def hooks(root: Path) -> dict[str, dict[str, object]]:
    return {hook["id"]: hook for hook in yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())}


def test_every_hook_is_a_command_of_dtmodels(hooks: dict[str, dict[str, object]]) -> None:
    for hook in hooks.values():
        program, command = str(hook["entry"]).split()
        assert (program, hook["language"]) == ("dtmodels", "python")
        assert command in cli.commands


def test_lint_hook_matches_cards_only(hooks: dict[str, dict[str, object]]) -> None:
    pattern = str(hooks["dtmodels-lint"]["files"])
    assert re.search(pattern, "models/toy-model/card.yaml")
    for other in ("models/toy-model/README.md", "card.yaml", "x/models/toy/card.yaml", "models/a/b/card.yaml"):
        assert not re.search(pattern, other)


@pytest.mark.parametrize(("case", "code"), [("SCH001/good-mapping", 0), ("SCH001/bad-list", 1)])
def test_lint_hook_in_another_repository(root: Path, tmp_path: Path, case: str, code: int) -> None:
    card = tmp_path / "models" / "toy-model" / "card.yaml"
    card.parent.mkdir(parents=True)
    shutil.copyfile(root / "tests" / "lint" / case / "card.yaml", card)
    (tmp_path / "README.md").write_text("A model repository.\n")
    environment = os.environ | {"PYTHONPATH": str(root / "tools")}

    def dtmodels(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dtmodels", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert dtmodels("docs").returncode == 0
    done = dtmodels("lint", "models/toy-model/card.yaml")
    assert done.returncode == code, done.stdout + done.stderr
