"""Releases, from the tag to what everybody can download."""

from __future__ import annotations

from tests.workflows.executor import run_workflow
from tests.workflows.house import House

BOTH = {"denoise-one": "1.0", "denoise-two": "1.0"}


def test_a_tag_makes_a_release(house: House) -> None:
    event = house.release("v1.0.0", BOTH)
    run = run_workflow(house.world, event, "release.yml")
    assert run.conclusion == "success", run.story()
    print(run.story())
    assert {"denoise-one.dtmodel", "denoise-two.dtmodel", "versions.json", "SHA256SUMS"} <= set(house.served("v1.0.0"))
