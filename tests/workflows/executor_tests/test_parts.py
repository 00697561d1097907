"""Parts of the executor that need no run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.executor import Evaluator, Event
from tests.workflows.executor.documents import Source, load_workflow
from tests.workflows.executor.evaluator import Scope, Status
from tests.workflows.executor.events import merge_group, pull_request, push, push_tag, schedule
from tests.workflows.executor.file_commands import create_command_files, read_command_files
from tests.workflows.executor.filters import matches
from tests.workflows.executor.matrix import expand_matrix
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import StepFailed
from tests.workflows.executor.triggers import starts


@pytest.mark.parametrize(
    ("name", "patterns", "included"),
    [
        ("v1.2.3", ["v[0-9]+.[0-9]+.[0-9]+"], True),
        ("v1.20.3", ["v[0-9]+.[0-9]+.[0-9]+"], True),
        ("v1.2", ["v[0-9]+.[0-9]+.[0-9]+"], False),
        ("v1.2.3-rc.1", ["v[0-9]+.[0-9]+.[0-9]+"], False),
        ("v1x2x3", ["v[0-9]+.[0-9]+.[0-9]+"], False),
        ("main", ["main"], True),
        ("a/b", ["*"], False),
        ("a/b", ["**"], True),
        (".github/workflows/ci.yml", [".github/**"], True),
        ("docs/a.md", ["**", "!docs/**"], False),
        ("docs/a.md", ["**", "!docs/**", "docs/a.*"], True),
        ("aab", ["a?ab"], True),
    ],
)
def test_filter_patterns(name: str, patterns: list[str], included: bool) -> None:
    assert matches(name, patterns) is included


ON = {
    "push_main": "on:\n  push:\n    branches: [main]\n",
    "push_tags": "on:\n  push:\n    tags: ['v*']\n",
    "push": "on: push\n",
    "paths": "on:\n  push:\n    paths: ['.github/**']\n  pull_request:\n    paths-ignore: ['docs/**']\n",
    "pull": "on: [pull_request, merge_group]\n",
    "clock": "on:\n  schedule:\n    - cron: '17 2 * * *'\n",
}
A = "a" * 40
PULL = pull_request(merge=A, head=A, base=A, repository="o/r")


CASES = [
    ("push_main", push(A), [], True),
    ("push_main", push(A, branch="other"), [], False),
    ("push_main", push_tag(A, "v1"), [], False),
    ("push_tags", push_tag(A, "v1"), [], True),
    ("push_tags", push(A), [], False),
    ("push", push_tag(A, "v1"), [], True),
    ("paths", push(A), [".github/workflows/ci.yml"], True),
    ("paths", push(A), ["README.md"], False),
    ("paths", PULL, ["docs/a", "README.md"], True),
    ("paths", PULL, ["docs/a"], False),
    ("pull", PULL, [], True),
    ("pull", pull_request(merge=A, head=A, base=A, repository="o/r", action="labeled"), [], False),
    ("pull", merge_group(sha=A, base=A), [], True),
    ("clock", schedule(A, "17 2 * * *"), [], True),
    ("clock", schedule(A, "0 0 * * *"), [], False),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{on}-{event.name}-{expected}" for on, event, _, expected in CASES])
def test_events_start_matching_workflows(
    evaluator: Evaluator, tmp_path: Path, case: tuple[str, Event, list[str], bool]
) -> None:
    on, event, changed, expected = case
    (tmp_path / "w.yml").write_text(f"{ON[on]}jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: 'true'\n")
    workflow = load_workflow(evaluator, Source(repository="o/r", sha=A, directory=tmp_path), "w.yml")
    assert starts(workflow, event, changed) is expected


def test_matrix_combinations_exclusions_and_inclusions() -> None:
    matrix = {
        "a": [1, 2],
        "b": ["x", "y"],
        "exclude": [{"a": 2, "b": "y"}],
        "include": [{"a": 1, "more": True}, {"a": 3}],
    }
    assert expand_matrix(matrix) == [
        {"a": 1, "b": "x", "more": True},
        {"a": 1, "b": "y", "more": True},
        {"a": 2, "b": "x"},
        {"a": 3},
    ]
    assert expand_matrix(None) == [{}]


def test_permissions_cannot_exceed_those_of_the_caller() -> None:
    requested = Permissions.of({"contents": "write", "id-token": "write"})
    assert requested.exceeding(Permissions.of({"contents": "read", "id-token": "write"})) == [
        "'contents: write', but is only allowed 'contents: read'"
    ]
    assert requested.exceeding(Permissions.of("write-all")) == []
    assert str(requested.for_fork()) == "contents: read"
    assert str(Permissions.of({})) == "nothing"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a<<END\n1\n", "no line says 'END'"),
        ("just text\n", "neither NAME=value nor NAME<<END"),
        ("=x\n", "no name"),
    ],
)
def test_malformed_output_file_fails_the_step(tmp_path: Path, text: str, why: str) -> None:
    files = create_command_files(tmp_path / "step")
    Path(files["GITHUB_OUTPUT"]).write_text(text)
    with pytest.raises(StepFailed, match=why):
        read_command_files(files)


def test_reserved_variables_cannot_be_set(tmp_path: Path) -> None:
    files = create_command_files(tmp_path / "step")
    Path(files["GITHUB_ENV"]).write_text("GITHUB_SHA=0\n")
    with pytest.raises(StepFailed, match="GITHUB_SHA"):
        read_command_files(files)


def test_too_large_summary_fails(tmp_path: Path) -> None:
    files = create_command_files(tmp_path / "step")
    Path(files["GITHUB_STEP_SUMMARY"]).write_text("x" * (1024 * 1024 + 1))
    with pytest.raises(StepFailed, match="1048577 bytes"):
        read_command_files(files)


def test_expression_evaluation(evaluator: Evaluator) -> None:
    scope = Scope(contexts={"github": {"ref": "refs/tags/v1"}, "needs": {"a": {"result": "success"}}})
    assert evaluator.fill(["${{ contains(github.ref, 'TAGS') }}"], scope) == [True]
    assert evaluator.texts({"x": "${{ needs.a.result }}-${{ '}}' }}", "y": True}, scope) == {
        "x": "success-}}",
        "y": "true",
    }
    assert evaluator.fill("${{ fromJSON('[1,2]')[1] }}", scope) == 2
    assert scope.missing == set()
    assert evaluator.fill("${{ needs.a.outputs.x || 'none' }}", scope) == "none"
    assert scope.missing == {"needs.a.outputs"}


def test_conditions_default_to_success(evaluator: Evaluator) -> None:
    failed = Scope(contexts={}, status=Status(success=False, failure=True))
    assert not evaluator.condition(None, failed)
    assert not evaluator.condition("true", failed)
    assert not evaluator.condition("'success()' == 'success()'", failed)
    assert evaluator.condition("failure() || false", failed)
    assert evaluator.condition("${{ !cancelled() && 1 == 1 }}", failed)
    with pytest.raises(StepFailed, match="always true"):
        evaluator.condition("${{ false }} == true", failed)
