import errno
import re

import click
import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.cli_group import CommandGroup, neutralise_workflow_commands, run_cli


@click.group(cls=CommandGroup)
def group() -> None:
    """Commands for every way to exit."""


@group.command()
@click.argument("outcome")
def end(outcome: str) -> int:
    match outcome:
        case "success":
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
            raise KeyError(outcome)


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        run_cli(group, "tool", arguments)
    return ended.value.code


WORKFLOW_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
EXIT_CODES = {"success": 0, "findings": 1, "failure": 1, "usage": 2, "nothing": 3, "full": 1, "bug": 4}


@pytest.mark.parametrize(("outcome", "code"), EXIT_CODES.items())
def test_exit_codes(outcome: str, code: int) -> None:
    assert exit_code("end", outcome) == code


def test_failure_prints_where_what_and_fix(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("end", "failure")
    assert capsys.readouterr().err == "error: card.yaml:3:1: does not fit\n  fix: make it fit\n"


def test_workflow_commands_quoted_by_a_failure_are_neutralised(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("end", "forged")
    output = capsys.readouterr().err
    assert "add-mask" in output
    assert "stop-commands" in output
    assert not any(WORKFLOW_COMMAND.search(line) for line in output.splitlines())


@pytest.mark.parametrize("harmless", ["a::b", "https://[::1]/x", "a\n  b ::c", "# [x]", "\n: :"])
def test_harmless_text_is_unchanged(harmless: str) -> None:
    assert neutralise_workflow_commands(harmless) == harmless


def test_full_disk_is_reported_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("end", "full")
    output = capsys.readouterr().err
    assert output.startswith("error: dist: No space left on device\n  fix: free some space")
    assert "Traceback" not in output


def test_unknown_command_is_wrong_usage_and_suggests_a_similar_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("ennd") == 2
    assert "no command 'ennd'; did you mean end?" in capsys.readouterr().err


def test_sections_group_commands_in_the_help() -> None:
    sectioned = CommandGroup("tool")
    sectioned.add_section("First", [click.Command("a", help="Do a. Details.")])
    sectioned.add_section("Second", [click.Command("longer", help="Do more.")])
    help_text = sectioned.get_help(click.Context(sectioned))
    assert help_text.endswith("First:\n  a       Do a.\n\nSecond:\n  longer  Do more.")
    assert sorted(sectioned.commands) == ["a", "longer"]
