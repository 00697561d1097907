"""The text of a release: what the changelog says, and which model changed how. Cards are written by anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dtmodels.pages import markdown
from dtmodels.pages.markdown import code, table
from dtmodels.publishing.plan import Plan

MOST = 100_000
"""GitHub takes no text of a release that has more than 125,000 characters."""


def notes(plan: Plan, record: Mapping[str, Any], versions: Mapping[str, Mapping[str, Any]], *, loose: bool) -> str:
    """The notes of a release, as markdown; nothing in a card can become markup.

    Args:
        plan: what the release consists of.
        record: its `release.json`.
        versions: its packages, as `versions.json` lists them.
        loose: whether the files of each package are assets of their own, too.
    """
    whole = "\n".join(part.rstrip("\n") + "\n" for part in _parts(plan, record, versions, loose) if part)
    return whole if len(whole) <= MOST else f"{plan.notes[:MOST]}\n\nThe models are listed in release.json.\n"


def _parts(
    plan: Plan, record: Mapping[str, Any], versions: Mapping[str, Mapping[str, Any]], loose: bool
) -> Iterator[str]:
    yield plan.notes
    built_in = {model_id: model["built_in"] for model_id, model in sorted(record["models"].items())}
    fresh = (
        [
            code(model_id),
            text(versions[model_id]["version"]),
            code(versions[model_id]["license"]),
            f"{versions[model_id]['size']:,}",
            text(plan.models[model_id].changes.get(versions[model_id]["version"], "")),
        ]
        for model_id, tag in built_in.items()
        if tag == plan.tag.text
    )
    yield _table("New and changed models", ["model", "version", "licence", "bytes", "what changed"], fresh)
    same = (
        [code(model_id), text(versions[model_id]["version"]), code(tag)]
        for model_id, tag in built_in.items()
        if tag != plan.tag.text
    )
    yield _table("Unchanged models, the same bytes as before", ["model", "version", "built for"], same)
    yield _list("Taken back", (f"{code(model_id)}: {text(reason)}" for model_id, reason in sorted(plan.yanked.items())))
    yield _list("No longer here", (code(model_id) for model_id in plan.dropped if model_id not in plan.yanked))
    if not loose:
        yield "The ONNX files lie inside the packages, which are plain zip archives."


def text(value: str) -> str:
    """Plain text that calls nobody: an @ in a release would notify whoever has that name."""
    return markdown.text(value).replace("@", "&#64;")


def _table(title: str, columns: list[str], rows: Iterable[list[str]]) -> str:
    found = list(rows)
    return f"## {title}\n\n{table(columns, found)}" if found else ""


def _list(title: str, lines: Iterable[str]) -> str:
    found = [f"* {line}" for line in lines]
    return "\n".join([f"## {title}", "", *found]) if found else ""
