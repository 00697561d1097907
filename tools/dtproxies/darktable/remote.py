"""Client of a worker process that renders images through single modules of darktable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files import netpbm
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step, sidecar
from dtproxies.darktable.worker.session import image_bytes
from dtproxies.darktable.worker_process import WorkerProcess
from dtproxies.images import dng


class RemoteDarktable:
    """One worker process, started on first use and restarted after a crash. Not thread-safe."""

    def __init__(
        self,
        darktable: Darktable,
        modules: Mapping[str, ModuleLayout],
        height: int,
        width: int,
        *,
        mosaic: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Prepare the worker without starting it.

        Args:
            darktable: as `find` returns it.
            modules: parameter layouts of all modules that will be used, by name.
            height: height of the first image in pixels.
            width: width of the first image in pixels.
            mosaic: open darktable on sensor data instead of an image.
            timeout: time limit of a render in seconds; None for no limit.
        """
        self._timeout = timeout
        self._darktable, self._modules, self._mosaic = darktable, modules, mosaic
        self._running: WorkerProcess | None = None
        self._height, self._width = height, width
        self.spaces: Mapping[str, tuple[Any, Any]] = {}
        self.defaults: Mapping[str, bytes] = {}
        """Default parameters of each module, as darktable sets them for the open image."""

    @property
    def process_id(self) -> int | None:
        """Process id of the worker; None while it is not running."""
        return self._running.process_id if self._running and self._running.alive else None

    def call(self, module: str, params: bytes, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Render an image [H, W, 3] or a mosaic [H, W, 1]; `params` are not validated here.

        A change of the image size restarts darktable, which takes a second or more.

        Raises:
            Failure: darktable crashed (the next call restarts it), or rejects the request.
        """
        if image.shape[:2] != (self._height, self._width):
            self.close()
            self._height, self._width = image.shape[:2]
        worker = self._worker()
        shapes = [[*image.shape[:2], 1 if space == "raw" else 4] for space in self.spaces[module]]
        pixels = worker.view(shapes[0], output=False)
        pixels[..., : image.shape[2]] = image
        pixels[..., image.shape[2] :] = 0
        message = {"module": module, "params": params.hex(), "input": shapes[0], "output": shapes[1]}
        worker.request(message, f"in module {module}", self._timeout)
        return worker.view(shapes[1], output=True)[..., :3].copy()

    def upgrade(self, module: str, params: bytes, version: int) -> bytes:
        """Convert parameters of an earlier `version` to the current one, as the module itself does.

        Raises:
            Failure: darktable crashed, or does not know the version.
        """
        message = {"module": module, "params": params.hex(), "version": version}
        response = self._worker().request(message, f"in module {module}", self._timeout)
        return bytes.fromhex(response["params"])

    def start(self) -> WorkerProcess:
        """Start the worker and wait until it is ready."""
        self._running = worker = WorkerProcess(self._darktable, "serve", self._files)
        worker.share(image_bytes(self._height, self._width))
        self.spaces = worker.ready["spaces"]
        self.defaults = {name: bytes.fromhex(params) for name, params in worker.ready["defaults"].items()}
        return worker

    def close(self) -> None:
        """End the worker and remove its files."""
        if self._running is not None:
            self._running.close()

    def _worker(self) -> WorkerProcess:
        return self._running if self._running and self._running.alive else self.start()

    def _files(self, home: Path) -> dict[str, Any]:
        """Write the image to open, and a sidecar that enables every module at darktable's defaults."""
        grey = np.linspace(0.05, 0.8, self._height * self._width * 3, dtype=np.float32)
        if self._mosaic:
            image = home / "image.dng"
            dng.write_dng(image, (grey[::3] * 10000 + 600).astype(np.uint16).reshape(self._height, self._width))
        else:
            image = home / "image.pfm"
            netpbm.write_pfm(image, grey.reshape(self._height, self._width, 3))
        history = [Step(name, params=f"@{name}@") for name in self._modules]
        (home / "sidecar").write_text(sidecar(history, self._modules))
        modules = {name: {"version": one.version, "size": one.size} for name, one in self._modules.items()}
        return {"image": str(image), "modules": modules}

    def __del__(self) -> None:
        if self._running is not None:
            self._running.end()
