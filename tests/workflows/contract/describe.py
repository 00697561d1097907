"""What the workflows do, as plain data: every key of every file, defaults that matter, and tokens that a step sees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.workflows.checkers._files import File, actions, load_strings, workflows

CONTRACT = Path(".github") / "contract.yml"
HEAD = """\
# What the workflows do, written by `python -m tests.workflows.contract --write`; edit the workflows, not this file.
# A reviewer reads the difference: each line of it is a change of what runs, when, with which rights.
"""
_TOKEN = re.compile(r"(github\.token|secrets\.\w+)")
_GITHUB_DEFAULT_MINUTES = "360 by default"
_NO_TOKEN = {"persist-credentials": "false"}


def contract_text(root: Path) -> str:
    """The contract of the files below `root`, as YAML."""
    options: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 10_000, "default_flow_style": None}
    return HEAD + yaml.dump(describe(root), Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), **options)


def describe(root: Path) -> dict[str, Any]:
    """Everything that decides what runs: workflows, actions, the scripts they call, reviewers and updates."""
    scripts = sorted(path for path in (root / ".ci").iterdir() if path.is_file())
    return {
        "workflows": {file.name: _workflow(file) for file in workflows(root)},
        "actions": {file.name: _action(file) for file in actions(root)},
        "scripts": {f".ci/{path.name}": _commands(path.read_text(encoding="utf-8")) for path in scripts},
        "reviewers": _commands((root / ".github" / "CODEOWNERS").read_text(encoding="utf-8")),
        "updates": load_strings((root / ".github" / "dependabot.yml").read_text(encoding="utf-8")),
    }


def _workflow(file: File) -> dict[str, Any]:
    head = {key: value for key, value in file.data.items() if key != "jobs"}
    head["concurrency"] = file.data.get("concurrency", "none: runs overlap")
    return {**head, "jobs": {name: _job(job, file) for name, job in file.jobs.items()}}


def _job(job: dict[str, Any], file: File) -> dict[str, Any]:
    needs = job.get("needs", [])
    described = {
        "needs": [needs] if isinstance(needs, str) else needs,
        "if": _one_line(job.get("if", "success()")),
        "permissions": job.get("permissions", file.data.get("permissions", "those of the repository")),
    }
    if "uses" not in job:
        described["timeout-minutes"] = job.get("timeout-minutes", _GITHUB_DEFAULT_MINUTES)
    rest = {key: value for key, value in job.items() if key not in (*described, "steps")}
    steps = [_step(step) for step in job.get("steps", ())]
    return {**described, **rest, **({"steps": steps} if steps else {})}


def _step(step: dict[str, Any]) -> dict[str, Any]:
    described = {key: value for key, value in step.items() if key != "run"}
    if "if" in step:
        described["if"] = _one_line(step["if"])
    if "run" in step:
        described["run"] = _commands(step["run"])
    if tokens := tokens_of(step):
        described["sees"] = tokens
    return described


def _action(file: File) -> dict[str, Any]:
    runs = file.data["runs"]
    return {**file.data, "runs": {**runs, "steps": [_step(step) for step in runs.get("steps", ())]}}


def tokens_of(step: dict[str, Any]) -> list[str]:
    """The tokens and secrets that a step sees, each with the name it has there."""
    named = [*step.get("env", {}).items(), *step.get("with", {}).items(), ("its command", step.get("run", ""))]
    found = [f"{token} as {name}" for name, value in named for token in _TOKEN.findall(str(value))]
    checkout = step.get("uses", "").startswith("actions/checkout@")
    stored = checkout and not _NO_TOKEN.items() <= step.get("with", {}).items()
    return [*found, *(["github.token, stored in the checkout"] if stored else [])]


def _commands(text: str) -> list[str]:
    """The lines of a script without comments and empty ones, in order."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _one_line(text: str) -> str:
    return " ".join(text.split())
