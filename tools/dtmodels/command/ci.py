"""Commands the workflows call on every change: `changed`, `gate`, `summary`, and `sbom`."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console

DIRECTORY = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--since", metavar="REV", help="The git revision to compare with; empty, or zeros, for everything.")
@click.option("--all", "everything", is_flag=True, help="Every model of the repository.")
@click.option(
    "--max-shards", default=40, show_default=True, metavar="N", help="So many jobs at most; 256 is the limit."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def changed(root: Path, since: str | None, everything: bool, max_shards: int, as_json: bool) -> None:
    """Say which models have to be built after a change, why, and in which jobs.

    A model's own directory, the code it is built by, its demo images, the schemas and the pinned libraries count;
    pages, tests and benchmarks do not. Only what this side changed since it parted from REV counts.
    """
    from dtmodels.ci.changed import changed

    if everything == (since is not None):
        raise click.UsageError("give --since REV, or --all")
    changed(root, since or "", Console(), most=max_shards, as_json=as_json)


@click.command()
@click.option("--needs", envvar="NEEDS", default="", metavar="JSON", help="toJSON(needs); or set NEEDS.")
@click.option("--may-skip", envvar="MAY_SKIP", default="", metavar="JOBS", help="Who may be skipped; or set MAY_SKIP.")
def gate(needs: str, may_skip: str) -> int:
    """Judge all jobs of a run: every one went well, or was skipped because the plan had nothing for it.

    A job of --may-skip may be skipped while the output `count` of the job `plan` is 0; `job:other.output=value` names
    another reason.
    """
    from dtmodels.ci.gate import gate

    return gate(needs, may_skip, Console())


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--base", type=DIRECTORY, help="Another built repository to compare with; may be absent.")
@click.option("--released", metavar="FILE", help="versions.json of a release, or `latest`: say what the next changes.")
@click.pass_obj
def summary(root: Path, ids: tuple[str, ...], base: Path | None, released: str | None) -> None:
    """Write a page about each built model: proof of grade and licence, data, tensors, size, parity, latency.

    Goes to standard output, or to the step's summary on a runner. `--released latest` asks GITHUB_REPOSITORY.
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
        except Failure as unknown:  # a page without this comparison is better than none
            Console().note(f"what is released is not known: {unknown}")
    summary(root, ids, Console(), base=base, released=last)


@click.command()
@click.argument("directory", type=DIRECTORY, default="dist")
@click.option("--tag", metavar="TAG", help="The release the directory is for.")
@click.option("--environment", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="See above.")
@click.pass_obj
def sbom(root: Path, directory: Path, tag: str | None, environment: Path | None) -> None:
    """Write sbom.spdx.json of a release directory: each model, its licences, files, checkpoints and data.

    With --environment FILE: write down instead what is installed here, as CycloneDX.
    """
    if (tag is None) == (environment is None):
        raise click.UsageError("give --tag TAG, or --environment FILE")
    if environment:
        from dtmodels.sbom.environment import write_environment

        Console().say(str(write_environment(environment)))
    elif tag:
        from dtmodels.sbom.document import write_sbom

        Console().say(str(write_sbom(root, directory, tag)))


COMMANDS = (changed, gate, summary, sbom)
