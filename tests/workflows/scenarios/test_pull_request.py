"""What CI makes of a change, and what a change from a fork may do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.workflows.executor import Fault, Run, World, run_workflow
from tests.workflows.executor.events import merge_group
from tests.workflows.house import House, command, models, on_github
from tests.workflows.origin import Origin
from tests.workflows.scenarios.conftest import Past
from tests.workflows.scenarios.prebuilt import lay_down

SECRET = "correct horse"  # noqa: S105 - no secret


NO_BUILD = partial(Fault, kind="fail", job="Build*", times=0)
"""Where it does not matter what is built, it fails at once."""


@pytest.fixture
def house(first_house: Origin, tmp_path: Path, make_world: Callable[..., World]) -> Iterator[House]:
    """The toy repository. Its tests are replaced: they would run this test, for ever."""
    origin = first_house.clone(tmp_path / "origin")
    tests = origin.folder / ".ci" / "run"
    tests.unlink()
    tests.write_text("#!/bin/sh\necho all tests would run here\n")
    tests.chmod(0o755)
    origin.commit({}, "Tests that end")
    world = make_world(origin)
    world.secrets["TOKEN"] = SECRET
    with on_github(world, origin) as house:
        yield house


@pytest.fixture
def prebuilt(house: House, released: Past) -> None:
    """Where a job would build a model, what was built once is laid down."""
    lay_down(house.world, released.run)


@pytest.fixture
def offer(house: House) -> Callable[..., Run]:
    """Offer what was changed in the working tree, and let CI look at it."""

    def run(*, fork: bool = False, faults: tuple[Fault, ...] = ()) -> Run:
        event = house.origin.pull_request({}, repository=house.world.repository, fork=fork)
        return run_workflow(house.world, event, "ci.yml", faults=faults)

    return run


def card(house: House, model_id: str) -> Path:
    return house.origin.folder / "models" / model_id / "card.yaml"


def raise_version(house: House, model_id: str) -> None:
    models(house.origin.folder, {model_id: "1.1"})


def results(run: Run) -> dict[str, str]:
    return {key[0]: result for key, (result, _) in run.results.items() if len(key) == 1}


def built(run: Run) -> list[str]:
    return sorted(name.partition("/")[0] for one in run.artifacts.kept for name in one.files() if "dtmodel" in name)


def test_one_changed_card_builds_one_model(house: House, offer: Callable[..., Run]) -> None:
    raise_version(house, "denoise-one")
    run = offer()
    assert (run.conclusion, run.slips) == ("success", []), run.story()
    assert built(run) == ["denoise-one"]
    assert [name for name in run.results if name[0] == "build"][-1] == ("build",)
    assert len([job for job in run.jobs if job.name.startswith("Build")]) == 1
    assert "## denoise-one 1.1" in run.summary()
    assert "denoise-two 1.0" not in run.summary()
    assert [one["category"] for one in house.world.code_scanning] == ["model-cards"]
    assert [one for one in run.annotations() if one.level in ("error", "warning")] == []


def test_a_change_without_models_builds_nothing(house: House, offer: Callable[..., Run]) -> None:
    house.origin.folder.joinpath("CONTRIBUTING.md").write_text("# How to contribute\n")
    run = offer()
    assert results(run) == {
        "plan": "success",
        "lint": "success",
        "tests": "success",
        "build": "skipped",
        "gate": "success",
    }
    assert run.conclusion == "success"
    assert run.slips == []


@pytest.mark.parametrize(("family", "count"), [("onnx", "2"), ("nafnet", "0")])
def test_a_changed_family_builds_its_models(house: House, offer: Callable[..., Run], family: str, count: str) -> None:
    with (house.origin.folder / "tools" / "dtmodels" / "families" / f"{family}.py").open("a") as file:
        file.write("\n# changed\n")
    run = offer(faults=(NO_BUILD(),))
    assert run.job("Plan").outputs["count"] == count
    assert results(run)["build"] == ("failure" if count != "0" else "skipped")
    assert results(run)["gate"] == ("failure" if count != "0" else "success")


@pytest.mark.usefixtures("prebuilt")
def test_a_fork_reads_only_and_still_sees_everything(house: House, offer: Callable[..., Run]) -> None:
    raise_version(house, "denoise-one")
    run = offer(fork=True)
    assert (run.conclusion, run.slips) == ("success", []), run.story()
    assert {level for job in run.jobs for level in job.rights.levels.values()} <= {"read", "none"}
    assert run.job("Lint / Code scanning").result == "skipped"
    assert house.world.code_scanning == []
    assert "## denoise-one 1.1" in run.summary()


def test_secrets_are_in_no_job_of_a_change(house: House, offer: Callable[..., Run]) -> None:
    """Workflows for changes name no secret at all, so one from the same repository sees none either."""
    house.origin.folder.joinpath(".ci/run").write_text("#!/bin/sh\nenv\n")
    run = offer(faults=(NO_BUILD(),))
    assert "GITHUB_RUN_ID" in run.job("Tests").step("Run all tests").log
    assert SECRET not in "".join(step.log for _, step in run.steps())
    assert "***" not in run.job("Tests").step("Run all tests").log


@pytest.mark.parametrize("fork", [False, True])
def test_a_wrong_card_is_annotated_on_its_line(house: House, offer: Callable[..., Run], fork: bool) -> None:
    text = card(house, "denoise-one").read_text()
    card(house, "denoise-one").write_text(text.replace("weights: GPL-3.0-or-later", "weights: CC-BY-NC-4.0"))
    line = card(house, "denoise-one").read_text().split("\n").index("  weights: CC-BY-NC-4.0") + 1
    command(house.origin.folder, "docs")
    run = offer(fork=fork, faults=(NO_BUILD(),))
    errors = [(one.file, one.line) for one in run.annotations() if one.level == "error"]
    assert ("models/denoise-one/card.yaml", line) in errors
    assert (run.result("lint"), run.result("gate")) == ("failure", "failure")
    assert "lint" in run.job("Gate").step("Judge all jobs").log
    found = [result for one in house.world.code_scanning for result in one["sarif"]["runs"][0]["results"]]
    assert any(result["level"] == "error" for result in found) is not fork


@pytest.mark.usefixtures("prebuilt")
def test_a_broken_model_turns_the_gate_red_and_hides_no_other(house: House, offer: Callable[..., Run]) -> None:
    for model_id in ("denoise-one", "denoise-two"):
        raise_version(house, model_id)
    run = offer(faults=(Fault(kind="fail", job="Build (denoise-one*", step="Build, validate*"),))
    assert results(run)["build"] == results(run)["gate"] == "failure"
    assert built(run) == ["denoise-two"]
    assert "## denoise-two 1.1" in run.summary()


def test_a_queue_and_main_build_what_changed_since(house: House) -> None:
    before = house.origin.head
    raise_version(house, "denoise-two")
    pushed = house.origin.push({})
    for event in (pushed, merge_group(sha=pushed.sha, base=before)):
        run = run_workflow(house.world, event, "ci.yml", faults=(NO_BUILD(),))
        assert [one["ids"] for one in json.loads(run.job("Plan").outputs["shards"])] == ["denoise-two"]
        assert results(run)["lint"] == "success", run.story()


def test_a_cancelled_look_is_not_a_green_one(house: House, offer: Callable[..., Run]) -> None:
    house.origin.folder.joinpath("CONTRIBUTING.md").write_text("# How to contribute\n")
    run = offer(faults=(Fault(kind="cancel", job="Lint / Cards", step="Hold*"),))
    assert results(run)["gate"] == "failure"
    assert "cancelled" in run.job("Gate").step("Judge all jobs").log


MARKUP = (
    "<script>planted()</script><img src=x onerror=planted()></details></summary><!-- <b> [x](javascript:planted()) "
    "![x](https://evil.example/x.png) | a | b | # Planted `planted` @everybody https://evil.example/phish"
)
SHELL = (
    "$(touch pwned) `touch pwned`; touch pwned && ${IFS}touch${IFS}pwned | ' \" \\ "
    "${{ github.token }} %0A::error::planted"
)
COMMANDS = "x ::error file=models/denoise-two/card.yaml,line=1::planted ##[add-mask]a ##[error]planted"
SHORT = "toy <img src=x onerror=planted()> ##[error]planted"
LINES = "::add-mask::e\n::stop-commands::x\r::error::planted\n##[set-env name=PATH]/tmp\n\n# Planted\n\n<b>planted</b>"
LINED = dict.fromkeys(("name", "description", "limitation", "dataset", "provenance", "title", "changes"), LINES)


def speak(house: House, **said: str) -> None:
    """Let fields of a card say what they should not."""
    document = yaml.safe_load(card(house, "denoise-one").read_text())
    document |= {"version": "1.1", "changes": {"1.1": said["changes"], "1.0": "First release."}}
    document["name"], document["description"] = said["name"], said["description"]
    document["limitations"][0]["text"] = said["limitation"]
    document["training"]["datasets"][0] |= {"name": said["dataset"], "provenance": said["provenance"]}
    document["publication"]["title"] = said["title"]
    card(house, "denoise-one").write_text(yaml.safe_dump(document, sort_keys=False))


def assert_nobody_obeyed(run: Run) -> None:
    """No command but annotations about cards, no file made by a shell, and a page that is ours."""
    commands = {name for _, step in run.steps() for name in step.commands}
    assert commands <= {"error", "warning", "notice"}, run.story()
    assert not any(one.message.strip().startswith("planted") for one in run.annotations())
    files = {one.file for one in run.annotations() if one.level != "notice"}
    assert files <= {"models/denoise-one/card.yaml", "models/denoise-one/README.md", "README.md"}
    assert not list(run.folder.rglob("pwned"))
    assert_page_is_ours(run.summary())


def test_what_a_card_says_is_text_to_everybody(house: House, offer: Callable[..., Run]) -> None:
    """To the runner that reads the log, to the shell, and on the page; the model is built, and its page is shown."""
    speak(
        house, name=SHORT, description=f"Returns {MARKUP}", limitation=f"{SHELL} as it is long enough",
        dataset=COMMANDS, provenance=f"{COMMANDS} {MARKUP}", title=MARKUP, changes=f"{SHELL} {MARKUP}",
    )  # fmt: skip
    command(house.origin.folder, "docs")
    run = offer(fork=True)
    assert run.result("build") == "success", run.story()
    assert "planted" in run.summary() and "planted" in run.log()  # it was shown, as text
    assert_nobody_obeyed(run)


def test_a_card_with_lines_of_commands_is_refused_without_obeying(house: House, offer: Callable[..., Run]) -> None:
    speak(house, **LINED)
    run = offer(fork=True)
    assert (run.result("lint"), run.conclusion) == ("failure", "failure")
    assert_nobody_obeyed(run)


def assert_page_is_ours(markdown: str) -> None:
    """Only our own HTML, and no link, picture or heading that a card wrote."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    html = [token.content.strip() for token in [*tokens, *inline] if token.type in ("html_block", "html_inline")]
    assert [text for text in html if "planted" in text or "onerror" in text or "<b>" in text] == []
    targets = [
        str(token.attrGet("href") or token.attrGet("src")) for token in inline if token.type in ("link_open", "image")
    ]
    assert [target for target in targets if "evil" in target or "javascript" in target] == []
    headings = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert [text for text in headings if text.strip() in ("Planted", "planted")] == []


XARGS = """\
ids=$(cat)
case "$*" in
  *" run "*) for id in $ids; do mkdir -p "output/$id"; echo "$id" > "output/$id/$id.dtmodel"; done ;;
esac
"""


@pytest.mark.slow
def test_three_hundred_models_are_built_in_forty_jobs(house: House, offer: Callable[..., Run]) -> None:
    """What a job builds is replaced by a file: how three hundred models are handed out is what matters here."""
    names = [f"denoise-toy-{number}" for number in range(300)]
    models(house.origin.folder, dict.fromkeys(names, "1.0"))
    house.origin.commit({}, "Three hundred models")
    with (house.origin.folder / "tools" / "dtmodels" / "families" / "onnx.py").open("a") as file:
        file.write("\n# changed\n")
    house.world.program("xargs", XARGS)
    run = offer()
    assert (run.conclusion, run.slips) == ("success", []), run.story()
    shards = json.loads(run.job("Plan").outputs["shards"])
    assert len(shards) == len([job for job in run.jobs if job.name.startswith("Build")]) == 40
    assert (
        sorted(" ".join(one["ids"] for one in shards).split())
        == built(run)
        == sorted([*names, "denoise-one", "denoise-two"])
    )
    assert len({one.name for one in run.artifacts.kept if one.name.startswith("models-")}) == 40
