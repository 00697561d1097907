"""Which defect was caught by whom, for the end of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.workflows.scenarios.mutations.defects import Defect

WIDTH = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One defect, and the first complaint about it; none when nobody noticed."""

    defect: Defect
    complaint: str


CAUGHT = pytest.StashKey[list[Caught]]()


def lines(found: Sequence[Caught]) -> list[str]:
    """The table."""
    shown = [f"planted defects: {len(found)}, caught: {sum(bool(one.complaint) for one in found)}"]
    for one in found:
        complaint = " ".join(one.complaint.split()) or "NOT CAUGHT"
        shown.append(f"  {one.defect.name:44} {one.defect.caught_by:20} {complaint}"[:WIDTH])
    return shown
