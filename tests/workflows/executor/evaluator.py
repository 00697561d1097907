"""GitHub's own parser and expression evaluator, asked through a process of Node that lives as long as the tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.workflows.executor.problems import Refused, StepFailed

SERVER = Path(__file__).with_name("evaluator.mjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `success()`, `failure()` and `cancelled()` answer at some place of a run."""

    success: bool = True
    failure: bool = False
    cancelled: bool = False


@dataclass(slots=True, kw_only=True)
class Scope:
    """All an expression may see: the contexts, the status functions, and a list of values it asked for in vain."""

    contexts: Mapping[str, Any]
    status: Status = field(default_factory=Status)
    missing: set[str] = field(default_factory=set)
    """Dotted names, such as `needs.plan.outputs.models`."""

    def also(self, **contexts: Any) -> Scope:
        """The same with further or other contexts."""
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
            name: what errors call it.
            root: where calls of reusable workflows are held against their definitions.
            elsewhere: the same for those of other repositories, by `owner/name@commit`.
        """
        others = {pin: str(directory) for pin, directory in (elsewhere or {}).items()}
        return self._document("workflow", name=name, content=text, root=str(root) if root else None, elsewhere=others)

    def action(self, text: str, *, name: str) -> dict[str, Any]:
        """Parse an action's `action.yml`."""
        return self._document("action", name=name, content=text)

    def _document(self, operation: str, **request: Any) -> dict[str, Any]:
        answer = self._ask(operation, **request)
        if answer["errors"]:
            raise Refused("\n".join(answer["errors"]))
        document: dict[str, Any] = answer["document"]
        return document

    def fill(self, value: Any, scope: Scope) -> Any:
        """`value` with every expression in it evaluated; one that stands alone keeps its type."""
        return self._evaluate("fill", value, scope)

    def texts(self, value: Any, scope: Scope) -> Any:
        """`value` with every expression evaluated, and each leaf as the text GitHub makes of it."""
        return self._evaluate("fill", value, scope, texts=True)

    def condition(self, text: object, scope: Scope) -> bool:
        """Whether an `if:` holds; without one, and without a status function in it, success is asked for."""
        found: bool = self._evaluate("condition", "" if text is None else _text(text), scope)
        return found

    def _evaluate(self, operation: str, value: Any, scope: Scope, **more: Any) -> Any:
        status = {name: getattr(scope.status, name) for name in ("success", "failure", "cancelled")}
        answer = self._ask(operation, value=value, contexts=scope.contexts, status=status, **more)
        scope.missing.update(answer["missing"])
        return answer["value"]

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"operation": operation, **request}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        if "failure" in answer:
            raise StepFailed(answer["failure"])
        return answer


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
