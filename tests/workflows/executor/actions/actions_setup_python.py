"""Provides a Python: the one that runs the tests, made to look as empty as a fresh one.

What was not installed by `pip install` in the same job cannot be imported, though it lies on this machine; and pip
finds exactly the versions that lie here. See `../python`.
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

RIGHTS: dict[str, str] = {}
DEFAULTS = {"cache": "", "update-environment": "true"}

STAND_IN = Path(__file__).parent.parent / "python"

WRAPPER = """\
#!/bin/sh
export STAND_IN_PYTHON='{directory}' STAND_IN_CACHE='{cache}'
if [ "$1 $2" = "-m pip" ]; then shift 2; exec '{python}' -I -S '{stand_in}/pip.py' "$@"; fi
PYTHONPATH='{stand_in}/hook'"${{PYTHONPATH:+:$PYTHONPATH}}" exec '{python}' "$@"
"""
PIP = """\
#!/bin/sh
exec "$(dirname "$0")/python" -m pip "$@"
"""


def run(call: Call) -> dict[str, str]:
    """Put `python` and `pip` on the path."""
    if call.inputs["cache"] and not call.run.workflow.endswith("ci.yml"):
        raise StepFailed("no cache outside CI: what a pull request left in it would go into a release")
    wanted = call.inputs.get("python-version", "")
    if not wanted:
        raise StepFailed("python-version is not given")
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if wanted != here:
        call.log.append(f"Python {wanted} is asked for; the tests have {here} and use it in its place")
    directory = call.tools / "python"
    programs = directory / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    (directory / "modules.json").write_text(json.dumps(modules()))
    (directory / "distributions.json").write_text(distributions())
    (directory / "installed.json").write_text(json.dumps({"distributions": {}, "projects": []}))
    cache = call.world.directory.parent / "pip"
    wrapper = WRAPPER.format(directory=directory, python=sys.executable, stand_in=STAND_IN, cache=cache)
    for name, text in {"python": wrapper, "python3": wrapper, "pip": PIP, "pip3": PIP}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    call.paths.append(str(programs))
    call.env["pythonLocation"] = str(directory)
    return {"python-version": here, "python-path": str(programs / "python"), "cache-hit": ""}


@functools.cache
def modules() -> dict[str, list[str]]:
    """Which distributions of this environment bring which module; projects in their own directories left out."""
    found = {
        module: sorted(name for name in set(names) if not _is_editable(name))
        for module, names in importlib.metadata.packages_distributions().items()
    }
    return {module: names for module, names in found.items() if names}


@functools.cache
def distributions() -> str:
    """What lies in this environment, for `pip install`: versions, needs and programs, as JSON."""
    found: dict[str, dict[str, Any]] = {}
    for one in importlib.metadata.distributions():
        points = {point.name: point.value for point in one.entry_points.select(group="console_scripts")}
        brought = [Path(file).name for file in one.files or [] if file.parent.name == "bin"]
        here = Path(sys.executable).parent
        programs = {name: str(here / name) for name in brought if (here / name).exists()} | points
        name = re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
        found.setdefault(name, {"version": one.version, "requires": one.requires or [], "programs": programs})
    return json.dumps(found)


def _is_editable(name: str) -> bool:
    origin = json.loads(importlib.metadata.distribution(name).read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))
