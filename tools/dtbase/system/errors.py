"""Every way to fail that a user can cause; only the command line prints these and exits."""

from __future__ import annotations


class Failure(Exception):
    """A failed check or step: says where, what, and what to do. Exit code 1."""

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
    """The command was called with something that does not exist or does not fit. Exit code 2."""

    exit_code = 2


class NothingToDo(Failure):
    """Something was asked for, and there is nothing it applies to. Exit code 3."""

    exit_code = 3
