"""Each injected defect is detected as listed, and harmless changes are not reported.

Tests of run checks are slow, because they execute parts of workflows.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workflows.checkers import all_checkers
from tests.workflows.scenarios.mutations.checks import RUN_CHECKS
from tests.workflows.scenarios.mutations.defects import DEFECTS, HARMLESS, Defect
from tests.workflows.scenarios.mutations.runs import CleanRuns
from tests.workflows.scenarios.mutations.table import DETECTIONS, Detection

MIN_DEFECTS = 25
"""Smallest number of injected defects."""


def problems(defect: Defect, root: Path, directory: Path, clean_runs: CleanRuns | None) -> list[str]:
    """Return the problems that the listed checker or run check reports."""
    if clean_runs is not None:
        return list(RUN_CHECKS[defect.detected_by](clean_runs, defect.edits))
    for part in (".github", ".ci"):
        shutil.copytree(root / part, directory / part)
    for edit in defect.edits:
        edit.apply(directory)
    return all_checkers()[defect.detected_by](directory)


def name_of(defect: Defect) -> str:
    """Return the name of a test."""
    return f"{defect.detected_by}: {defect.name}"


BY_CHECKERS = tuple(one for one in DEFECTS if one.detected_by not in RUN_CHECKS)
BY_RUNS = tuple(one for one in DEFECTS if one.detected_by in RUN_CHECKS)


@pytest.mark.usefixtures("node_modules")
@pytest.mark.parametrize("defect", BY_CHECKERS, ids=name_of)
def test_checker_detects_injected_defect(
    defect: Defect, root: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    reported = problems(defect, root, tmp_path, None)
    pytestconfig.stash.setdefault(DETECTIONS, []).append(
        Detection(defect=defect, problem=reported[0] if reported else "")
    )
    assert reported


@pytest.mark.slow
@pytest.mark.parametrize("defect", BY_RUNS, ids=name_of)
def test_run_detects_injected_defect(
    defect: Defect, root: Path, tmp_path: Path, clean_runs: CleanRuns, pytestconfig: pytest.Config
) -> None:
    reported = problems(defect, root, tmp_path, clean_runs)
    pytestconfig.stash.setdefault(DETECTIONS, []).append(
        Detection(defect=defect, problem=reported[0] if reported else "")
    )
    assert reported


@pytest.mark.slow
@pytest.mark.parametrize("change", HARMLESS, ids=name_of)
def test_harmless_change_is_not_reported(change: Defect, root: Path, tmp_path: Path, clean_runs: CleanRuns) -> None:
    assert problems(change, root, tmp_path, clean_runs) == []


def test_defect_list_covers_all_run_checks() -> None:
    assert len(DEFECTS) >= MIN_DEFECTS
    assert len({one.name for one in DEFECTS}) == len(DEFECTS)
    assert {one.detected_by for one in BY_RUNS} == {one.detected_by for one in HARMLESS} == set(RUN_CHECKS)
    assert {one.detected_by for one in BY_CHECKERS} <= set(all_checkers())
