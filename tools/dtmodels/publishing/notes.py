"""The text of a release: what the changelog says, and which model changed how. Cards are written by anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dtmodels.markdown import code, table, text
from dtmodels.publishing.plan import Plan


def notes(plan: Plan, versions: Mapping[str, Mapping[str, Any]], *, loose: bool) -> str:
    """The notes of a release, as markdown; nothing in a card can become markup.

    Args:
        plan: what the release consists of.
        versions: its packages, as `versions.json` lists them.
        loose: whether the files of each package are assets of their own, too.
    """
    return "\n\n".join(part for part in _parts(plan, versions, loose) if part) + "\n"


def _parts(plan: Plan, versions: Mapping[str, Mapping[str, Any]], loose: bool) -> Iterator[str]:
    yield plan.notes
    fresh = [entry.card for entry in plan.build if entry.card.id in versions]
    if fresh:
        yield "## New and changed models"
        columns = ["model", "version", "licence", "bytes", "what changed"]
        rows = (
            [
                code(card.id),
                text(card.version),
                code(card.license.weights),
                f"{versions[card.id]['size']:,}",
                text(card.changes.get(card.version, "")),
            ]
            for card in fresh
        )
        yield table(columns, rows)
    if plan.carried:
        yield "## Unchanged models\n\nThe same bytes as before."
        carried = (
            [code(name), text(versions[name]["version"]), code(plan.carried[name].built_in)] for name in plan.carried
        )
        yield table(["model", "version", "built for"], carried)
    yield _list("Taken back", (f"{code(name)}: {text(reason)}" for name, reason in sorted(plan.yanked.items())))
    gone = (code(name) for name in plan.dropped if name not in plan.yanked)
    yield _list("No longer here", gone)
    if not loose:
        yield "The ONNX files lie inside the packages, which are plain zip archives."


def _list(title: str, lines: Iterable[str]) -> str:
    found = [f"* {line}" for line in lines]
    return "\n".join([f"## {title}", "", *found]) if found else ""
