"""The `dtmodels` command: the group and its entry point. The other modules of this room hold the commands."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from dtbase.terminal.cli_group import CommandGroup, run_cli
from dtmodels.command import build, cards, ci, release, site


def main() -> NoReturn:
    """Run the `dtmodels` command."""
    run_cli(cli, "dtmodels")


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    show_default="current directory",
    help="The model repository.",
)
@click.version_option(package_name="dtmodels")
@click.pass_context
def cli(context: click.Context, root: Path) -> None:
    """Build and release AI models for darktable.

    Exit codes: 0 success, 1 findings or a failed check, 2 wrong usage, 3 nothing to do, 4 a bug.
    """
    context.obj = root.resolve()


cli.add_section("Cards", cards.COMMANDS)
cli.add_section("Build", build.COMMANDS)
cli.add_section("Release", release.COMMANDS)
cli.add_section("CI", ci.COMMANDS)
cli.add_section("Site", site.COMMANDS)
