"""The `dtmodels` command as users call it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from dtmodels.command.cli import cli

Add = Callable[..., Path]
HEAVY = {"torch", "onnx", "onnxruntime", "numpy", "jsonschema", "rich"}
LONGEST_HELP = 45
"""Characters of a command's first help sentence; longer ones are cut in the list of commands."""


def dtmodels(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dtmodels", "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["release", "--help"]])
def test_help_and_list_import_nothing_heavy(add_model: Add, tmp_path: Path, arguments: list[str]) -> None:
    add_model()
    run = f"sys.argv = ['dtmodels', '--root', {str(tmp_path)!r}, *{arguments!r}]"
    watch = f"import atexit, sys; atexit.register(lambda: print(sorted({HEAVY!r} & set(sys.modules)))); {run}"
    code = f"{watch}; from dtmodels.command.cli import main; main()"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "[]"


def test_help_lists_all_commands_in_sections() -> None:
    listed = [name for names in cli.sections.values() for name in names]
    assert sorted(listed) == sorted(cli.commands)
    assert list(cli.sections) == ["Cards", "Build", "Release", "CI", "Site"]


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_first_help_sentence_fits_the_command_list(name: str) -> None:
    first = (cli.commands[name].help or "").partition("\n\n")[0]
    assert first.endswith(".") and len(first) <= LONGEST_HELP
    help_text = cli.get_help(click.Context(cli, terminal_width=80))
    assert f"  {name} " in help_text and first.removesuffix(".") in help_text


def test_list_shows_models_and_broken_cards(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    (add_model("denoise-broken") / "card.yaml").write_text("- not\n- a card\n")
    done = dtmodels(tmp_path, "list")
    assert done.returncode == 0
    assert re.search(r"denoise-toy +1\.0 +denoise +released +open", done.stdout)
    assert "denoise-broken: card cannot be read: models/denoise-broken/card.yaml" in done.stdout
    assert json.loads(dtmodels(tmp_path, "list", "--json").stdout)["models"][0]["id"] == "denoise-toy"


def test_directory_without_models_is_one_clear_error(tmp_path: Path) -> None:
    done = dtmodels(tmp_path, "list")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "no models directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["setup", "convert", "demo", "package", "run", "clean", "release"])
def test_unknown_model_is_wrong_usage(add_model: Add, tmp_path: Path, command: str) -> None:
    add_model("denoise-toy")
    done = dtmodels(tmp_path, command, "denoise-tou")
    assert done.returncode == 2
    assert "did you mean denoise-toy?" in done.stderr


def test_run_requires_a_model(add_model: Add, tmp_path: Path) -> None:
    add_model()
    assert dtmodels(tmp_path, "run").returncode == 2


def test_clean_removes_builds_and_keeps_the_card(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    assert dtmodels(tmp_path, "convert", "denoise-toy").returncode == 0
    assert (tmp_path / "output/denoise-toy/model/config.json").exists()
    assert dtmodels(tmp_path, "clean", "denoise-toy").returncode == 0
    assert not (tmp_path / "output/denoise-toy").exists()
    assert (directory / "card.yaml").exists()


def test_second_run_in_a_locked_workspace_fails(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    lock = (
        "import sys, time; from pathlib import Path; from dtmodels.build.workspace import Workspace\n"
        "with Workspace(Path(sys.argv[1])).locked():\n    print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", lock, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None and first.stdout.readline() == "locked\n"
        done = dtmodels(tmp_path, "convert", "denoise-toy")
        first.communicate("")
    assert done.returncode == 1
    assert "another process is building here" in done.stderr
    assert dtmodels(tmp_path, "convert", "denoise-toy").returncode == 0
