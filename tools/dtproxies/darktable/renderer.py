"""Render images through single modules of the real darktable, without files or a full pipe run per image."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure, WrongUsage
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.remote import RemoteDarktable
from dtproxies.darktable.sidecar_writer import layout_of
from dtproxies.vocabulary.module import Space

AHEAD = 4
"""Requests queued in advance per worker."""


class Spaces(NamedTuple):
    """Colour spaces of a module's input and output."""

    input: Space
    output: Space


@dataclass(frozen=True)
class Request:
    """One image to render through one module."""

    module: str
    image: NDArray[np.float32]
    """[H, W, 3] in the module's own colour space; [H, W, 1] for a mosaic."""
    sliders: Mapping[str, float | str] = field(default_factory=dict)
    """Values by darktable's slider names; all others stay at the default that darktable sets."""
    params: bytes | None = None
    """Whole parameter struct, taken as it is instead of `sliders`."""


class Renderer:
    """Pool of worker processes, each with an open darktable.

    Its output is bit-identical to the output of the module in darktable's own pipe, before blending. Modules that
    depend on the frame (a vignette, a gradient) treat the image as the whole frame.
    """

    def __init__(
        self,
        darktable: Darktable,
        modules: Sequence[str],
        *,
        height: int,
        width: int,
        workers: int = 1,
        mosaic: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Start the workers.

        Args:
            darktable: as `find` returns it.
            modules: names of all modules that will be used.
            height: height of the first image in pixels. Another size restarts a worker, which takes a second or more.
            width: width of the first image in pixels.
            workers: number of parallel processes; each uses two threads.
            mosaic: open darktable on sensor data (a computed DNG) instead of an image, for modules up to demosaic.
                They receive mosaics whose rows start red, green, with values 0 to 1 as output by rawprepare.
            timeout: time limit of one render in seconds, after which its worker is killed; None for no limit.

        Raises:
            WrongUsage: an unknown module.
            Failure: darktable does not start, or a module cannot be rendered alone.
        """
        available = introspection.layouts(darktable)
        layouts = {name: layout_of(name, available) for name in modules}
        self._remotes = [
            RemoteDarktable(darktable, layouts, height, width, mosaic=mosaic, timeout=timeout) for _ in range(workers)
        ]
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="darktable")
        self._free: SimpleQueue[RemoteDarktable] = SimpleQueue()
        try:
            list(self._threads.map(RemoteDarktable.start, self._remotes))
        except BaseException:
            self.close()
            raise
        for remote in self._remotes:
            self._free.put(remote)
        self.spaces: Mapping[str, Spaces] = {name: Spaces(*spaces) for name, spaces in self._remotes[0].spaces.items()}
        """Input and output spaces of each module; see `dtproxies.images.module_spaces`."""
        initial = self._remotes[0].defaults
        self.layouts: Mapping[str, ModuleLayout] = {
            name: replace(layout, initial=initial[name]) for name, layout in layouts.items()
        }
        """Parameter layouts of the modules, with the defaults that darktable sets for such an image."""

    def render(
        self, module: str, image: NDArray[np.float32], sliders: Mapping[str, float | str] | None = None
    ) -> NDArray[np.float32]:
        """Render one image [H, W, 3], or a mosaic [H, W, 1].

        Raises:
            WrongUsage: an unknown module or slider, a value outside its range.
            Failure: the image has another number of channels, or darktable crashed.
        """
        return self._render(Request(module, image, sliders or {}))

    def render_many(self, requests: Iterable[Request]) -> Iterator[NDArray[np.float32]]:
        """Render requests in parallel; yields results in order and consumes requests lazily."""
        source = iter(requests)
        waiting: deque[Future[NDArray[np.float32]]] = deque()
        try:
            for request in source:
                waiting.append(self._threads.submit(self._render, request))
                if len(waiting) >= AHEAD * len(self._remotes):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def render_parameters(self, module: str, image: NDArray[np.float32], params: bytes) -> NDArray[np.float32]:
        """Render one image as `render`, with a parameter struct that an edit holds; its values are not checked.

        Raises:
            Failure: as `render`, or the struct has another size than the module's.
        """
        self.layouts[module].unpack(params)
        return self._render(Request(module, image, params=params))

    def upgrade(self, module: str, params: bytes, version: int) -> bytes:
        """Convert parameters of an earlier version of the module by its own `legacy_params`.

        Raises:
            Failure: darktable crashed, or cannot convert from this version.
        """
        remote = self._free.get()
        try:
            return remote.upgrade(module, params, version)
        finally:
            self._free.put(remote)

    @property
    def processes(self) -> list[int]:
        """Process ids of the running workers."""
        return [remote.process_id for remote in self._remotes if remote.process_id is not None]

    def close(self) -> None:
        """End the workers."""
        self._threads.shutdown(cancel_futures=True)
        for remote in self._remotes:
            remote.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _render(self, request: Request) -> NDArray[np.float32]:
        if request.module not in self.layouts:
            raise WrongUsage(
                f"this renderer was not set up for module '{request.module}'", fix=f"it has {', '.join(self.layouts)}"
            )
        channels = 1 if self.spaces[request.module].input == "raw" else 3
        if request.image.ndim != 3 or request.image.shape[2] != channels:
            raise Failure(
                f"image of shape {request.image.shape}, expected height x width x {channels}",
                where=request.module,
            )
        params = self.layouts[request.module].pack(request.sliders) if request.params is None else request.params
        remote = self._free.get()
        try:
            return remote.call(request.module, params, request.image)
        except Failure as exc:
            values = ", ".join(f"{name}={value}" for name, value in request.sliders.items()) or "all sliders at default"
            raise Failure(exc.what, where=f"{request.module} ({values})", fix=exc.fix) from exc
        finally:
            self._free.put(remote)
