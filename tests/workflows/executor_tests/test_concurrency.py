"""Runs of one group, and the releases and nightlies of this repository."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.executor import Evaluator, WorkflowRejected
from tests.workflows.executor.concurrency import Groups, Rule
from tests.workflows.executor.documents import Source, Workflow, load_workflow

TAGS = ("v1.0.0", "v1.1.0", "v1.2.0")


@pytest.fixture
def release(root: Path, evaluator: Evaluator) -> Workflow:
    source = Source(repository="maintainer/models", sha="0" * 40, directory=root)
    return load_workflow(evaluator, source, ".github/workflows/release.yml")


def rule_of(workflow: Workflow, evaluator: Evaluator, **inputs: Any) -> Rule:
    rule = Rule.of(workflow, evaluator, {"inputs": inputs, "github": {"event_name": "push"}})
    assert rule
    return rule


def start_three_releases_and_a_nightly(workflow: Workflow, evaluator: Evaluator) -> Groups:
    groups = Groups()
    for tag in TAGS[:2]:
        groups.enter(tag, rule_of(workflow, evaluator))
    groups.enter("nightly", rule_of(workflow, evaluator, tag="nightly", environment="nightly"))
    groups.enter(TAGS[2], rule_of(workflow, evaluator))
    return groups


def test_three_releases_wait_for_approval_in_turn_and_the_nightly_runs_beside_them(
    release: Workflow, evaluator: Evaluator
) -> None:
    groups = start_three_releases_and_a_nightly(release, evaluator)
    assert groups.cancelled == []
    assert groups.in_progress == {"release": "v1.0.0", "release-nightly": "nightly"}
    assert [groups.finish("release"), groups.finish("release"), groups.finish("release")] == ["v1.1.0", "v1.2.0", ""]


def test_without_a_queue_the_third_release_and_the_nightly_would_cancel_one(
    release: Workflow, evaluator: Evaluator
) -> None:
    alone = {"group": "release", "cancel-in-progress": False}
    before = replace(release, document={**release.document, "concurrency": alone})
    assert start_three_releases_and_a_nightly(before, evaluator).cancelled == ["v1.1.0", "nightly"]


def test_newer_run_of_a_pull_request_stops_the_older_one(root: Path, evaluator: Evaluator) -> None:
    source = Source(repository="maintainer/models", sha="0" * 40, directory=root)
    workflow = load_workflow(evaluator, source, ".github/workflows/ci.yml")
    groups = Groups()
    for run, number in (("first", 7), ("other", 8), ("second", 7)):
        github = {"event_name": "pull_request", "event": {"pull_request": {"number": number}}, "sha": "0"}
        rule = Rule.of(workflow, evaluator, {"github": github})
        assert rule
        groups.enter(run, rule)
    assert groups.cancelled == ["first"]
    assert set(groups.in_progress.values()) == {"second", "other"}


def test_run_beyond_a_full_queue_is_the_one_that_is_cancelled() -> None:
    groups, rule = Groups(), Rule(group="g", queued=2)
    for run in ("running", "one", "two", "three"):
        groups.enter(run, rule)
    assert (groups.cancelled, groups.pending["g"]) == (["three"], ["one", "two"])


def test_queue_together_with_cancel_in_progress_is_rejected(release: Workflow, evaluator: Evaluator) -> None:
    both = {"group": "release", "cancel-in-progress": True, "queue": "max"}
    with pytest.raises(WorkflowRejected, match="queue: max"):
        Rule.of(replace(release, document={**release.document, "concurrency": both}), evaluator, {})
