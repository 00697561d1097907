"""Commands that workflows call on every change: `changed`, `gate`, `summary`."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.command.selection import AS_JSON, DIRECTORY, MAX_SHARDS


@click.command()
@click.option("--since", metavar="REV", help="Git revision to compare with; everything when empty or all zeros.")
@click.option("--all", "everything", is_flag=True, help="Every model of the repository.")
@MAX_SHARDS
@AS_JSON
@click.pass_obj
def changed(root: Path, since: str | None, everything: bool, max_shards: int, as_json: bool) -> None:
    """List the models to build after a change.

    States the reason for each model, and the build job it is assigned to.

    These files cause a build: the model's own directory, the code that builds it, its demo images, the schemas and the
    pinned libraries. Pages, tests and benchmarks do not. Changes are counted from the merge base with REV.
    """
    from dtmodels.ci.changed import changed

    if everything == (since is not None):
        raise click.UsageError("give --since REV, or --all")
    changed(root, since or "", Console(), most=max_shards, as_json=as_json)


@click.command()
@click.option("--needs", envvar="NEEDS", default="", metavar="JSON", help="toJSON(needs); or set NEEDS.")
@click.option("--may-skip", envvar="MAY_SKIP", default="", metavar="JOBS", help="Jobs that may skip; or set MAY_SKIP.")
def gate(needs: str, may_skip: str) -> int:
    """Fail unless every job of a run succeeded.

    A job of --may-skip may be skipped while the output `count` of the job `plan` is 0; `job:other.output=value` names
    another condition.
    """
    from dtmodels.ci.gate import gate

    return gate(needs, may_skip, Console())


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--base", type=DIRECTORY, help="Another built repository to compare with; it may be missing.")
@click.option("--released", metavar="FILE", help="versions.json of a release, or `latest`: list changes since then.")
@click.pass_obj
def summary(root: Path, ids: tuple[str, ...], base: Path | None, released: str | None) -> None:
    """Write a review page for each built model.

    The page shows evidence for grade and licence, the datasets, tensors, size, parity and latency. It goes to standard
    output, or to the job summary on a GitHub runner. `--released latest` reads the repository in GITHUB_REPOSITORY.
    """
    from dtmodels.ci.built_model import read_released
    from dtmodels.ci.summary import summary

    last = read_released(Path(released)) if released and released != "latest" else None
    if released == "latest":
        from dtmodels.publishing.current_release import latest_models
        from dtmodels.publishing.github import GitHub

        github = GitHub.from_environment()
        try:
            last = latest_models(github)
        except Failure as exc:  # a page without this comparison is better than none
            Console().note(f"cannot read the latest release: {exc}")
    summary(root, ids, Console(), base=base, released=last)


COMMANDS = (changed, gate, summary)
