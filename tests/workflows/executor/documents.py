"""Workflows and actions as the executor reads them: plain data of what the official parser took."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.workflows.executor.evaluator import Evaluator
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.problems import NotImplementedHere, Refused

UNIMPLEMENTED = {"container", "services", "snapshot"}
"""Keys of a job that would need a runner of GitHub's own."""

REMOTE_CALL = re.compile(r"uses: +([\w.-]+/[\w.-]+)/\.github/workflows/[^@\s]+@([0-9a-f]{40})\b")
"""A workflow of another repository, at a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a workflow or an action lies: `./…` and `$/…` in it mean this very commit."""

    repository: str
    sha: str
    directory: Path
    """A checkout of that commit that nothing writes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One workflow file."""

    path: str
    source: Source
    document: Mapping[str, Any]
    jobs: tuple[Job, ...]

    @property
    def triggers(self) -> Mapping[str, Any]:
        """Events with their filters, in the long form."""
        on = self.document["on"]
        if isinstance(on, str):
            return {on: {}}
        return {name: {} for name in on} if isinstance(on, list) else {name: value or {} for name, value in on.items()}

    @property
    def name(self) -> str:
        """As GitHub shows it: the path, where no name is given."""
        return str(self.document.get("name", self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a workflow; `document` keeps what is evaluated only when it runs."""

    id: str
    needs: tuple[str, ...]
    rights: Rights | None
    """What it asks for, or nothing when it says nothing and the workflow neither."""
    document: Mapping[str, Any]

    @property
    def calls(self) -> str:
        """The reusable workflow it calls, or nothing."""
        return str(self.document.get("uses", ""))


def load_workflow(
    evaluator: Evaluator, source: Source, path: str, find: Callable[[str, str], Source] | None = None
) -> Workflow:
    """Parse a workflow by the official parser.

    Args:
        evaluator: holds the parser.
        source: where the workflow lies.
        path: its file there.
        find: finds the commit of another repository whose workflow it calls.

    Raises:
        Refused: GitHub would not take it.
        NotImplementedHere: the executor cannot run it.
    """
    file = source.directory / path
    if not file.is_file():
        raise Refused(f"{path} is not in {source.repository} at {source.sha}")
    text = file.read_text(encoding="utf-8")
    called = set(REMOTE_CALL.findall(text)) if find else set()
    elsewhere = {f"{name}@{sha}": find(name, sha).directory for name, sha in called} if find else {}
    document = evaluator.workflow(text, name=path, root=source.directory, elsewhere=elsewhere)
    return Workflow(
        path=path,
        source=source,
        document=document,
        jobs=tuple(_job(name, job, document.get("permissions")) for name, job in document["jobs"].items()),
    )


def _job(name: str, document: Mapping[str, Any], above: Any) -> Job:
    if unknown := UNIMPLEMENTED & set(document):
        raise NotImplementedHere(f"job {name} has {', '.join(sorted(unknown))}")
    asked = document.get("permissions", above)
    needs = document.get("needs", [])
    return Job(
        id=name,
        needs=(needs,) if isinstance(needs, str) else tuple(needs),
        rights=None if asked is None else Rights.of(asked),
        document=document,
    )
