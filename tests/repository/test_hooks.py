"""The hooks other repositories use: they name commands that exist, and are called as pre-commit calls them."""

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


def test_every_hook_is_a_command_of_the_package(hooks: dict[str, dict[str, object]]) -> None:
    for hook in hooks.values():
        program, command = str(hook["entry"]).split()
        assert (program, hook["language"]) == ("dtmodels", "python")
        assert command in cli.commands


def test_the_hook_is_called_for_cards_and_for_nothing_else(hooks: dict[str, dict[str, object]]) -> None:
    pattern = str(hooks["dtmodels-lint"]["files"])
    assert re.search(pattern, "models/toy-model/card.yaml")
    for other in ("models/toy-model/README.md", "card.yaml", "x/models/toy/card.yaml", "models/a/b/card.yaml"):
        assert not re.search(pattern, other)


@pytest.mark.parametrize(("case", "code"), [("SCH001/good-mapping", 0), ("SCH001/bad-list", 1)])
def test_another_repository_can_lint_its_cards(root: Path, tmp_path: Path, case: str, code: int) -> None:
    card = tmp_path / "models" / "toy-model" / "card.yaml"
    card.parent.mkdir(parents=True)
    shutil.copyfile(root / "tests" / "lint" / case / "card.yaml", card)
    (tmp_path / "README.md").write_text("A model repository.\n")
    environment = os.environ | {"PYTHONPATH": str(root / "tools")}

    def called(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dtmodels", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert called("docs").returncode == 0
    done = called("lint", "models/toy-model/card.yaml")
    assert done.returncode == code, done.stdout + done.stderr
