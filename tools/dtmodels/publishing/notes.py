"""Text of a release: its changelog section and the changes of each model. Card fields are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dtmodels.pages import markdown
from dtmodels.pages.markdown import code, table
from dtmodels.publishing.plan import Plan

MOST = 100_000
"""Longest text, in characters; GitHub rejects more than 125,000."""


def notes(plan: Plan, record: Mapping[str, Any], versions: Mapping[str, Mapping[str, Any]], *, loose: bool) -> str:
    """Write the notes of a release in Markdown; card fields are escaped.

    Args:
        plan: the contents of the release.
        record: its `release.json`.
        versions: its packages, as listed in `versions.json`.
        loose: the files of each package are separate assets, too.
    """
    markdown_text = "\n".join(part.rstrip("\n") + "\n" for part in _sections(plan, record, versions, loose) if part)
    if len(markdown_text) <= MOST:
        return markdown_text
    return f"{plan.notes[:MOST]}\n\nThe models are listed in release.json.\n"


def _sections(
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
    yield _table("Unchanged models (bit-identical)", ["model", "version", "built for"], same)
    yield _list("Yanked models", (f"{code(id_)}: {text(reason)}" for id_, reason in sorted(plan.yanked.items())))
    yield _list("Removed models", (code(model_id) for model_id in plan.dropped if model_id not in plan.yanked))
    if not loose:
        yield "The ONNX files are inside the packages, which are plain zip archives."


def text(value: str) -> str:
    """Escape plain text, including @: a mention in a release would notify the user of that name."""
    return markdown.text(value).replace("@", "&#64;")


def _table(title: str, columns: list[str], rows: Iterable[list[str]]) -> str:
    rows = list(rows)
    return f"## {title}\n\n{table(columns, rows)}" if rows else ""


def _list(title: str, lines: Iterable[str]) -> str:
    bullets = [f"* {line}" for line in lines]
    return "\n".join([f"## {title}", "", *bullets]) if bullets else ""
