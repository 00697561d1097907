"""Render images through single modules of the real darktable, without files or a pipe run for each."""

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
"""Requests taken in advance for each worker."""


class Spaces(NamedTuple):
    """What a module's pixels are, before and after it."""

    input: Space
    output: Space


@dataclass(frozen=True)
class Request:
    """One image to render through one module."""

    module: str
    image: NDArray[np.float32]
    """H x W x 3, in the module's own colour space; H x W x 1 for a mosaic."""
    sliders: Mapping[str, float | str] = field(default_factory=dict)
    """By darktable's names; all others stay at the default that darktable sets."""


class Renderer:
    """Workers that hold darktable open on images of a size.

    What it renders equals, bit for bit, what darktable's own pipe puts out of the module before blending. Modules that
    place something in the frame (a vignette, a gradient) see the given image as the whole frame.
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
        patience: float | None = None,
    ) -> None:
        """Start the workers.

        Args:
            darktable: as `find` returns it.
            modules: all that will be rendered through.
            height: of the first image, in pixels. One of another size starts a worker again, for a second or more.
            width: of the first image, in pixels.
            workers: processes that render side by side; each takes two threads.
            mosaic: open darktable on sensor data (a computed DNG) and not on an image, for modules before and at
                demosaic; those see mosaics that start red, green, 0 to 1 as rawprepare makes them.
            patience: seconds that one render may take before its worker is ended; None for any time.

        Raises:
            WrongUsage: an unknown module.
            Failure: darktable does not start, or a module cannot be rendered alone.
        """
        known = introspection.layouts(darktable)
        layouts = {name: layout_of(name, known) for name in modules}
        self._remotes = [
            RemoteDarktable(darktable, layouts, height, width, mosaic=mosaic, patience=patience) for _ in range(workers)
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
        """What each module gets and makes; see `dtproxies.images.module_spaces`."""
        initial = self._remotes[0].defaults
        self.layouts: Mapping[str, ModuleLayout] = {
            name: replace(layout, initial=initial[name]) for name, layout in layouts.items()
        }
        """Parameters of the modules, with the defaults that darktable set for an image like these."""

    def render(
        self, module: str, image: NDArray[np.float32], sliders: Mapping[str, float | str] | None = None
    ) -> NDArray[np.float32]:
        """Render one H x W x 3 image.

        Raises:
            WrongUsage: an unknown module or slider, a value outside its range.
            Failure: an image of another size, or darktable crashed on it.
        """
        return self._render(Request(module, image, sliders or {}))

    def render_many(self, requests: Iterable[Request]) -> Iterator[NDArray[np.float32]]:
        """Render requests, several at a time; results come in their order, and requests are taken as needed."""
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

    @property
    def processes(self) -> list[int]:
        """Ids of the workers that run."""
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
                f"image of shape {request.image.shape}, where height x width x {channels} is wanted",
                where=request.module,
            )
        params = self.layouts[request.module].pack(request.sliders)
        remote = self._free.get()
        try:
            return remote.call(request.module, params, request.image)
        except Failure as failed:
            values = ", ".join(f"{name}={value}" for name, value in request.sliders.items()) or "all sliders at default"
            raise Failure(failed.what, where=f"{request.module} ({values})", fix=failed.fix) from failed
        finally:
            self._free.put(remote)
