"""Hides what lies on this machine but was not installed in the job; runs before anything else in its Python."""

import json
import os
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

DIRECTORY = Path(os.environ["STAND_IN_PYTHON"])
INSTALLED = json.loads((DIRECTORY / "installed.json").read_text())
MODULES = json.loads((DIRECTORY / "modules.json").read_text())


ALLOWED = set(INSTALLED["distributions"])
HIDDEN = {
    module
    for module, owners in MODULES.items()
    if not any(re.sub(r"[-_.]+", "-", owner).lower() in ALLOWED for owner in owners)
}


class Blind:
    """A finder that does not see modules of distributions that are not in: importing fails, asking finds nothing."""

    def __init__(self, finder: Any) -> None:
        self.finder = finder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """What the finder finds, or nothing."""
        found: ModuleSpec | None = None if name in HIDDEN else self.finder.find_spec(name, path, target)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)


def visible(path: str) -> bool:
    """Whether a directory belongs to Python or to PYTHONPATH: directories of projects installed elsewhere do not."""
    own = path.startswith((sys.prefix, sys.base_prefix)) or path.endswith(".zip")
    return own or path in os.environ["PYTHONPATH"].split(os.pathsep)


sys.path[:] = [path for path in sys.path if visible(path)]
library = next(place for place, path in enumerate(sys.path) if path.endswith(".zip"))
sys.path[library:library] = [f"{project}/tools" for project in INSTALLED["projects"]]
sys.meta_path[:] = [Blind(finder) for finder in sys.meta_path]
