"""darktable in a separate process: if a module crashes there, this one lives on."""

from __future__ import annotations

import json
import mmap
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step, sidecar
from dtproxies.darktable.worker.command import worker_command
from dtproxies.darktable.worker.serve import MESSAGE_BYTES, image_bytes, shared_image
from dtproxies.images import dng, pfm

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory is made below it

START_TIMEOUT = 120
"""Seconds for a worker to start; a busy machine takes ten."""


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[bytes]
    line: socket.socket
    home: Path
    log: IO[bytes]


class RemoteDarktable:
    """One worker process, started when first needed and again after a crash. Not for several threads at once."""

    def __init__(
        self,
        darktable: Darktable,
        modules: Mapping[str, ModuleLayout],
        height: int,
        width: int,
        *,
        mosaic: bool = False,
        patience: float | None = None,
    ) -> None:
        """Nothing is started yet.

        Args:
            darktable: as `find` returns it.
            modules: all that will be rendered through, with their parameters.
            height: of the first image, in pixels.
            width: of the first image, in pixels.
            mosaic: open darktable on sensor data instead of an image.
            patience: seconds that a render may take; None for any time.
        """
        self._patience = patience
        self._darktable, self._modules, self._mosaic = darktable, modules, mosaic
        self._running: _Running | None = None
        self._descriptor = os.memfd_create("dtproxies")
        self._resize(height, width)
        self.spaces: Mapping[str, tuple[Any, Any]] = {}
        self.defaults: Mapping[str, bytes] = {}
        """Parameters of each module as darktable sets them for the image it opened."""

    @property
    def process_id(self) -> int | None:
        """Of the worker, while it runs."""
        return self._running.process.pid if self._running else None

    def call(self, module: str, params: bytes, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Render an H x W x 3 image, or an H x W x 1 mosaic; `params` are not checked any more.

        An image of another size than the last one starts darktable again, which takes a second or more.

        Raises:
            Failure: darktable crashed, and the next call starts it again; or it refuses.
        """
        if image.shape[:2] != (self._height, self._width):
            self.close()
            self._resize(*image.shape[:2])
        running = self._running or self.start()
        channels, made = (1 if space == "raw" else 4 for space in self.spaces[module])
        pixels = shared_image(self._memory, (*image.shape[:2], channels), output=False)
        pixels[..., : image.shape[2]] = image
        pixels[..., image.shape[2] :] = 0
        asked = {"module": module, "params": params.hex(), "channels": channels, "made": made}
        answer = self._ask(running, asked, f"in module {module}", self._patience)
        if "refused" in answer:
            raise Failure(answer["refused"], where=module)
        out = shared_image(self._memory, (*image.shape[:2], made), output=True)
        return out[..., :3].copy()

    def start(self) -> _Running:
        """Start the worker and wait until it is ready."""
        # In memory, darktable starts in two thirds of the time.
        home = Path(tempfile.mkdtemp(prefix="dtproxies-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None))
        try:
            image = self._set_up(home)
            self._running = running = self._spawn(home)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        answer = self._ask(running, self._task(home, image), "while it started", START_TIMEOUT)
        self.spaces = answer["spaces"]
        self.defaults = {name: bytes.fromhex(params) for name, params in answer["defaults"].items()}
        return running

    def close(self) -> None:
        """End the worker and remove what it wrote."""
        if self._running is not None:
            self._running.line.close()
            with suppress(subprocess.TimeoutExpired):
                self._running.process.wait(2)
            self._end()

    def _resize(self, height: int, width: int) -> None:
        self._height, self._width = height, width
        os.truncate(self._descriptor, 2 * image_bytes(height, width))
        self._memory = mmap.mmap(self._descriptor, 0)

    def _set_up(self, home: Path) -> Path:
        """Write the image that darktable opens, and a sidecar that enables every module at darktable's defaults."""
        grey = np.linspace(0.05, 0.8, self._height * self._width * 3, dtype=np.float32)
        if self._mosaic:
            image = home / "image.dng"
            dng.write_dng(image, (grey[::3] * 10000 + 600).astype(np.uint16).reshape(self._height, self._width))
        else:
            image = home / "image.pfm"
            pfm.write_pfm(image, grey.reshape(self._height, self._width, 3))
        history = [Step(name, params=f"@{name}@") for name in self._modules]
        (home / "sidecar").write_text(sidecar(history, self._modules))
        return image

    def _spawn(self, home: Path) -> _Running:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = (home / "log").open("w+b")
        with theirs:
            process = subprocess.Popen(
                worker_command(self._darktable.python, "serve", str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=(theirs.fileno(), self._descriptor),
                env=self._darktable.environment_for(home),
            )
        return _Running(process, ours, home, log)

    def _task(self, home: Path, image: Path) -> dict[str, Any]:
        return {
            "library": str(self._darktable.library),
            "version": self._darktable.version,
            "options": self._darktable.options(home),
            "home": str(home),
            "image": str(image),
            "modules": {name: {"version": one.version, "size": one.size} for name, one in self._modules.items()},
            "memory": self._descriptor,
            "height": self._height,
            "width": self._width,
        }

    def _ask(
        self, running: _Running, message: Mapping[str, Any], when: str, patience: float | None = None
    ) -> dict[str, Any]:
        running.line.settimeout(patience)
        try:
            running.line.sendall(json.dumps(message).encode())
            received = running.line.recv(MESSAGE_BYTES)
        except TimeoutError as late:
            self._end()
            raise Failure(f"darktable did not answer {when} for {patience:.0f} s") from late
        except OSError:
            received = b""
        except BaseException:
            # An interrupted call leaves an answer on the line that would be taken for the next one's.
            self._end()
            raise
        if not received:
            raise self._crash(running, when)
        answer: dict[str, Any] = json.loads(received)
        if "error" in answer:
            self._end()
            raise Failure(answer["error"], where=str(self._darktable.library))
        return answer

    def _crash(self, running: _Running, when: str) -> Failure:
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(5)
        status = running.process.poll()
        how = signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"
        running.log.seek(0)
        said = running.log.read().decode(errors="replace").strip().splitlines()
        self._end()
        # After a segmentation fault darktable only says that it tried to trace it.
        last = f"; its last words: {said[-1]}" if said and how != "SIGSEGV" else ""
        return Failure(f"darktable {self._darktable.version} crashed ({how}) {when}{last}")

    def _end(self) -> None:
        if self._running is None:
            return
        running, self._running = self._running, None
        running.line.close()
        running.process.kill()
        running.process.wait()
        running.log.close()
        shutil.rmtree(running.home, ignore_errors=True)

    def __del__(self) -> None:
        self._end()
        os.close(self._descriptor)
