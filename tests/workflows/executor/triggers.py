"""Triggers of workflows, with filters for branches, tags and paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.workflows.executor.documents import Workflow
from tests.workflows.executor.events import Event
from tests.workflows.executor.filters import matches

PULL_REQUEST_TYPES = ["opened", "synchronize", "reopened"]
"""Default `types:` of `pull_request`."""


def starts(workflow: Workflow, event: Event, changed: list[str]) -> bool:
    """Return True if `event`, which changed these paths, starts the workflow."""
    filters = workflow.triggers.get(event.name)
    if filters is None:
        return False
    if event.name == "schedule":
        return event.payload["schedule"] in [entry["cron"] for entry in filters]
    if event.name == "pull_request":
        types = filters.get("types", PULL_REQUEST_TYPES)
        base = event.payload["pull_request"]["base"]["ref"]
        return event.payload["action"] in types and _named(filters, "branches", base) and _paths(filters, changed)
    if event.name == "push":
        return _ref(filters, event) and (event.ref_type == "tag" or _paths(filters, changed))
    return True


def _ref(filters: Mapping[str, Any], event: Event) -> bool:
    """Check the ref of a push; filters for branches only exclude tags, and vice versa."""
    kind, other = ("tags", "branches") if event.ref_type == "tag" else ("branches", "tags")
    filtered = {name.removesuffix("-ignore") for name in filters}
    if kind not in filtered and other in filtered:
        return False
    return _named(filters, kind, event.ref_name)


def _named(filters: Mapping[str, Any], kind: str, name: str) -> bool:
    if kind in filters:
        return matches(name, filters[kind])
    return not matches(name, filters.get(f"{kind}-ignore", []))


def _paths(filters: Mapping[str, Any], changed: list[str]) -> bool:
    if "paths" in filters:
        return any(matches(path, filters["paths"]) for path in changed)
    ignored = filters.get("paths-ignore")
    return ignored is None or not all(matches(path, ignored) for path in changed)
