"""Hides what lies on this machine but was not installed in the job; runs before anything else in its Python."""

import json
import os
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

FOLDER = Path(os.environ["STAND_IN_PYTHON"])
INSTALLED = json.loads((FOLDER / "installed.json").read_text())
MODULES = json.loads((FOLDER / "modules.json").read_text())


class Hidden:
    """Finds nothing, and says so, for modules of distributions that are not in."""

    def __init__(self) -> None:
        allowed = set(INSTALLED["distributions"])
        self.names = {
            module
            for module, owners in MODULES.items()
            if not any(re.sub(r"[-_.]+", "-", owner).lower() in allowed for owner in owners)
        }

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Refuse, or let the others find it."""
        if name in self.names:
            raise ModuleNotFoundError(f"No module named '{name}': it was not installed in this job", name=name)
        return None


def visible(path: str) -> bool:
    """Whether a folder belongs to Python or to PYTHONPATH: folders of projects installed elsewhere do not."""
    own = path.startswith((sys.prefix, sys.base_prefix)) or path.endswith(".zip")
    return own or path in os.environ["PYTHONPATH"].split(os.pathsep)


sys.path[:] = [path for path in sys.path if visible(path)]
library = next(place for place, path in enumerate(sys.path) if path.endswith(".zip"))
sys.path[library:library] = [f"{project}/tools" for project in INSTALLED["projects"]]
sys.meta_path.insert(0, Hidden())
