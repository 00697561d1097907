"""The command that writes the catalogue as a web site: `site`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from dtbase.terminal.console import Console
from dtmodels.command.selection import DIRECTORY


@click.command()
@click.argument("directory", type=DIRECTORY, required=False, metavar="[DIRECTORY]")
@click.option("--serve", is_flag=True, help="Then serve it on this machine until Ctrl-C.")
@click.option("--port", default=8765, show_default=True, metavar="N", help="Port of --serve.")
@click.option("--url", default="", metavar="URL", help="Address of publication, for the sitemap and Open Graph.")
@click.option(
    "--repository",
    default=lambda: os.environ.get("GITHUB_REPOSITORY", ""),
    show_default="$GITHUB_REPOSITORY",
    metavar="OWNER/NAME",
    help="Repository that releases the models.",
)
@click.pass_obj
def site(root: Path, /, directory: Path | None, *, serve: bool, port: int, url: str, repository: str) -> None:
    """Write the catalogue as a static site.

    Writes pages, api/v1 and a feed of all cards to DIRECTORY, by default output/site. Images and packages are those of
    dist/ and output/.
    """
    from dtmodels.site.serve import serve_site
    from dtmodels.site.write import SiteRequest, write_site

    target = (directory or root / "output" / "site").resolve()
    write_site(SiteRequest(root=root, target=target, url=url, repository=repository), Console())
    if serve:
        serve_site(target, port, Console())


COMMANDS = (site,)
