import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dtbase.image_files import netpbm
from dtbase.terminal.cli_group import run_cli
from dtproxies.command.cli import commands
from dtproxies.darktable.find import VARIABLE, Darktable


def exit_code(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        run_cli(commands, "dtproxies", words)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_help_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'rich', 'torch', 'PIL', 'scipy', 'matplotlib'}"
    check = f"import sys, dtproxies.command.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_short_help_of_every_command_fits_into_the_list() -> None:
    for name, command in commands.commands.items():
        assert command.help, name
        assert len(command.help.splitlines()[0]) <= 45, name


def test_old_names_still_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("picture", "exposure", "--out", "sheet.png") == 2
    assert "is now `dtproxies draw`" in capsys.readouterr().err
    assert exit_code("evaluate", "exposure", "--pictures", "sheets", "--weights", "none.safetensors") == 1
    assert exit_code("--help") == 0
    text = capsys.readouterr().out
    assert "picture" not in text
    assert "Exit codes: 0 fine" in text


@pytest.mark.parametrize("words", [["doctor"], ["modules"], ["render", "exposure", "in.png", "out.png"]])
def test_missing_darktable_names_the_install_command(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    assert exit_code(*words) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"error: {tmp_path / 'nothing'}: there is no darktable at this path")
    assert "dtproxies doctor --install" in message


@pytest.mark.darktable
def test_lists_modules_and_sliders(darktable: Darktable, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("modules", "--json") == 0
    listed = {row["module"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["exposure"]["sliders"] == 7
    assert exit_code("modules", "exposure", "--json") == 0
    sliders = {row["slider"]: row for row in json.loads(capsys.readouterr().out)}
    assert sliders["exposure"]["range"] == "-18 to 18"
    assert exit_code("modules", "exposure") == 0
    assert capsys.readouterr().out.startswith("exposure, version 7, 28 bytes")


@pytest.mark.darktable
def test_unknown_modules_and_sliders_are_wrong_usage(
    darktable: Darktable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    netpbm.write_pfm(tmp_path / "in.pfm", np.zeros((8, 8, 3), np.float32))
    files = [str(tmp_path / "in.pfm"), str(tmp_path / "out.pfm")]
    assert exit_code("modules", "expsure") == 2
    assert "did you mean exposure" in capsys.readouterr().err
    assert exit_code("render", "velvia", *files, "--set", "strenth=1") == 2
    assert "did you mean strength" in capsys.readouterr().err
    assert exit_code("render", "velvia", *files, "--set", "strength=101") == 2
    assert "outside 0 to 100" in capsys.readouterr().err
    assert not (tmp_path / "out.pfm").exists()
