"""Service that renders images through single modules."""

from __future__ import annotations

import ctypes as c
from pathlib import Path
from typing import Any

from .loaded_image import LoadedImage
from .session import SharedImages, run_session


class ModuleService:
    """Modules of one loaded image."""

    def __init__(self, library: c.CDLL, task: dict[str, Any]) -> None:
        self._modules = task["modules"]
        self._loaded = LoadedImage(library, Path(task["library"]), Path(task["image"]), self._modules)

    def ready(self) -> dict[str, Any]:
        """State the colour spaces and the default parameters of the modules."""
        defaults = {name: self._loaded.defaults[name].hex() for name in self._modules}
        return {"spaces": self._loaded.spaces, "defaults": defaults}

    def respond(self, request: dict[str, Any], memory: SharedImages) -> dict[str, Any]:
        """Convert parameters of an earlier version, or render the image in the shared memory."""
        module, params = request["module"], bytes.fromhex(request["params"])
        if "version" in request:
            return {"params": self._loaded.upgrade(module, params, request["version"]).hex()}
        pixels, out = memory.view(request["input"], output=False), memory.view(request["output"], output=True)
        self._loaded.process(module, params, pixels, out)
        return {}


def serve(descriptor: int) -> None:
    """Respond to requests of the parent process for single modules."""
    run_session(descriptor, ModuleService)
