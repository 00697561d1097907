"""Failures that a user can cause or fix. Only `dtbase.terminal.cli_group` prints them and exits."""

from __future__ import annotations


class Failure(Exception):
    """A failed check or step: where it happened, what is wrong, and how to fix it. Exit code 1."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  fix: {self.fix}" if self.fix else text


class WrongUsage(Failure):
    """An argument of the command does not exist or is not valid. Exit code 2."""

    exit_code = 2


class NothingToDo(Failure):
    """The requested operation applies to nothing. Exit code 3."""

    exit_code = 3
