"""Command `add`."""

from __future__ import annotations

from pathlib import Path

import click

from dtproxies.command.options import IMAGES


@click.command()
@click.argument("module")
@click.option("--run", "execute", is_flag=True, help="Run the missing steps; a later call resumes.")
@IMAGES
def add(module: str, execute: bool, images: Path) -> None:
    """List the steps that add a proxied MODULE.

    Prints each step with its command and state: done, to do, or blocked. Start in the root of the repository, after
    tools/dtproxies/modules/<MODULE>.py is written.
    """
    from dtbase.terminal.console import Console
    from dtproxies.command.add_steps import print_steps, run_steps

    if execute:
        run_steps(Console(), module, Path(), images=images)
    print_steps(Console(), module, Path(), images=images)


COMMANDS = (add,)
