"""Hides distributions of this machine that were not installed in the job; Python imports it at startup."""

import json
import os
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

FAKE_PIP = Path(__file__).resolve().parent.parent / "pip.py"
if sys.orig_argv[1:3] == ["-m", "pip"]:  # from a program that calls sys.executable
    os.execv(sys.executable, [sys.executable, "-I", "-S", str(FAKE_PIP), *sys.orig_argv[3:]])  # noqa: S606

DIRECTORY = Path(os.environ["FAKE_PYTHON_DIRECTORY"])
INSTALLED = json.loads((DIRECTORY / "installed.json").read_text())
MODULES = json.loads((DIRECTORY / "modules.json").read_text())


ALLOWED = set(INSTALLED["distributions"])
HIDDEN = {
    module
    for module, owners in MODULES.items()
    if not any(re.sub(r"[-_.]+", "-", owner).lower() in ALLOWED for owner in owners)
}


class HidingFinder:
    """A finder that hides modules of distributions that are not installed in the job."""

    def __init__(self, finder: Any) -> None:
        self.finder = finder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of a visible module."""
        spec: ModuleSpec | None = None if name in HIDDEN else self.finder.find_spec(name, path, target)
        return spec

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)


def visible(path: str) -> bool:
    """Return True if a directory belongs to Python or to PYTHONPATH, and not to an editable project."""
    own = path.startswith((sys.prefix, sys.base_prefix)) or path.endswith(".zip")
    return own or path in os.environ["PYTHONPATH"].split(os.pathsep)


sys.path[:] = [path for path in sys.path if visible(path)]
library = next(position for position, path in enumerate(sys.path) if path.endswith(".zip"))
sys.path[library:library] = [f"{project}/tools" for project in INSTALLED["projects"]]
sys.meta_path[:] = [HidingFinder(finder) for finder in sys.meta_path]
