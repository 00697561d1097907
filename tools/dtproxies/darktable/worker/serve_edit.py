"""Service that runs segments of one edit of one photograph."""

from __future__ import annotations

import ctypes as c
from pathlib import Path
from typing import Any

from .edit_pipe import EditPipe
from .session import SharedImages, run_session


class EditService:
    """Pipe of one edit."""

    def __init__(self, library: c.CDLL, task: dict[str, Any]) -> None:
        self._pipe = EditPipe(library, Path(task["image"]), Path(task["sidecar"]), task["skip"])

    def ready(self) -> dict[str, Any]:
        """Describe the enabled modules in the order of the pipe."""
        return {"steps": self._pipe.steps()}

    def respond(self, request: dict[str, Any], memory: SharedImages) -> dict[str, Any]:
        """Run a segment; its input is in the shared memory, unless the segment starts from the photograph."""
        for step, params in request["params"].items():
            self._pipe.set_params(int(step), bytes.fromhex(params))
        pixels = memory.view(request["input"], output=False) if request["input"] else None
        if request["last"] < 0:
            result = self._pipe.photograph()
            space = "raw" if result.shape[2] == 1 else "rgb"
        else:
            result, space = self._pipe.run(request["first"], request["last"], pixels, request["space"])
        memory.view(result.shape, output=True)[...] = result
        return {"output": list(result.shape), "space": space}


def serve_edit(descriptor: int) -> None:
    """Respond to requests of the parent process for segments of an edit."""
    run_session(descriptor, EditService)
