"""Command groups that report an error in one sentence and exit with a documented code."""

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
from dtbase.system.extras import missing_package
from dtbase.system.suggestions import did_you_mean

EXIT_BUG = 4
"""Exit code for an unexpected exception, which is a bug."""


class CommandGroup(click.Group):
    """A command group that suggests the nearest name for an unknown command and can list commands in sections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: dict[str, list[str]] = {}
        """Names of the commands below each heading of the help text."""

    def add_section(self, title: str, commands: Sequence[click.Command]) -> None:
        """Add commands, and list them below a heading of their own in the help text."""
        for command in commands:
            self.add_command(command)
            self.sections.setdefault(title, []).append(str(command.name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands as click does, below the headings of `add_section` where there are any."""
        if not self.sections:
            super().format_commands(ctx, formatter)
            return
        width = max(map(len, self.commands))
        for title, names in self.sections.items():
            rows = [(name.ljust(width), self.commands[name].get_short_help_str(formatter.width)) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does, and add similar names to the error."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            ctx.fail(f"no command '{args[0]}'; {did_you_mean(args[0], self.commands)}")
        return super().resolve_command(ctx, args)


def run_cli(group: click.Group, name: str, arguments: Sequence[str] | None = None, *, extra: str = "build") -> NoReturn:
    """Run a command group as a program; never returns.

    `extra` is the extra of the distribution with the packages that the program imports.

    Exit codes: 0 success, 1 findings or a failed check, 2 wrong usage, 3 nothing to do, 4 a bug, 130 interrupted.
    With DTMODELS_DEBUG=1 in the environment, any failure also prints its traceback.
    """
    sys.exit(_exit_code(group, name, arguments, extra))


def _exit_code(group: click.Group, name: str, arguments: Sequence[str] | None, extra: str) -> int:
    try:
        result: Any = group.main(arguments, prog_name=name, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except click.ClickException as exc:
        exc.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        print(f"{name}: interrupted; finished work is saved, run the same command again to resume", file=sys.stderr)
        return 130
    except Failure as exc:
        _print_traceback_if_debugging()
        _print_error(f"error: {exc}")
        return exc.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as exc:
        _print_traceback_if_debugging()
        _print_error(f"error: {explain_os_error(exc)}")
        return 1
    except Exception as exc:
        _print_traceback_if_debugging()
        if isinstance(exc, ModuleNotFoundError) and (missing := missing_package(exc, extra)):
            _print_error(f"error: {missing}")
            return missing.exit_code
        _print_error(
            f"bug: {type(exc).__name__}: {exc}\n"
            f"  fix: please report it with the command you ran; DTMODELS_DEBUG=1 prints the traceback"
        )
        return EXIT_BUG


def explain_os_error(exc: OSError) -> str:
    """Describe an error of the operating system, with a fix for the common ones."""
    where = f"{exc.filename}: " if exc.filename else ""
    advice = {
        errno.ENOSPC: "free some space and run the same command again; no incomplete file was left behind",
        errno.EACCES: "check its owner and its permissions",
        errno.EROFS: "choose a writable directory",
    }.get(exc.errno or 0, "")
    text = f"{where}{exc.strerror or exc}"
    return f"{text}\n  fix: {advice}" if advice else text


def neutralise_workflow_commands(text: str) -> str:
    """Insert a space into every workflow command in `text`, because a message may quote text of a card.

    GitHub's runner executes `::` at the start of a line, after any white space, and `##[` anywhere; see
    `ActionCommand.cs` of actions/runner.
    """
    return re.sub(r"([\r\n]\s*|^\s*):(?=:)", r"\1: ", text).replace("##[", "## [")


def _print_error(text: str) -> None:
    print(neutralise_workflow_commands(text), file=sys.stderr)


def _print_traceback_if_debugging() -> None:
    if os.environ.get("DTMODELS_DEBUG"):
        traceback.print_exc()
