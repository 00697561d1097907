"""Commands that make a release, from `promote` to `yank`."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.system.errors import NothingToDo
from dtbase.terminal.console import Console
from dtmodels.command.selection import AS_JSON, DIRECTORY, IDS, MAX_SHARDS, selected_models

BRANCH = click.option("--branch", default="main", show_default=True, metavar="NAME", help="Branch to release from.")


@click.command()
@IDS
@click.pass_obj
def release(root: Path, ids: tuple[str, ...]) -> None:
    """Build a release into dist/ on this machine.

    Lints all cards, builds the models and writes dist/ as a release would publish it. Builds candidates as well when
    they are named; a tag never publishes them. Without an ID: every released model whose checkpoints are stored in the
    repository.
    """
    from dtmodels.lint.release_check import require_no_errors
    from dtmodels.stages.release import release

    selected_models(root, ids)
    require_no_errors(root, Console())
    release(root, ids, Console())


@click.command()
@click.argument("tag", metavar="TAG")
@BRANCH
@MAX_SHARDS
@AS_JSON
@click.pass_obj
def plan(root: Path, tag: str, branch: str, max_shards: int, as_json: bool) -> None:
    """List what a release builds and reuses.

    TAG is v1.2.3, v1.2.3-rc.1, or `nightly`, which stands for a tag with the commit in it. Unchanged packages of the
    release before are reused. A published release is not built again.
    """
    from dtmodels.publishing.command import print_plan

    print_plan(root, tag, Console(), branch=branch, most=max_shards, as_json=as_json)


@click.command()
@click.argument("built", type=DIRECTORY, metavar="BUILT")
@click.option("--tag", required=True, metavar="TAG", help="The release.")
@BRANCH
@click.pass_obj
def assemble(root: Path, built: Path, tag: str, branch: str) -> None:
    """Write dist/ from new and reused packages.

    New packages come from the directory BUILT, which may be missing. dist/ is written atomically.
    """
    from dtmodels.publishing.command import assemble_release

    assemble_release(root, built, tag, Console(), branch=branch)


@click.command()
@click.argument("directory", type=DIRECTORY, default="dist")
@click.option("--tag", metavar="TAG", help="The release that the directory is for.")
@click.option(
    "--environment",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a CycloneDX list of the installed Python packages to FILE instead.",
)
@click.pass_obj
def sbom(root: Path, directory: Path, tag: str | None, environment: Path | None) -> None:
    """Write the SBOM of a release directory.

    The SBOM (software bill of materials) sbom.spdx.json lists each model with its licences, files, checkpoints and
    datasets.
    """
    if (tag is None) == (environment is None):
        raise click.UsageError("give --tag TAG, or --environment FILE")
    if environment:
        from dtmodels.sbom.environment import write_environment

        Console().say(str(write_environment(environment)))
    elif tag:
        from dtmodels.sbom.document import write_sbom

        Console().say(str(write_sbom(root, directory, tag)))


@click.command()
@click.argument("tag", metavar="TAG")
@click.option("--dry-run", is_flag=True, help="List the files to upload, without uploading.")
@click.option("--ahead", is_flag=True, help="After publishing, upload these models to the draft of the next release.")
@click.option("--hub", metavar="OWNER", help="Publish on the Hugging Face Hub instead, one repository for each model.")
@click.pass_obj
def publish(root: Path, tag: str, dry_run: bool, ahead: bool, hub: str | None) -> None:
    """Publish dist/ as the release TAG.

    Creates a draft, uploads its files, checks what darktable would download, and then publishes the draft. Needs
    GITHUB_REPOSITORY and a GITHUB_TOKEN with write permission. An interrupted upload resumes. A published release with
    the same files is left unchanged; one with other files is an error.
    """
    from dtmodels.publishing import command

    if ahead + bool(hub) + (dry_run and ahead) > 1:
        raise click.UsageError("--ahead goes with neither --hub nor --dry-run")
    if hub:
        command.publish_on_hub(root, tag, hub, Console(), dry_run=dry_run)
    else:
        command.publish_release(root, tag, Console(), dry_run=dry_run, ahead=ahead)


@click.command()
@click.argument("target", metavar="DIRECTORY|TAG|latest")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Store the downloaded files here.")
@click.option("--transcript", is_flag=True, help="Print each request that darktable makes.")
@click.option("--same-as", metavar="TAG|latest", help="Compare the packages in DIRECTORY with a release.")
@click.option("--if-any", is_flag=True, help="With latest: succeed when no release is published yet.")
@AS_JSON
def verify(
    target: str, *, into: Path | None, transcript: bool, same_as: str | None, if_any: bool, as_json: bool
) -> int:
    """Verify a release directory or a release.

    A published release is downloaded first, without a token and as darktable downloads it.
    """
    from dtmodels.publishing import command

    try:
        if same_as:
            return command.compare_with(target, same_as, Console(), as_json=as_json)
        command.verify_target(target, Console(), into=into, transcript=transcript, as_json=as_json)
    except NothingToDo as exc:
        if not if_any:
            raise
        Console().note(str(exc))
    return 0


@click.command()
@click.option(
    "--serve",
    multiple=True,
    metavar="VERSION=TAG",
    help="Let darktable VERSION download the release TAG; 5.6 stands for every known 5.6.x. Repeatable.",
)
@click.pass_obj
def index(root: Path, serve: tuple[str, ...]) -> None:
    """Write the lists that darktable reads.

    Without an option: versions.json and SHA256SUMS of dist/. With --serve: the darktable versions in
    releases-index.json; the tag of an earlier release withdraws a bad one for all users who have not downloaded it.
    """
    from dtmodels.publishing.command import serve_versions, write_lists

    if serve:
        serve_versions(root, serve, Console())
    else:
        write_lists(root, Console())


@click.command()
@click.argument("model_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="The reason, in one sentence; it is published.")
@click.pass_obj
def yank(root: Path, model_id: str, reason: str) -> None:
    """Withdraw a model from the next release.

    Writes status and reason into its card. Published releases do not change.
    """
    from dtmodels.publishing.yank import yank

    path = yank(root, model_id, reason)
    Console().say(f"{path.relative_to(root)}: status is yanked; run `dtmodels docs`, commit, and make a release")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--into", type=DIRECTORY, metavar="DIRECTORY", help="Write the patch and the reviewer's page here as well."
)
@click.pass_obj
def promote(root: Path, ids: tuple[str, ...], into: Path | None) -> None:
    """Make released models of candidates.

    Fetches the authors' files and compares them with digest or git blob, converts, validates, stores golden statistics
    and a demo, and writes status and pages: one change to review and commit. Needs a clean working tree. On a failure
    the model's directory is unchanged.
    """
    from dtmodels.publishing.promote import promote_each

    promoted = promote_each(root, ids, Console())
    for model_id in promoted:
        Console().say(f"{model_id}: released")
    if into:
        from dtmodels.publishing.promotion_record import write_record

        write_record(root, promoted, into)


@click.command()
@click.argument("promotion", type=DIRECTORY, metavar="PROMOTION")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--into", "proposal", type=DIRECTORY, required=True, metavar="DIRECTORY", help="Write the files here.")
@click.pass_obj
def propose(root: Path, promotion: Path, ids: tuple[str, ...], proposal: Path) -> None:
    """Check the patch of a promotion.

    Writes the files of its pull request.

    PROMOTION contains change.patch and page.md of a job that ran `dtmodels promote`. The patch may change the
    directories of the models ID alone. Runs no code of a model.
    """
    from dtmodels.publishing.proposal import prepare

    prepare(root, promotion, proposal, ids, Console())


@click.command("submit")
@click.argument("proposal", type=DIRECTORY, metavar="PROPOSAL")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@BRANCH
def open_request(proposal: Path, ids: tuple[str, ...], branch: str) -> None:
    """Open the pull request of a promotion.

    Needs GITHUB_REPOSITORY and a GITHUB_TOKEN that may write contents and pull requests, and no checkout. A second run
    for the same models updates the pull request.
    """
    from dtmodels.publishing.github import GitHub
    from dtmodels.publishing.pull_request import open_pull_request, read_proposal

    open_pull_request(read_proposal(proposal, ids), GitHub.from_environment(), branch, Console())


COMMANDS = (promote, propose, open_request, release, plan, assemble, sbom, publish, verify, index, yank)
