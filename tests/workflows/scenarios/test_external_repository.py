"""Examples of docs/reuse.md, run in another repository that uses the linter and the workflows of this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.workflows.executor import Event, GitHubState, Run, run_workflow
from tests.workflows.git_repository import GitRepository
from tests.workflows.sample_repository import SampleRepository, on_github, run_dtmodels, write_models

TOOLS_REPOSITORY, CARDS_REPOSITORY = "darktable-org/models", "photographer/own-models"
PAGE = (ROOT / "docs" / "reuse.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
ACTION, LINT, BUILD = EXAMPLES
DIRECTORY = "collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalRepository:
    """Another repository, and the commit of this repository that it pins."""

    sample: SampleRepository
    pin: str

    def open_pull_request(self, example: str, *, fork: bool = False, **replaced: str) -> Event:
        """Open a pull request that adds an example of the page and changes the card of its model."""
        card = f"{DIRECTORY}/models/denoise-mine/card.yaml"
        text = (self.sample.git_repo.directory / card).read_text()
        for old, new in replaced.items():
            assert f"{old}: " in text
            text = re.sub(rf"^( *{old}: ).*$", rf"\g<1>{new}", text, count=1, flags=re.MULTILINE)
        files = {".github/workflows/cards.yml": self.pinned(example), card: text}
        return self.sample.git_repo.pull_request(files, repository=CARDS_REPOSITORY, fork=fork)

    def pinned(self, example: str) -> str:
        """Return an example of the page with repository and commit filled in."""
        assert example.count("OWNER/REPOSITORY") == example.count("<sha>") == 1
        return example.replace("OWNER/REPOSITORY", TOOLS_REPOSITORY).replace("<sha>", self.pin)

    def run(self, event: Event) -> Run:
        """Run the workflow that the pull request adds."""
        return run_workflow(self.sample.github, event, "cards.yml")


@pytest.fixture
def external(
    initial_repo: GitRepository, tmp_path: Path, make_github: Callable[..., GitHubState]
) -> Iterator[ExternalRepository]:
    """Create a repository with one model in a subdirectory, and without tools."""
    directory = tmp_path / "external"
    write_models(directory / DIRECTORY, {"denoise-mine": "1.0"})
    git_repo = GitRepository.create(directory)
    github = make_github(initial_repo, CARDS_REPOSITORY)
    github.repositories = {TOOLS_REPOSITORY: initial_repo.directory, CARDS_REPOSITORY: directory}
    with on_github(github, git_repo) as sample:
        yield ExternalRepository(sample=sample, pin=initial_repo.head)


def test_pins_of_docs_page_match_the_lock_file() -> None:
    lock = yaml.safe_load((ROOT / ".github" / "actions.lock.json").read_text())["actions"]
    pins = re.findall(r"uses: (actions/\S+)@(\S+) # (\S+)", PAGE)
    assert pins
    assert all((lock[name]["sha"], lock[name]["version"]) == (sha, version) for name, sha, version in pins)


def test_inputs_of_docs_page_match_the_action() -> None:
    inputs: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "actions" / "lint" / "action.yml").read_text())[
        "inputs"
    ]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, flags=re.MULTILINE))
    defaults = {name: default.strip("`").replace("empty", "") for name, default in rows.items()}
    assert defaults == {name: about["default"] for name, about in inputs.items()}


def test_action_accepts_a_valid_card(external: ExternalRepository) -> None:
    run = external.run(external.open_pull_request(ACTION))
    assert run.conclusion == "success", run.describe()
    assert run.misconfigurations == []


def test_action_annotates_the_line_of_a_card(external: ExternalRepository) -> None:
    run = external.run(external.open_pull_request(ACTION, fork=True, inference="cloud"))
    assert run.conclusion == "failure"
    [annotation] = [annotation for annotation in run.annotations() if annotation.title == "PRI001"]
    path = external.sample.git_repo.directory / annotation.file
    assert annotation.file == f"{DIRECTORY}/models/denoise-mine/card.yaml"
    external.sample.git_repo.git("checkout", "-q", "change-7")
    assert path.read_text().splitlines()[annotation.line - 1].strip() == "inference: cloud"
    assert "PRI001" in run.summary()


@pytest.mark.parametrize("fork", [False, True])
def test_lint_workflow_reports_to_code_scanning_except_for_forks(external: ExternalRepository, fork: bool) -> None:
    run = external.run(external.open_pull_request(LINT, fork=fork, inference="cloud"))
    assert run.result("lint", "cards") == "failure", run.describe()
    assert run.result("lint", "code-scanning") == ("skipped" if fork else "success"), run.describe()
    assert run.misconfigurations == []
    locations = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for document in external.sample.github.code_scanning
        for result in document["sarif"]["runs"][0]["results"]
    }
    assert locations == (set() if fork else {f"{DIRECTORY}/models/denoise-mine/card.yaml"})


def test_caller_without_permissions_is_rejected_before_the_run(external: ExternalRepository) -> None:
    example = LINT.replace("      security-events: write # findings in code scanning\n", "")
    run = external.run(external.open_pull_request(example))
    assert "security-events: write" in run.rejection
    assert run.jobs == []


@pytest.mark.slow
def test_build_workflow_builds_model_of_another_repository(external: ExternalRepository) -> None:
    run = external.run(external.open_pull_request(BUILD, version='"1.1"'))
    assert run.conclusion == "success", run.describe()
    assert run.misconfigurations == []
    [artefact] = run.artifacts.stored
    assert (artefact.name, "denoise-mine/denoise-mine.dtmodel" in artefact.files()) == ("models-all", True)
    assert "denoise-mine" in run.summary()
    [speed] = re.findall(r"^\| latency.*$", run.summary(), flags=re.MULTILINE)
    now, base = speed.split("|")[2:4]
    assert float(now) > 0 and float(base) > 0, "the base is also built, on the same machine"


def test_tools_are_of_the_pinned_commit(external: ExternalRepository, initial_repo: GitRepository) -> None:
    """Later commits of this repository have no effect on a caller that pins an earlier one."""
    later = initial_repo.clone(external.sample.github.directory / "later")
    later.commit({"tools/dtmodels/command/cli.py": "raise SystemExit('the tools of a later commit')\n"})
    external.sample.github.repositories[TOOLS_REPOSITORY] = later.directory
    assert external.run(external.open_pull_request(ACTION)).conclusion == "success"


def test_new_collection_can_be_linted(external: ExternalRepository) -> None:
    """A card written by `dtmodels new` in another repository can be linted as a draft."""
    directory = external.sample.git_repo.directory / DIRECTORY
    run_dtmodels(directory, "new", "denoise-next", "--task", "denoise")
    external.sample.git_repo.commit({})
    run = external.run(external.open_pull_request(ACTION))
    assert run.conclusion == "success", run.describe()
