"""Fake of actions/setup-python: provides the Python of the tests as if it were freshly installed.

Packages that `pip install` has not installed in the same job cannot be imported, although they exist on this machine.
pip finds exactly the versions of this machine. See `../python`.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.problems import StepFailed

PERMISSIONS: dict[str, str] = {}
DEFAULTS = {"cache": "", "update-environment": "true"}

FAKE_PYTHON = Path(__file__).parent.parent / "python"

WRAPPER = """\
#!/bin/sh
export FAKE_PYTHON_DIRECTORY='{directory}' FAKE_PIP_CACHE='{cache}'
if [ "$1 $2" = "-m pip" ]; then shift 2; exec '{python}' -I -S '{fake_python}/pip.py' "$@"; fi
PYTHONPATH='{fake_python}/hook'"${{PYTHONPATH:+:$PYTHONPATH}}" exec '{python}' "$@"
"""
PIP = """\
#!/bin/sh
exec "$(dirname "$0")/python" -m pip "$@"
"""


def run(call: Call) -> dict[str, str]:
    """Put `python` and `pip` on the path."""
    if call.inputs["cache"] and not call.run.workflow.endswith("ci.yml"):
        raise StepFailed("no cache outside CI: a pull request could inject files into a release through it")
    requested = call.inputs.get("python-version", "")
    if not requested:
        raise StepFailed("python-version is missing")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if requested != version:
        call.log.append(f"Python {requested} is requested; the tests have {version} and use it in its place")
    directory = call.tools / "python"
    programs = directory / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    (directory / "modules.json").write_text(json.dumps(modules()))
    (directory / "distributions.json").write_text(distributions())
    (directory / "installed.json").write_text(json.dumps({"distributions": {}, "projects": []}))
    cache = call.github.directory.parent / "pip"
    wrapper = WRAPPER.format(directory=directory, python=sys.executable, fake_python=FAKE_PYTHON, cache=cache)
    for name, text in {"python": wrapper, "python3": wrapper, "pip": PIP, "pip3": PIP}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    call.paths.append(str(programs))
    call.env["pythonLocation"] = str(directory)
    return {"python-version": version, "python-path": str(programs / "python"), "cache-hit": ""}


@functools.cache
def modules() -> dict[str, list[str]]:
    """Return the distributions that provide each module of this environment, without editable projects."""
    owners = {
        module: sorted(name for name in set(names) if not _is_editable(name))
        for module, names in importlib.metadata.packages_distributions().items()
    }
    return {module: names for module, names in owners.items() if names}


@functools.cache
def distributions() -> str:
    """Describe the distributions of this environment as JSON for `pip install`: versions, dependencies, programs."""
    described: dict[str, dict[str, Any]] = {}
    for one in importlib.metadata.distributions():
        points = {point.name: point.value for point in one.entry_points.select(group="console_scripts")}
        scripts = [Path(file).name for file in one.files or [] if file.parent.name == "bin"]
        directory = Path(sys.executable).parent
        programs = {name: str(directory / name) for name in scripts if (directory / name).exists()} | points
        name = re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
        described.setdefault(name, {"version": one.version, "requires": one.requires or [], "programs": programs})
    return json.dumps(described)


def _is_editable(name: str) -> bool:
    origin = json.loads(importlib.metadata.distribution(name).read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))
