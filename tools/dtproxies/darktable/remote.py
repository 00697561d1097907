"""Client of a worker process that runs darktable; a crash of a module ends the worker only."""

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
"""Timeout for the start of a worker in seconds; a busy machine needs ten."""


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[bytes]
    line: socket.socket
    home: Path
    log: IO[bytes]


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
        self._running: _Running | None = None
        self._descriptor = os.memfd_create("dtproxies")
        self._resize(height, width)
        self.spaces: Mapping[str, tuple[Any, Any]] = {}
        self.defaults: Mapping[str, bytes] = {}
        """Default parameters of each module, as darktable sets them for the open image."""

    @property
    def process_id(self) -> int | None:
        """Process id of the worker; None while it is not running."""
        return self._running.process.pid if self._running else None

    def call(self, module: str, params: bytes, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Render an image [H, W, 3] or a mosaic [H, W, 1]; `params` are not validated here.

        A change of the image size restarts darktable, which takes a second or more.

        Raises:
            Failure: darktable crashed (the next call restarts it), or rejects the request.
        """
        if image.shape[:2] != (self._height, self._width):
            self.close()
            self._resize(*image.shape[:2])
        running = self._running or self.start()
        channels, out_channels = (1 if space == "raw" else 4 for space in self.spaces[module])
        pixels = shared_image(self._memory, (*image.shape[:2], channels), output=False)
        pixels[..., : image.shape[2]] = image
        pixels[..., image.shape[2] :] = 0
        message = {"module": module, "params": params.hex(), "channels": channels, "out_channels": out_channels}
        self._request(running, message, f"in module {module}", self._timeout)
        out = shared_image(self._memory, (*image.shape[:2], out_channels), output=True)
        return out[..., :3].copy()

    def upgrade(self, module: str, params: bytes, version: int) -> bytes:
        """Convert parameters of an earlier `version` to the current one, as the module itself does.

        Raises:
            Failure: darktable crashed, or does not know the version.
        """
        message = {"module": module, "params": params.hex(), "version": version}
        response = self._request(self._running or self.start(), message, f"in module {module}", self._timeout)
        return bytes.fromhex(response["params"])

    def start(self) -> _Running:
        """Start the worker and wait until it is ready."""
        # On a memory file system, darktable starts in two thirds of the time.
        home = Path(tempfile.mkdtemp(prefix="dtproxies-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None))
        try:
            image = self._set_up(home)
            self._running = running = self._spawn(home)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        response = self._request(running, self._task(home, image), "while it started", START_TIMEOUT)
        self.spaces = response["spaces"]
        self.defaults = {name: bytes.fromhex(params) for name, params in response["defaults"].items()}
        return running

    def close(self) -> None:
        """End the worker and remove its files."""
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
        """Write the image to open, and a sidecar that enables every module at darktable's defaults."""
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

    def _request(
        self, running: _Running, message: Mapping[str, Any], when: str, timeout: float | None = None
    ) -> dict[str, Any]:
        running.line.settimeout(timeout)
        try:
            running.line.sendall(json.dumps(message).encode())
            received = running.line.recv(MESSAGE_BYTES)
        except TimeoutError as exc:
            self._end()
            raise Failure(f"darktable did not respond {when} for {timeout:.0f} s") from exc
        except OSError:
            received = b""
        except BaseException:
            # After an interrupted call, the next call would read the response to this one.
            self._end()
            raise
        if not received:
            raise self._crash(running, when)
        response: dict[str, Any] = json.loads(received)
        if "error" in response:
            self._end()
            raise Failure(response["error"], where=str(self._darktable.library))
        if "rejected" in response:
            raise Failure(response["rejected"], where=message["module"])
        return response

    def _crash(self, running: _Running, when: str) -> Failure:
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(5)
        status = running.process.poll()
        cause = signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"
        running.log.seek(0)
        output = running.log.read().decode(errors="replace").strip().splitlines()
        self._end()
        # After a segmentation fault, darktable prints only that it tried to write a backtrace.
        last = f"; last output: {output[-1]}" if output and cause != "SIGSEGV" else ""
        return Failure(f"darktable {self._darktable.version} crashed ({cause}) {when}{last}")

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
