"""The environment that builds models: all distributions of this Python, as CycloneDX 1.6 in JSON."""

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
    """Write the SBOM of the running Python installation; it does not depend on its directory.

    Raises:
        Failure: cyclonedx-bom is not installed, or fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "environment.json"
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--no-validate", "--output-reproducible"]
        command += ["--output-format", "JSON", "--output-file", str(file), sys.executable]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            fix = "pip install cyclonedx-bom; it is part of the extra `release`"
            raise Failure(f"cyclonedx-bom cannot describe this Python: {lines[-1]}", where=sys.executable, fix=fix)
        values: Values = json.loads(file.read_bytes())
    write_json(path, without_local_paths(values))
    return path


def without_local_paths(values: Values) -> Values:
    """The SBOM without directories of this machine.

    cyclonedx-bom lists a project installed from a directory twice, once with the URL of the directory and a random
    reference. One entry of each distribution stays; name and version become its reference.
    """
    components: dict[str, Values] = {}
    names: dict[str, str] = {}
    for component in values["components"]:
        names[component["bom-ref"]] = name = f"{component['name']}=={component['version']}"
        if name not in components or "purl" in component:
            components[name] = {**_without_directories(component), "bom-ref": name}
    for entry in values["dependencies"]:
        names.setdefault(entry["ref"], entry["ref"])
    depends: dict[str, set[str]] = {}
    for entry in values["dependencies"]:
        depends.setdefault(names[entry["ref"]], set()).update(names[one] for one in entry.get("dependsOn", ()))
    return {
        **values,
        "components": [components[name] for name in sorted(components)],
        "dependencies": [_dependency(name, depends[name]) for name in sorted(depends)],
    }


def _without_directories(component: Mapping[str, Any]) -> Values:
    references = [one for one in component.get("externalReferences", ()) if not one["url"].startswith("file:")]
    rest = {key: value for key, value in component.items() if key != "externalReferences"}
    return {**rest, "externalReferences": references} if references else rest


def _dependency(name: str, depends: set[str]) -> Values:
    return {"ref": name, "dependsOn": sorted(depends)} if depends else {"ref": name}
