import errno
import re

import click
import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.cli_group import CommandGroup, neutralise_workflow_commands, run_cli


@click.group(cls=CommandGroup)
def group() -> None:
    """Commands that end in every way a command can."""


@group.command()
@click.argument("how")
def end(how: str) -> int:
    match how:
        case "well":
            return 0
        case "findings":
            return 1
        case "failure":
            raise Failure("does not fit", where="card.yaml:3:1", fix="make it fit")
        case "forged":
            raise Failure("holds\n  ::add-mask::a", where="a\r::stop-commands::x", fix="##[error]b\n\u2003::debug::c")
        case "usage":
            raise WrongUsage("no such model")
        case "nothing":
            raise NothingToDo("no model here")
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device", "dist")
        case _:
            raise KeyError(how)


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        run_cli(group, "tool", arguments)
    return ended.value.code


OBEYED = re.compile(r"^\s*::|##\[", re.MULTILINE)
ENDS = {"well": 0, "findings": 1, "failure": 1, "usage": 2, "nothing": 3, "full": 1, "bug": 4}


@pytest.mark.parametrize(("how", "code"), ENDS.items())
def test_every_end_has_its_exit_code(how: str, code: int) -> None:
    assert exit_code("end", how) == code


def test_a_failure_says_where_what_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("end", "failure")
    assert capsys.readouterr().err == "error: card.yaml:3:1: does not fit\n  fix: make it fit\n"


def test_nothing_a_failure_quotes_is_a_command_to_github(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("end", "forged")
    said = capsys.readouterr().err
    assert "add-mask" in said
    assert "stop-commands" in said
    assert not any(OBEYED.search(line) for line in said.splitlines())


@pytest.mark.parametrize("harmless", ["a::b", "https://[::1]/x", "a\n  b ::c", "# [x]", "\n: :"])
def test_other_text_stays_as_it_is(harmless: str) -> None:
    assert neutralise_workflow_commands(harmless) == harmless


def test_a_full_disk_is_explained_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("end", "full")
    said = capsys.readouterr().err
    assert said.startswith("error: dist: No space left on device\n  fix: free some space")
    assert "Traceback" not in said


def test_an_unknown_command_is_wrong_usage_and_offers_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("ennd") == 2
    assert "no command 'ennd'; did you mean end?" in capsys.readouterr().err
