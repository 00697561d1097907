"""The command as a person meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Add = Callable[..., Path]
HEAVY = {"torch", "onnx", "onnxruntime", "numpy", "jsonschema", "rich"}


def dtmodels(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dtmodels", "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["release", "--help"]])
def test_help_and_list_import_nothing_heavy(add_model: Add, tmp_path: Path, arguments: list[str]) -> None:
    add_model()
    run = f"sys.argv = ['dtmodels', '--root', {str(tmp_path)!r}, *{arguments!r}]"
    watch = f"import atexit, sys; atexit.register(lambda: print(sorted({HEAVY!r} & set(sys.modules)))); {run}"
    code = f"{watch}; from dtmodels.command.cli import main; main()"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]"


def test_list_shows_models_and_why_a_card_is_broken(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    (add_model("denoise-broken") / "card.yaml").write_text("- not\n- a card\n")
    said = dtmodels(tmp_path, "list")
    assert said.returncode == 0
    assert re.search(r"denoise-toy +1\.0 +denoise +released +open", said.stdout)
    assert "denoise-broken: card cannot be read: models/denoise-broken/card.yaml" in said.stdout
    assert json.loads(dtmodels(tmp_path, "list", "--json").stdout)["models"][0]["id"] == "denoise-toy"


def test_a_directory_that_is_no_model_repository_is_one_clear_error(tmp_path: Path) -> None:
    said = dtmodels(tmp_path, "list")
    assert said.returncode == 1
    assert said.stderr.startswith("error: ")
    assert "no models directory" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("command", ["setup", "convert", "demo", "package", "run", "clean", "release"])
def test_an_unknown_model_is_wrong_usage_everywhere(add_model: Add, tmp_path: Path, command: str) -> None:
    add_model("denoise-toy")
    said = dtmodels(tmp_path, command, "denoise-tou")
    assert said.returncode == 2
    assert "did you mean denoise-toy?" in said.stderr


def test_run_wants_to_know_which(add_model: Add, tmp_path: Path) -> None:
    add_model()
    assert dtmodels(tmp_path, "run").returncode == 2


def test_clean_removes_what_was_built_and_keeps_the_model(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    assert dtmodels(tmp_path, "convert", "denoise-toy").returncode == 0
    assert (tmp_path / "output/denoise-toy/model/config.json").exists()
    assert dtmodels(tmp_path, "clean", "denoise-toy").returncode == 0
    assert not (tmp_path / "output/denoise-toy").exists()
    assert (directory / "card.yaml").exists()


def test_two_runs_do_not_build_in_the_same_directory(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    hold = (
        "import sys, time; from pathlib import Path; from dtmodels.build.workspace import Workspace\n"
        "with Workspace(Path(sys.argv[1])).locked():\n    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        said = dtmodels(tmp_path, "convert", "denoise-toy")
        other.communicate("")
    assert said.returncode == 1
    assert "another run is building here" in said.stderr
    assert dtmodels(tmp_path, "convert", "denoise-toy").returncode == 0
