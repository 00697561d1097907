"""The command `dtproxies`: its group and entry point; each command is in a separate file."""

from __future__ import annotations

from typing import NoReturn

import click

from dtbase.terminal.cli_group import CommandGroup, run_cli
from dtproxies.command import add, darktable, evaluate, pipeline, regress, sweep, train


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Train, evaluate and use proxies of darktable's modules.

    A proxy is a differentiable (grey-box) model of one module; the image and the module's sliders are its inputs.

    Exit codes: 0 fine, 1 findings or a failed check, 2 wrong usage, 3 nothing to do, 4 a bug.
    """


for group in (darktable, train, evaluate, add, sweep, pipeline, regress):
    for command in group.COMMANDS:
        commands.add_command(command)


def main() -> NoReturn:
    """Run the command line."""
    run_cli(commands, "dtproxies", extra="proxies")


if __name__ == "__main__":
    main()
