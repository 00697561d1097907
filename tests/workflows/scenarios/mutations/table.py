"""Table of injected defects and their detection, printed at the end of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.workflows.scenarios.mutations.defects import Defect

WIDTH = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One defect, and the first reported problem; empty if it was not detected."""

    defect: Defect
    problem: str


DETECTIONS = pytest.StashKey[list[Detection]]()


def lines(detections: Sequence[Detection]) -> list[str]:
    """Format the table."""
    rows = [f"injected defects: {len(detections)}, detected: {sum(bool(one.problem) for one in detections)}"]
    for one in detections:
        problem = " ".join(one.problem.split()) or "NOT DETECTED"
        rows.append(f"  {one.defect.name:44} {one.defect.detected_by:26} {problem}"[:WIDTH])
    return rows
