"""Other repositories use our linter and our workflows: the examples of docs/reuse.md, run in one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.workflows.executor import Event, Run, World, run_workflow
from tests.workflows.origin import Origin
from tests.workflows.sample_repository import SampleRepository, command, models, on_github

OURS, THEIRS = "darktable-org/models", "photographer/own-models"
PAGE = (ROOT / "docs" / "reuse.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
ACTION, LINT, BUILD = EXAMPLES
DIRECTORY = "collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A repository that is not ours, and the commit of ours that it names."""

    house: SampleRepository
    pin: str

    def offer(self, example: str, *, fork: bool = False, **replaced: str) -> Event:
        """A pull request that brings an example of the page, and changes to the card of its model."""
        card = f"{DIRECTORY}/models/denoise-mine/card.yaml"
        text = (self.house.origin.directory / card).read_text()
        for old, new in replaced.items():
            assert f"{old}: " in text
            text = re.sub(rf"^( *{old}: ).*$", rf"\g<1>{new}", text, count=1, flags=re.MULTILINE)
        files = {".github/workflows/cards.yml": self.pinned(example), card: text}
        return self.house.origin.pull_request(files, repository=THEIRS, fork=fork)

    def pinned(self, example: str) -> str:
        """An example of the page with names and commits filled in."""
        assert example.count("OWNER/REPOSITORY") == example.count("<sha>") == 1
        return example.replace("OWNER/REPOSITORY", OURS).replace("<sha>", self.pin)

    def run(self, event: Event) -> Run:
        """Run the workflow that the pull request brings."""
        return run_workflow(self.house.world, event, "cards.yml")


@pytest.fixture
def foreign(first_house: Origin, tmp_path: Path, make_world: Callable[..., World]) -> Iterator[Foreign]:
    """A repository with one model in a directory, and no tools of its own."""
    directory = tmp_path / "foreign"
    models(directory / DIRECTORY, {"denoise-mine": "1.0"})
    origin = Origin.create(directory)
    world = make_world(first_house, THEIRS)
    world.origins = {OURS: first_house.directory, THEIRS: directory}
    with on_github(world, origin) as house:
        yield Foreign(house=house, pin=first_house.head)


def test_the_page_pins_what_the_lock_pins() -> None:
    lock = yaml.safe_load((ROOT / ".github" / "actions.lock.json").read_text())["actions"]
    pins = re.findall(r"uses: (actions/\S+)@(\S+) # (\S+)", PAGE)
    assert pins
    assert all((lock[name]["sha"], lock[name]["version"]) == (sha, version) for name, sha, version in pins)


def test_inputs_of_the_page_are_those_of_the_action() -> None:
    inputs: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "actions" / "lint" / "action.yml").read_text())[
        "inputs"
    ]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, flags=re.MULTILINE))
    told = {name: default.strip("`").replace("nothing", "") for name, default in rows.items()}
    assert told == {name: about["default"] for name, about in inputs.items()}


def test_the_action_finds_nothing_in_a_good_card(foreign: Foreign) -> None:
    run = foreign.run(foreign.offer(ACTION))
    assert run.conclusion == "success", run.story()
    assert run.slips == []


def test_the_action_annotates_the_line_of_a_card(foreign: Foreign) -> None:
    run = foreign.run(foreign.offer(ACTION, fork=True, inference="cloud"))
    assert run.conclusion == "failure"
    [found] = [one for one in run.annotations() if one.title == "PRI001"]
    path = foreign.house.origin.directory / found.file
    assert found.file == f"{DIRECTORY}/models/denoise-mine/card.yaml"
    foreign.house.origin.git("checkout", "-q", "change-7")
    assert path.read_text().splitlines()[found.line - 1].strip() == "inference: cloud"
    assert "PRI001" in run.summary()


@pytest.mark.parametrize("fork", [False, True])
def test_the_lint_workflow_reports_to_code_scanning_unless_from_a_fork(foreign: Foreign, fork: bool) -> None:
    run = foreign.run(foreign.offer(LINT, fork=fork, inference="cloud"))
    assert run.result("lint", "cards") == "failure", run.story()
    assert run.result("lint", "code-scanning") == ("skipped" if fork else "success"), run.story()
    assert run.slips == []
    places = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for document in foreign.house.world.code_scanning
        for result in document["sarif"]["runs"][0]["results"]
    }
    assert places == (set() if fork else {f"{DIRECTORY}/models/denoise-mine/card.yaml"})


def test_a_caller_who_grants_too_little_is_told_before_anything_runs(foreign: Foreign) -> None:
    example = LINT.replace("      security-events: write # findings in code scanning\n", "")
    run = foreign.run(foreign.offer(example))
    assert "security-events: write" in run.refused
    assert run.jobs == []


def test_the_build_workflow_builds_their_model_with_our_tools(foreign: Foreign) -> None:
    run = foreign.run(foreign.offer(BUILD, version='"1.1"'))
    assert run.conclusion == "success", run.story()
    assert run.slips == []
    [artefact] = run.artifacts.kept
    assert (artefact.name, "denoise-mine/denoise-mine.dtmodel" in artefact.files()) == ("models-all", True)
    assert "denoise-mine" in run.summary()
    [speed] = re.findall(r"^\| latency.*$", run.summary(), flags=re.MULTILINE)
    now, base = speed.split("|")[2:4]
    assert float(now) > 0 and float(base) > 0, "built at the base too, on the same machine"


def test_tools_are_those_of_the_commit_that_is_named(foreign: Foreign, first_house: Origin) -> None:
    """Later commits of ours change nothing for who has pinned an earlier one."""
    later = first_house.clone(foreign.house.world.directory / "later")
    later.commit({"tools/dtmodels/command/cli.py": "raise SystemExit('the tools of a later commit')\n"})
    foreign.house.world.origins[OURS] = later.directory
    assert foreign.run(foreign.offer(ACTION)).conclusion == "success"


def test_a_collection_can_be_started_with_our_tools(foreign: Foreign) -> None:
    """What `dtmodels new` writes elsewhere can be linted there as a draft."""
    directory = foreign.house.origin.directory / DIRECTORY
    command(directory, "new", "denoise-next", "--task", "denoise")
    foreign.house.origin.commit({})
    run = foreign.run(foreign.offer(ACTION))
    assert run.conclusion == "success", run.story()
