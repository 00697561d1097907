"""Command groups that answer mistakes in one sentence and end with the right exit code."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from dtbase.system.errors import Failure
from dtbase.system.suggestions import did_you_mean

EXIT_BUG = 4
"""Exit code for what nobody should ever see."""


class CommandGroup(click.Group):
    """A command group that offers the nearest name for an unknown command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest names added to the error."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            ctx.fail(f"no command '{args[0]}'; {did_you_mean(args[0], self.commands)}")
        return super().resolve_command(ctx, args)


def run_cli(group: click.Group, name: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command group as a program; never returns.

    Exit codes: 0 fine, 1 findings or a failed check, 2 wrong usage, 3 nothing to do, 4 a bug, 130 interrupted.
    Set DTMODELS_DEBUG=1 to see the traceback of any failure.
    """
    sys.exit(_exit_code(group, name, arguments))


def _exit_code(group: click.Group, name: str, arguments: Sequence[str] | None) -> int:
    try:
        result: Any = group.main(arguments, prog_name=name, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as exc:
        exc.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        print(f"{name}: interrupted; finished work is kept, run the same command again to go on", file=sys.stderr)
        return 130
    except Failure as failure:
        _debug()
        _tell(f"error: {failure}")
        return failure.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as failed:
        _debug()
        _tell(f"error: {explain_os_error(failed)}")
        return 1
    except Exception as bug:
        _debug()
        _tell(
            f"bug: {type(bug).__name__}: {bug}\n"
            f"  fix: please report it with the command you ran; DTMODELS_DEBUG=1 shows where it happened"
        )
        return EXIT_BUG


def explain_os_error(failed: OSError) -> str:
    """What the operating system refused, with what to do about the usual ones."""
    where = f"{failed.filename}: " if failed.filename else ""
    advice = {
        errno.ENOSPC: "free some space and run the same command again; nothing half-written was kept",
        errno.EACCES: "check who owns it and its permissions",
        errno.EROFS: "choose a directory that can be written to",
    }.get(failed.errno or 0, "")
    text = f"{where}{failed.strerror or failed}"
    return f"{text}\n  fix: {advice}" if advice else text


def neutralise_workflow_commands(text: str) -> str:
    """`text` with a space in what GitHub's runner would take for a command, which a message may quote from a card.

    It obeys `::` at the start of a line, whatever white space is before it, and `##[` anywhere; see `ActionCommand.cs`
    of actions/runner.
    """
    return re.sub(r"([\r\n]\s*|^\s*):(?=:)", r"\1: ", text).replace("##[", "## [")


def _tell(text: str) -> None:
    print(neutralise_workflow_commands(text), file=sys.stderr)


def _debug() -> None:
    if os.environ.get("DTMODELS_DEBUG"):
        traceback.print_exc()
