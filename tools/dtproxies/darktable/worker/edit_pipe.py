"""Whole edit of a photograph in darktable's own pipe, of which any segment runs on given pixels.

The pipe keeps the output of every module in a cache. For a segment, the cached input of its first module is
overwritten, later lines are invalidated, and the pipe runs again: it takes the pixels from the cache and computes what
follows. So masks, blending, instances, changes of size and colour conversions are darktable's own.
"""

from __future__ import annotations

import ctypes as c
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .library import DarktableError
from .loaded_image import FLOAT_RGB, OPAQUE, PERCEPTUAL_DEFAULT, SPARE
from .records import Area, PieceRecord, PipeRecord, history_end, set_space

CACHE_LINES = 96
"""Lines of the cache; a pipe needs two more than it has enabled modules."""
FULL_IMAGE, BLOCKING = 10, 3
"""`DT_MIPMAP_FULL`, `DT_MIPMAP_BLOCKING`."""
HISTORY_ONLY = 1
QUANTISED = "gamma"
"""Module that makes 8-bit values; a run in floating point leaves it out."""
SPACES = {0: "raw", 1: "lab", 2: "rgb"}
"""`dt_iop_colorspace_type_t`."""
NUMBERS = {name: number for number, name in SPACES.items()}


class _ImageBuffer(c.Structure):
    """`dt_mipmap_buffer_t`."""

    _fields_ = (
        *(("size", c.c_int), ("image", c.c_int32), ("width", c.c_int32), ("height", c.c_int32), ("scale", c.c_float)),
        *(("pixels", c.c_void_p), ("space", c.c_int), ("status", c.c_int), ("entry", c.c_void_p)),
    )


class EditPipe:
    """darktable with one photograph and one edit of it."""

    def __init__(self, library: c.CDLL, photograph: Path, sidecar: Path, skip: Collection[str]) -> None:
        """Load the photograph with the edit, and run the whole pipe once, without the modules to skip.

        Raises:
            DarktableError: darktable cannot read the photograph or the sidecar, or cannot run the edit.
        """
        self._library = library
        self._develop, film = c.create_string_buffer(OPAQUE), c.create_string_buffer(OPAQUE)
        number = library.dt_image_import(
            library.dt_film_new(film, os.fsencode(photograph.parent)), os.fsencode(photograph), 1, 0
        )
        if number <= 0:
            raise DarktableError("darktable cannot read this image")
        image = library.dt_image_cache_get(number, b"w")
        refused = library.dt_exif_xmp_read(image, os.fsencode(sidecar), HISTORY_ONLY)
        library.dt_image_cache_write_release_info(image, 1, None)
        if refused:
            raise DarktableError("darktable cannot read this sidecar")
        library.dt_dev_init(self._develop, 0)
        library.dt_dev_load_image(self._develop, number)
        # Without this, only the pipe has the parameters of the history, and the modules keep their defaults.
        library.dt_dev_pop_history_items_ext(self._develop, history_end(self._develop))
        self._source = self._load(number)
        self._pipe = self._set_up()
        self._pieces, self._instances = self._enabled(skip)
        self._overwritten: int | None = None
        """First module whose cached output is not the pipe's own; None if all are."""
        self._run()

    def steps(self) -> list[dict[str, Any]]:
        """Describe the enabled modules in the order of the pipe."""
        return [_described(*one) for one in zip(self._pieces, self._instances, strict=True)]

    def run(
        self, first: int, last: int, pixels: NDArray[np.float32] | None, space: str
    ) -> tuple[NDArray[np.float32], str]:
        """Run the modules from `first` to `last`.

        Args:
            first: index of the first module in `steps`.
            last: index of the last module.
            pixels: input of the first module, [H, W, 4] or [H, W, 1]; None for what the pipe itself computes there.
            space: colour space of the pixels.

        Returns:
            Output of the last module, and its colour space.

        Raises:
            DarktableError: the pixels have another size than the module's input, or the pipe fails.
        """
        if pixels is None:
            # Only the last module runs again: the pipe may have converted its cached output to another colour space.
            self._invalidate(last if self._overwritten is None else min(last, self._overwritten))
            self._overwritten = None
        else:
            self._write_input(first, pixels, space)
            self._invalidate(first)
            # The line that was overwritten holds the output of the module before.
            self._overwritten = first - 1 if self._overwritten is None else min(first - 1, self._overwritten)
        area = Area.from_buffer_copy(self._pieces[last].area_out)
        with self._ending_at(last):
            self._run(area)
            return self._output(area), SPACES.get(self._pipe.result_format[1], "other")

    def photograph(self) -> NDArray[np.float32]:
        """Return the pixels before the first module, [H, W, 4], or the values of the sensor, [H, W, 1]."""
        source, first = self._source, self._pieces[0]
        channels = first.channels[0]
        item = c.c_uint16 if first.holds_integers else c.c_float
        count = source.width * source.height * channels
        found = np.ctypeslib.as_array((item * count).from_address(source.pixels))
        return found.reshape(source.height, source.width, channels).astype(np.float32)

    def set_params(self, step: int, params: bytes) -> None:
        """Give a module other parameters, of the current version, with its blending unchanged."""
        piece = self._pieces[step]
        module = piece.module
        raw = c.create_string_buffer(params, len(params) + SPARE)
        c.memmove(module.params_address, raw, module.size)
        self._library.dt_iop_commit_params(module.address, raw, piece.blending, self._pipe.address, piece.address)
        self._invalidate(step)

    def _invalidate(self, step: int) -> None:
        """Let the pipe compute the output of a module, and of all later ones, again."""
        order = self._pieces[step].module.order
        self._library.dt_dev_pixelpipe_cache_invalidate_later(self._pipe.address, order)

    def _load(self, number: int) -> _ImageBuffer:
        buffer = _ImageBuffer()
        self._library.dt_mipmap_cache_get_with_caller(c.byref(buffer), number, FULL_IMAGE, BLOCKING, b"r", b"", 0)
        if not buffer.pixels or not buffer.width or not buffer.height:
            raise DarktableError("darktable cannot read this image")
        return buffer

    def _set_up(self) -> PipeRecord:
        library, source, self._record = self._library, self._source, c.create_string_buffer(OPAQUE)
        pipe = PipeRecord(c.addressof(self._record))
        library.dt_dev_pixelpipe_init_cached(self._record, 0, CACHE_LINES, 0)
        pipe.set_export(FLOAT_RGB)
        library.dt_ioppr_resync_modules_order(self._develop)
        library.dt_dev_pixelpipe_set_icc(self._record, -1, None, PERCEPTUAL_DEFAULT)
        library.dt_dev_pixelpipe_set_input(
            self._record, self._develop, source.pixels, source.width, source.height, source.scale
        )
        library.dt_dev_pixelpipe_create_nodes(self._record, self._develop)
        library.dt_dev_pixelpipe_synch_all(self._record, self._develop)
        return pipe

    def _enabled(self, skip: Collection[str]) -> tuple[list[PieceRecord], list[int]]:
        """Return the modules that the pipe runs and the numbers of their instances; disable those to skip."""
        enabled = [one for one in self._pipe.pieces() if one.enabled and one.module.name != QUANTISED]
        names = [one.module.name for one in enabled]
        numbers = [names[:at].count(name) for at, name in enumerate(names)]
        kept = [
            (piece, number)
            for piece, name, number in zip(enabled, names, numbers, strict=True)
            if name not in skip and instance_name(name, number) not in skip
        ]
        pieces = [piece for piece, _ in kept]
        for piece in enabled:
            piece.enable(enabled=piece in pieces)
        return pieces, [number for _, number in kept]

    def _run(self, area: Area | None = None) -> None:
        """Run all enabled modules, for a region of the last one's output or for all of it."""
        size = (c.c_int(), c.c_int())
        self._library.dt_dev_pixelpipe_get_dimensions(
            *(self._record, self._develop, self._source.width, self._source.height), *map(c.byref, size)
        )
        x, y, width, height = _coordinates(area) if area else (0, 0, size[0].value, size[1].value)
        if self._library.dt_dev_pixelpipe_process_no_gamma(self._record, self._develop, x, y, width, height, 1.0):
            raise DarktableError("darktable's pipe failed")

    def _write_input(self, step: int, pixels: NDArray[np.float32], space: str) -> None:
        """Put pixels into the line of the cache that the pipe will find for the input of a module."""
        piece = self._pieces[step]
        if step == 0:
            raise DarktableError("the first module reads the photograph")
        area, before = piece.area_in, self._pieces[step - 1]
        expected = (area.height, area.width, piece.channels[0])
        if pixels.shape != expected:
            raise DarktableError(f"the input of {piece.module.name} has the shape {expected}, not {pixels.shape}")
        position = [one.address for one in self._pipe.pieces()].index(before.address)
        hashed = self._library.dt_dev_pixelpipe_cache_hash(c.byref(before.area_out), self._record, position + 1)
        data, form = c.c_void_p(), c.c_void_p(before.output_format)
        self._library.dt_dev_pixelpipe_cache_get(
            self._record, hashed, pixels.nbytes, c.byref(data), c.byref(form), before.module.address, 1
        )
        c.memmove(data.value or 0, pixels.ctypes.data, pixels.nbytes)
        set_space(form.value or 0, NUMBERS[space])

    def _output(self, area: Area) -> NDArray[np.float32]:
        channels, _ = self._pipe.result_format
        count = area.width * area.height * channels
        found = np.ctypeslib.as_array((c.c_float * count).from_address(self._pipe.result))
        return found.reshape(area.height, area.width, channels).copy()

    @contextmanager
    def _ending_at(self, last: int) -> Iterator[None]:
        """Disable the modules after `last` during a run."""
        later = self._pieces[last + 1 :]
        for piece in later:
            piece.enable(enabled=False)
        try:
            yield
        finally:
            for piece in later:
                piece.enable(enabled=True)


def _coordinates(area: Area) -> tuple[int, int, int, int]:
    return area.x, area.y, area.width, area.height


def _part(before: Area, after: Area) -> list[int]:
    """Row and column where the output begins in the input, if it is a part of it; empty otherwise."""
    row, column = after.y - before.y, after.x - before.x
    inside = row >= 0 and column >= 0 and row + after.height <= before.height and column + after.width <= before.width
    return [row, column] if inside and before.scale == after.scale else []


def instance_name(module: str, instance: int) -> str:
    """Name an instance: `module` for the first one in the pipe, then `module:1` and so on."""
    return f"{module}:{instance}" if instance else module


def _described(piece: PieceRecord, instance: int) -> dict[str, Any]:
    spaces, areas = (SPACES.get(one, "other") for one in piece.spaces), (piece.area_in, piece.area_out)
    ends = zip(areas, piece.channels, spaces, strict=True)
    first, second = ([area.height, area.width, channels, space] for area, channels, space in ends)
    return {
        "module": piece.module.name,
        "instance": instance,
        "params": piece.module.params.hex(),
        "input": first,
        "output": second,
        "moved": _coordinates(areas[0]) != _coordinates(areas[1]),
        "part": _part(*areas),
        "blending": piece.blending.hex(),
    }
