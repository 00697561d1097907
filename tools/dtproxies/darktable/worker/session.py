"""One image loaded into darktable, its pipe built, and single modules of it called on other pixels."""

from __future__ import annotations

import ctypes as c
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .library import Refused
from .pieces import Piece, find_pieces

OPAQUE = 1 << 16
"""Bytes set aside for a record of darktable's; more than any of those used here has."""

FLOAT_RGB = 0x4 | 0x100
"""`IMAGEIO_FLOAT | IMAGEIO_RGB`: what the pipe is asked to make."""

PERCEPTUAL_DEFAULT = 4
"""`DT_INTENT_LAST`: the rendering intent of the output profile is taken as it is."""

RGB = 2
SPACES = {0: "raw", 1: "lab"}
"""`dt_iop_colorspace_type_t`."""


COUNTS = {
    **{"process": 6, "commit_params": 4},
    **{"default_colorspace": 3, "input_colorspace": 3, "output_colorspace": 3},
}
"""Functions of a plugin that are called here, all of whose arguments are pointers, and how many they have."""


class Area(c.Structure):
    """`dt_iop_roi_t`: the part of the image that is asked for."""

    _fields_ = (("x", c.c_int), ("y", c.c_int), ("width", c.c_int), ("height", c.c_int), ("scale", c.c_float))


class Session:
    """darktable with one image open; renders images of the same size through single modules."""

    def __init__(self, library: c.CDLL, folder: Path, image: Path, modules: Mapping[str, Mapping[str, int]]) -> None:
        """Open `image`, whose sidecar enables `modules`, each with the `version` and `size` of its parameters.

        Raises:
            Refused: darktable does not read it, or a module cannot be called on its own.
        """
        self._modules = modules
        self._pipe = c.create_string_buffer(OPAQUE)
        self._develop = c.create_string_buffer(OPAQUE)
        self._film = c.create_string_buffer(OPAQUE)
        self._run_once(library, image)
        names = [file.name[3:-3] for file in (folder / "plugins").glob("lib*.so")]
        self._pieces = find_pieces(self._pipe, names)
        self._plugins = {name: self._plugin(folder, name) for name in modules}

    @property
    def spaces(self) -> dict[str, tuple[str, str]]:
        """What each module gets and makes: raw, lab, or RGB before or after the input or output profile."""
        return {name: (self._space(name, "input"), self._space(name, "output")) for name in self._modules}

    def process(self, name: str, params: bytes, pixels: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Render `pixels`, H x W x 4 in the module's own colour space, into `out`. Values are not checked here."""
        piece, plugin = self._pieces[name], self._plugins[name]
        # Some modules read a few bytes past a struct that an earlier version had longer.
        raw = c.create_string_buffer(params, len(params) + 64)
        if hasattr(plugin, "commit_params"):
            plugin.commit_params(piece.module, raw, c.addressof(self._pipe), piece.address)
        else:
            c.memmove(piece.data, raw, len(params))
        area = Area(0, 0, pixels.shape[1], pixels.shape[0], 1.0)
        same = Area(0, 0, pixels.shape[1], pixels.shape[0], 1.0)
        plugin.process(piece.module, piece.address, pixels.ctypes.data, out.ctypes.data, c.byref(area), c.byref(same))

    def _run_once(self, library: c.CDLL, image: Path) -> None:
        """Run the whole pipe on the image: modules get their working profiles and buffers only that way."""
        film = library.dt_film_new(self._film, os.fsencode(image.parent))
        number = library.dt_image_import(film, os.fsencode(image), 1, 0)
        if number <= 0:
            raise Refused("it does not read the image it is set up with")
        pixels = _pixels(image)
        height, width = pixels.shape[:2]
        self._input = pixels
        library.dt_dev_init(self._develop, 0)
        library.dt_dev_load_image(self._develop, number)
        library.dt_dev_pixelpipe_init_export(self._pipe, width, height, FLOAT_RGB, 0)
        library.dt_dev_pixelpipe_set_icc(self._pipe, -1, None, PERCEPTUAL_DEFAULT)
        library.dt_dev_pixelpipe_set_input(self._pipe, self._develop, pixels.ctypes.data, width, height, 1.0)
        library.dt_dev_pixelpipe_create_nodes(self._pipe, self._develop)
        library.dt_dev_pixelpipe_synch_all(self._pipe, self._develop)
        made = c.c_int(), c.c_int()
        library.dt_dev_pixelpipe_get_dimensions(
            self._pipe, self._develop, width, height, c.byref(made[0]), c.byref(made[1])
        )
        library.dt_dev_pixelpipe_process_no_gamma(self._pipe, self._develop, 0, 0, made[0].value, made[1].value, 1.0)

    def _plugin(self, folder: Path, name: str) -> c.CDLL:
        plugin = c.CDLL(str(folder / "plugins" / f"lib{name}.so"))
        if name not in self._pieces:
            raise Refused(f"module {name} is not part of its pipe")
        version = plugin.dt_module_mod_version()
        if version != self._modules[name]["version"]:
            raise Refused(f"module {name} has parameters of version {version}, not {self._modules[name]['version']}")
        if hasattr(plugin, "modify_roi_out") or not hasattr(plugin, "process"):
            raise Refused(
                f"module {name} changes the size of an image or works on raw sensor data; it cannot be rendered alone"
            )
        for function, count in COUNTS.items():
            if hasattr(plugin, function):
                getattr(plugin, function).argtypes = [c.c_void_p] * count
        return plugin

    def _space(self, name: str, end: str) -> str:
        """Of its input or output; a module that has no function for that uses one space for both."""
        plugin: Any = self._plugins[name]
        piece: Piece = self._pieces[name]
        ask = getattr(plugin, f"{end}_colorspace", None) or plugin.default_colorspace
        number = ask(piece.module, c.addressof(self._pipe), piece.address)
        if number != RGB:
            return SPACES.get(number, "other")
        # A profile's own input is what lies before it, its output what lies after it.
        place = piece.place + (end == "output")
        if place > self._pieces["colorout"].place:
            return "display"
        return "work-rgb" if place > self._pieces["colorin"].place else "input-rgb"


def _pixels(image: Path) -> NDArray[np.float32]:
    """The pixels of the caller's PFM (bottom row first), with the fourth channel that darktable wants."""
    _, size, _, raw = image.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    pixels = np.zeros((height, width, 4), np.float32)
    pixels[..., :3] = np.frombuffer(raw, "<f4").reshape(height, width, 3)[::-1]
    return pixels
