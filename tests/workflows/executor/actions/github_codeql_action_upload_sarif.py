"""Fake of github/codeql-action/upload-sarif: checks and stores SARIF documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.problems import StepFailed

PERMISSIONS = {"security-events": "write"}
DEFAULTS = {"sarif_file": "../results", "category": "", "wait-for-processing": "true"}

MOST_RUNS = 20
MOST_RESULTS = 25_000


def run(call: Call) -> dict[str, str]:
    """Check and store the documents."""
    path = call.path(call.inputs["sarif_file"])
    if not path.exists():
        raise StepFailed(f"Path does not exist: {call.inputs['sarif_file']}")
    for file in sorted(path.rglob("*.sarif")) if path.is_dir() else [path]:
        document = check(file)
        call.github.code_scanning.append(
            {"category": call.inputs["category"], "ref": call.event.ref, "sarif": document}
        )
    return {"sarif-id": str(len(call.github.code_scanning))}


def check(file: Path) -> dict[str, Any]:
    """Read a SARIF document, and check it against the limits of code scanning.

    Raises:
        StepFailed: code scanning would reject it.
    """
    try:
        document: dict[str, Any] = json.loads(file.read_text())
    except ValueError as error:
        raise StepFailed(f"{file.name} is not JSON: {error}") from error
    if document.get("version") != "2.1.0" or not isinstance(document.get("runs"), list):
        raise StepFailed(f"{file.name} is not SARIF 2.1.0")
    runs = document["runs"]
    if len(runs) > MOST_RUNS:
        raise StepFailed(f"{file.name} has {len(runs)} runs, {MOST_RUNS} is the limit")
    for one in runs:
        rules = {rule["id"] for rule in one["tool"]["driver"].get("rules", [])}
        if len(one.get("results", [])) > MOST_RESULTS:
            raise StepFailed(f"{file.name} has {len(one['results'])} results, {MOST_RESULTS} is the limit")
        for result in one.get("results", []):
            _check_result(result, rules)
    return document


def _check_result(result: dict[str, Any], rules: set[str]) -> None:
    if not result.get("message", {}).get("text") or result.get("ruleId") not in rules:
        raise StepFailed(f"a result without text or with an unknown rule: {result}")
    for location in result["locations"]:
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        if uri.startswith("/") or ".." in uri.split("/"):
            raise StepFailed(f"'{uri}' is not a path inside the repository")
        if location["physicalLocation"].get("region", {}).get("startLine", 1) < 1:
            raise StepFailed(f"{uri}: lines are counted from 1")
