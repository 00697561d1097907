"""Used actions: those of `actions.lock.json` at the recorded commits, and those of this repository."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.workflows.checkers._files import File, every_file

USES = re.compile(r"^\s*(?:- )?uses: (?P<name>[^@\s]+)(?:@(?P<sha>\S+))?(?: # (?P<version>\S+))?\s*$", re.MULTILINE)
GITHUBS_OWN = ("actions/", "github/")


def check(root: Path) -> list[str]:
    lock = json.loads((root / ".github" / "actions.lock.json").read_text(encoding="utf-8"))["actions"]
    files = every_file(root)
    found = [problem for file in files for problem in _pins(root, file, lock)]
    found += [problem for file in files for problem in _inputs(file, lock)]
    found += [problem for file in files for problem in _caches(file)]
    used = {match["name"] for file in files for match in USES.finditer(file.text)}
    return (
        found + [f"actions.lock.json: no workflow uses {name}" for name in sorted(set(lock) - used)] + _evidence(lock)
    )


def _pins(root: Path, file: File, lock: dict[str, Any]) -> Iterator[str]:
    if file.text.count("uses: ") != len(list(USES.finditer(file.text))):
        yield f"{file.name}: a `uses:` is not of the form `name@commit # version`"
    for match in USES.finditer(file.text):
        name, pin = match["name"], (match["sha"], match["version"])
        if name.startswith("$/"):
            target = root / name.removeprefix("$/")
            if not (target if target.suffix == ".yml" else target / "action.yml").is_file():
                yield f"{file.name}: {name} does not exist"
        elif name not in lock:
            yield f"{file.name}: {name} is not in actions.lock.json"
        elif pin != (lock[name]["sha"], lock[name]["version"]):
            yield f"{file.name}: {name} is not pinned as in actions.lock.json"
        if file.name == "release.yml" and not name.startswith(("$/", *GITHUBS_OWN)):
            yield f"{file.name}: {name} is a third-party action in a release"


def _inputs(file: File, lock: dict[str, Any]) -> Iterator[str]:
    for location, step in file.steps():
        name = step.get("uses", "").partition("@")[0]
        if unknown := sorted(set(step.get("with", {})) - set(lock.get(name, {}).get("inputs", step.get("with", {})))):
            yield f"{location}: {name} has no input {', '.join(unknown)}"
        if name == "actions/checkout" and step.get("with", {}).get("persist-credentials") != "false":
            yield f"{location}: the checkout stores its token in the directory"
        if name == "actions/upload-artifact":
            if step["with"].get("if-no-files-found") != "error" or "retention-days" not in step["with"]:
                yield f"{location}: an artefact needs if-no-files-found: error and retention-days"
            if step["with"].get("overwrite") != "true":
                yield f"{location}: a second attempt could not store its artefact"


def _caches(file: File) -> Iterator[str]:
    """Report caches, because files of one run could get into another, even of a release."""
    for location, step in file.steps():
        if "actions/cache" in step.get("uses", "") or "cache" in step.get("with", {}):
            yield f"{location}: uses a cache"


def _evidence(lock: dict[str, Any]) -> list[str]:
    found = []
    for name, pin in lock.items():
        if not re.fullmatch(r"[0-9a-f]{40}", pin["sha"]) or not re.fullmatch(r"v\d+\.\d+\.\d+", pin["version"]):
            found.append(f"actions.lock.json: {name} needs a full commit and a full version")
        if pin["version"] not in pin["evidence"]:
            found.append(f"actions.lock.json: the evidence of {name} is not about {pin['version']}")
    return found
