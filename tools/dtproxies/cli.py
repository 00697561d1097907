"""The command `dtproxies`: each command parses its words, calls one function, and leaves the rest to it."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from dtbase.commands import Commands, run


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Train, test and use neural proxies: small networks that imitate darktable's own modules, sliders included."""


@commands.command()
@click.option("--install", is_flag=True, help="First install the supported darktable into .darktable/ (needs root).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(install: bool, as_json: bool) -> int:
    """Say which darktable is used, and prove that it works."""
    from dtbase.console import Console
    from dtproxies.darktable.doctor import report

    return report(Console(), install=install, as_json=as_json)


@commands.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def modules(name: str | None, as_json: bool) -> None:
    """List darktable's modules, or the sliders of the module NAME."""
    from dtbase.console import Console
    from dtproxies.darktable.describe import report
    from dtproxies.darktable.find import find

    report(Console(), find(), name, as_json=as_json)


@commands.command()
@click.argument("module")
@click.argument("image", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="SLIDER=VALUE", help="A slider that is not at its default.")
def render(module: str, image: Path, out: Path, settings: tuple[str, ...]) -> None:
    """Render IMAGE through darktable's MODULE and write OUT, a .png or a .pfm."""
    from dtproxies.darktable.find import find
    from dtproxies.darktable.picture import render_file
    from dtproxies.darktable.settings import parse

    render_file(find(), module, image, out, parse(settings))


def main() -> NoReturn:
    """Run the command line."""
    run(commands, "dtproxies")


if __name__ == "__main__":
    main()
