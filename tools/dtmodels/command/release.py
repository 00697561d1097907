"""Commands that make a release: `plan`, `assemble`, `publish`, `verify`, `yank`, `index`."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.system.errors import NothingToDo
from dtbase.terminal.console import Console

BRANCH = click.option("--branch", default="main", show_default=True, metavar="NAME", help="Releases are made from it.")
DIRECTORY = click.Path(path_type=Path, file_okay=False)
"""Which need not be there: where nothing is built, nothing is handed on."""


@click.command()
@click.argument("tag", metavar="TAG")
@BRANCH
@click.option(
    "--max-shards", default=40, show_default=True, metavar="N", help="So many jobs at most; 256 is the limit."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def plan(root: Path, tag: str, branch: str, max_shards: int, as_json: bool) -> None:
    """Say what the release TAG builds, and what it carries over from the one before.

    TAG is v1.2.3, v1.2.3-rc.1, or `nightly`, whose tag is then made of its commit. A release that is published is not
    built again.
    """
    from dtmodels.publishing.command import print_plan

    print_plan(root, tag, Console(), branch=branch, most=max_shards, as_json=as_json)


@click.command()
@click.argument("built", type=DIRECTORY, metavar="BUILT")
@click.option("--tag", required=True, metavar="TAG", help="The release.")
@BRANCH
@click.pass_obj
def assemble(root: Path, built: Path, tag: str, branch: str) -> None:
    """Write dist/ from the packages in BUILT and those carried over, atomically."""
    from dtmodels.publishing.command import assemble_release

    assemble_release(root, built, tag, Console(), branch=branch)


@click.command()
@click.argument("tag", metavar="TAG")
@click.option("--dry-run", is_flag=True, help="Only say what would be uploaded.")
@click.option("--ahead", is_flag=True, help="After publishing: stock the draft of the next release with these models.")
@click.option("--hub", metavar="OWNER", help="Publish on the Hugging Face Hub instead, a repository a model.")
@click.pass_obj
def publish(root: Path, tag: str, dry_run: bool, ahead: bool, hub: str | None) -> None:
    """Publish dist/ as the release TAG: a draft, its files, a look at what darktable would get, then all at once.

    Needs GITHUB_REPOSITORY and a GITHUB_TOKEN that may write. What an earlier run did already is kept; a release that
    is published with the same files is left as it is, one with other files is never changed.
    """
    from dtmodels.publishing import command

    if ahead + bool(hub) + (dry_run and ahead) > 1:
        raise click.UsageError("--ahead goes with neither --hub nor --dry-run")
    if hub:
        command.publish_on_hub(root, tag, hub, Console(), dry_run=dry_run)
    else:
        command.publish_release(root, tag, Console(), dry_run=dry_run, ahead=ahead)


@click.command()
@click.argument("target", metavar="FOLDER|TAG|latest")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Keep what is downloaded here.")
@click.option("--transcript", is_flag=True, help="Show each request as darktable makes it.")
@click.option("--same-as", metavar="TAG|latest", help="DIRECTORY holds built packages: compare them with a release.")
@click.option("--if-any", is_flag=True, help="With latest: it is no fault that nothing is published yet.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(
    target: str, *, into: Path | None, transcript: bool, same_as: str | None, if_any: bool, as_json: bool
) -> int:
    """Check a release directory, or download a published release as everybody and as darktable does, and check that."""
    from dtmodels.publishing import command

    try:
        if same_as:
            return command.compare_with(target, same_as, Console(), as_json=as_json)
        command.verify_target(target, Console(), into=into, transcript=transcript, as_json=as_json)
    except NothingToDo as nothing:
        if not if_any:
            raise
        Console().note(str(nothing))
    return 0


@click.command()
@click.option(
    "--serve",
    multiple=True,
    metavar="VERSION=TAG",
    help="Let darktable VERSION download the release TAG; 5.6 stands for every known 5.6.x. May be given many times.",
)
@click.pass_obj
def index(root: Path, serve: tuple[str, ...]) -> None:
    """Enter darktable versions into releases-index.json, or write versions.json and SHA256SUMS of dist/.

    With --serve and the tag of an earlier release, a bad one is taken back at once for everybody who has not
    downloaded yet.
    """
    from dtmodels.publishing.command import serve_versions, write_lists

    if serve:
        serve_versions(root, serve, Console())
    else:
        write_lists(root, Console())


@click.command()
@click.argument("model_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why, in a sentence; everybody will read it.")
@click.pass_obj
def yank(root: Path, model_id: str, reason: str) -> None:
    """Take a model back: its card says so, and the next release leaves it out. What is published stays as it is."""
    from dtmodels.publishing.yank import yank

    path = yank(root, model_id, reason)
    Console().say(f"{path.relative_to(root)}: status is yanked; run `dtmodels docs`, commit, and make a release")


COMMANDS = (plan, assemble, publish, verify, index, yank)
