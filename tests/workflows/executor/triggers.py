"""Whether an event starts a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.workflows.executor.documents import Workflow
from tests.workflows.executor.events import Event
from tests.workflows.executor.filters import fits

PULL_REQUEST_TYPES = ["opened", "synchronize", "reopened"]
"""What a `pull_request` without `types:` hears."""


def starts(workflow: Workflow, event: Event, changed: list[str]) -> bool:
    """Whether `event`, which changed these paths, starts the workflow."""
    asked = workflow.triggers.get(event.name)
    if asked is None:
        return False
    if event.name == "schedule":
        return event.payload["schedule"] in [entry["cron"] for entry in asked]
    if event.name == "pull_request":
        types = asked.get("types", PULL_REQUEST_TYPES)
        base = event.payload["pull_request"]["base"]["ref"]
        return event.payload["action"] in types and _named(asked, "branches", base) and _paths(asked, changed)
    if event.name == "push":
        return _ref(asked, event) and (event.ref_type == "tag" or _paths(asked, changed))
    return True


def _ref(asked: Mapping[str, Any], event: Event) -> bool:
    """A push with filters for branches only does not hear tags, and the other way round."""
    kind, other = ("tags", "branches") if event.ref_type == "tag" else ("branches", "tags")
    filtered = {name.removesuffix("-ignore") for name in asked}
    if kind not in filtered and other in filtered:
        return False
    return _named(asked, kind, event.ref_name)


def _named(asked: Mapping[str, Any], kind: str, name: str) -> bool:
    if kind in asked:
        return fits(name, asked[kind])
    return not fits(name, asked.get(f"{kind}-ignore", []))


def _paths(asked: Mapping[str, Any], changed: list[str]) -> bool:
    if "paths" in asked:
        return any(fits(path, asked["paths"]) for path in changed)
    ignored = asked.get("paths-ignore")
    return ignored is None or not all(fits(path, ignored) for path in changed)
