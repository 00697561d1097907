"""GitHub's own parser and expression evaluator, in a Node process that runs during all tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.workflows.executor.problems import StepFailed, WorkflowRejected

SERVER = Path(__file__).with_name("evaluator.mjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Values of `success()`, `failure()` and `cancelled()` at one point of a run."""

    success: bool = True
    failure: bool = False
    cancelled: bool = False


@dataclass(slots=True, kw_only=True)
class Scope:
    """Environment of an expression: contexts, status functions, and a set of missing values."""

    contexts: Mapping[str, Any]
    status: Status = field(default_factory=Status)
    missing: set[str] = field(default_factory=set)
    """Dotted names, such as `needs.plan.outputs.models`."""

    def also(self, **contexts: Any) -> Scope:
        """Return a copy with additional or replaced contexts."""
        return Scope(contexts={**self.contexts, **contexts}, status=self.status, missing=self.missing)


class Evaluator:
    """A process that parses workflows and evaluates expressions until the block ends."""

    def __enter__(self) -> Evaluator:
        self.process = subprocess.Popen(
            ["node", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def workflow(
        self, text: str, *, name: str, root: Path | None = None, elsewhere: Mapping[str, Path] | None = None
    ) -> dict[str, Any]:
        """Parse a workflow.

        Args:
            text: the workflow.
            name: name for error messages.
            root: checkout with the reusable workflows, for checking calls.
            elsewhere: checkouts of other repositories, by `owner/name@commit`.
        """
        others = {pin: str(directory) for pin, directory in (elsewhere or {}).items()}
        return self._document("workflow", name=name, content=text, root=str(root) if root else None, elsewhere=others)

    def action(self, text: str, *, name: str) -> dict[str, Any]:
        """Parse an action's `action.yml`."""
        return self._document("action", name=name, content=text)

    def _document(self, operation: str, **request: Any) -> dict[str, Any]:
        response = self._request(operation, **request)
        if response["errors"]:
            raise WorkflowRejected("\n".join(response["errors"]))
        document: dict[str, Any] = response["document"]
        return document

    def fill(self, value: Any, scope: Scope) -> Any:
        """Evaluate every expression in `value`; a string that is one expression gets the type of its value."""
        return self._evaluate("fill", value, scope)

    def texts(self, value: Any, scope: Scope) -> Any:
        """Evaluate every expression in `value`, and convert each leaf to a string as GitHub does."""
        return self._evaluate("fill", value, scope, texts=True)

    def condition(self, text: object, scope: Scope) -> bool:
        """Evaluate an `if:`; the default, also without a status function, is `success()`."""
        result: bool = self._evaluate("condition", "" if text is None else _text(text), scope)
        return result

    def _evaluate(self, operation: str, value: Any, scope: Scope, **more: Any) -> Any:
        status = {name: getattr(scope.status, name) for name in ("success", "failure", "cancelled")}
        response = self._request(operation, value=value, contexts=scope.contexts, status=status, **more)
        scope.missing.update(response["missing"])
        return response["value"]

    def _request(self, operation: str, **request: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"operation": operation, **request}) + "\n")
        self.process.stdin.flush()
        response: dict[str, Any] = json.loads(self.process.stdout.readline())
        if "failure" in response:
            raise StepFailed(response["failure"])
        return response


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
