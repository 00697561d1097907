"""What models are built with: every distribution this Python has installed, as CycloneDX 1.6 in JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import write_json

Values = dict[str, Any]


def write_environment(path: Path) -> Path:
    """Write down the installation that runs this; the same one gives the same bytes, wherever it lies.

    Raises:
        Failure: cyclonedx-bom is not installed, or fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "environment.json"
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--no-validate", "--output-reproducible"]
        command += ["--output-format", "JSON", "--output-file", str(file), sys.executable]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            fix = "pip install cyclonedx-bom, which the extra `release` brings"
            raise Failure(f"cyclonedx-bom cannot describe this Python: {said[-1]}", where=sys.executable, fix=fix)
        values: Values = json.loads(file.read_bytes())
    write_json(path, without_local_paths(values))
    return path


def without_local_paths(values: Values) -> Values:
    """The same without directories of this machine.

    A project installed from a directory is listed twice, once with the directory's address and a reference made of
    random numbers; of each distribution one entry stays, called by name and version.
    """
    kept: dict[str, Values] = {}
    names: dict[str, str] = {}
    for component in values["components"]:
        names[component["bom-ref"]] = name = f"{component['name']}=={component['version']}"
        if name not in kept or "purl" in component:
            kept[name] = {**_without_directories(component), "bom-ref": name}
    for entry in values["dependencies"]:
        names.setdefault(entry["ref"], entry["ref"])
    depends: dict[str, set[str]] = {}
    for entry in values["dependencies"]:
        depends.setdefault(names[entry["ref"]], set()).update(names[one] for one in entry.get("dependsOn", ()))
    return {
        **values,
        "components": [kept[name] for name in sorted(kept)],
        "dependencies": [_dependency(name, depends[name]) for name in sorted(depends)],
    }


def _without_directories(component: Mapping[str, Any]) -> Values:
    places = [one for one in component.get("externalReferences", ()) if not one["url"].startswith("file:")]
    rest = {key: value for key, value in component.items() if key != "externalReferences"}
    return {**rest, "externalReferences": places} if places else rest


def _dependency(name: str, depends: set[str]) -> Values:
    return {"ref": name, "dependsOn": sorted(depends)} if depends else {"ref": name}
