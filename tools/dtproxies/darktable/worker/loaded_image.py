"""Image loaded into darktable with its pipe, whose modules are called individually on other pixels."""

from __future__ import annotations

import ctypes as c
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .formats import BufferFormats
from .layouts import params_size
from .library import DarktableError
from .pipe_nodes import Piece, default_params, find_pieces
from .records import Area

OPAQUE = 1 << 16
"""Bytes reserved for a darktable record; more than any record used here needs."""

FLOAT_RGB = 0x4 | 0x100
"""`IMAGEIO_FLOAT | IMAGEIO_RGB`: requested output format of the pipe."""

PERCEPTUAL_DEFAULT = 4
"""`DT_INTENT_LAST`: keep the rendering intent of the output profile."""

RGB = 2
SPACES = {0: "raw", 1: "lab"}
"""`dt_iop_colorspace_type_t`."""

SPARE = 4096
"""Zero bytes behind a parameter struct: modules read past one that is cut off or of an earlier version."""

FAILED = 1
"""Result of `dt_iop_legacy_params` if the conversion is unknown."""

MOSAIC_START = 8
"""Offset in bytes of the pixel values in the caller's DNG."""

COUNTS = {
    **{"process": 6, "commit_params": 4, "modify_roi_out": 4, "modify_roi_in": 4},
    **{"default_colorspace": 3, "input_colorspace": 3, "output_colorspace": 3},
}
"""Plugin functions called here, with their number of arguments; all arguments are pointers."""


class LoadedImage:
    """darktable with one open image; renders images of the same size through single modules."""

    def __init__(self, library: c.CDLL, directory: Path, image: Path, modules: Mapping[str, Mapping[str, int]]) -> None:
        """Open `image` twice: unedited, to read darktable's defaults for it, and with `modules` enabled.

        Args:
            library: loaded and initialised.
            directory: directory of the library, with the plugins below.
            image: a PFM or a DNG. The file `sidecar` next to it enables the modules; its placeholders `@name@` are
                replaced by the default parameters of that module.
            modules: `version` and `size` of the parameters, by module name.

        Raises:
            DarktableError: darktable cannot read the image, or a module cannot be called individually.
        """
        self._modules, self._library = modules, library
        names = [file.name[3:-3] for file in (directory / "plugins").glob("lib*.so")]
        plugins = {name: c.CDLL(str(directory / "plugins" / f"lib{name}.so")) for name in names}
        sizes = {name: size for name, plugin in plugins.items() if (size := params_size(plugin)) is not None}
        plain = _Pipe(library, image)
        self.defaults = default_params(find_pieces(plain.record, names), sizes)
        """Default parameters that darktable sets for this image, by module."""
        self._pipe = _Pipe(library, _with_sidecar(image, self.defaults))
        self._pipe.run()
        self._pieces = find_pieces(self._pipe.record, names)
        self._plugins = {name: self._plugin(name, plugins) for name in modules}
        self._formats = BufferFormats(self._pipe.record, self._pieces) if image.suffix == ".dng" else None

    @property
    def spaces(self) -> dict[str, tuple[str, str]]:
        """Input and output spaces of each module: raw, lab, or RGB before or after the input or output profile."""
        return {name: (self._space(name, "input"), self._space(name, "output")) for name in self._modules}

    def process(self, name: str, params: bytes, pixels: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Render `pixels` into `out`: [H, W, 4] in the module's own colour space, or [H, W, 1] for a mosaic.

        Values are not validated here.

        Raises:
            DarktableError: with these parameters the module changes the size of the image.
        """
        piece, plugin = self._pieces[name], self._plugins[name]
        if self._formats:
            self._formats.restore(piece)
        raw = c.create_string_buffer(params, len(params) + SPARE)
        if hasattr(plugin, "commit_params"):
            plugin.commit_params(piece.module, raw, c.addressof(self._pipe.record), piece.address)
        else:
            c.memmove(piece.data, raw, len(params))
        area = Area(0, 0, pixels.shape[1], pixels.shape[0], 1.0)
        out_area = Area(0, 0, pixels.shape[1], pixels.shape[0], 1.0)
        if hasattr(plugin, "modify_roi_out"):
            plugin.modify_roi_out(piece.module, piece.address, c.byref(out_area), c.byref(area))
            if (out_area.width, out_area.height) != (area.width, area.height):
                raise DarktableError(
                    f"it changes the size of the image, from {area.width} x {area.height} to "
                    f"{out_area.width} x {out_area.height}; only modules that keep the size are supported"
                )
            out_area.x = out_area.y = 0
        if hasattr(plugin, "modify_roi_in"):
            # Some modules compute size-dependent data there; the requested area remains the whole image.
            plugin.modify_roi_in(
                piece.module, piece.address, c.byref(out_area), c.byref(Area.from_buffer_copy(out_area))
            )
        plugin.process(
            piece.module, piece.address, pixels.ctypes.data, out.ctypes.data, c.byref(area), c.byref(out_area)
        )

    def upgrade(self, name: str, params: bytes, version: int) -> bytes:
        """Convert parameters of an earlier version by the module's own `legacy_params`.

        Raises:
            DarktableError: the module does not know this version.
        """
        current = self._modules[name]
        new = c.create_string_buffer(self.defaults[name], current["size"] + SPARE)
        target = c.c_void_p(c.addressof(new))
        old = c.create_string_buffer(params, len(params) + SPARE)
        # A result of -1 means: take the defaults, which `new` holds unless the module wrote others.
        done = self._library.dt_iop_legacy_params(
            self._pieces[name].module, old, len(params), version, c.byref(target), current["version"]
        )
        if done == FAILED:
            raise DarktableError(f"cannot convert its parameters of version {version} to version {current['version']}")
        return new.raw[: current["size"]]

    def _plugin(self, name: str, plugins: Mapping[str, c.CDLL]) -> c.CDLL:
        plugin = plugins[name]
        if name not in self._pieces:
            raise DarktableError(f"module {name} is not part of its pipe")
        version = plugin.dt_module_mod_version()
        if version != self._modules[name]["version"]:
            raise DarktableError(
                f"module {name} has parameters of version {version}, not {self._modules[name]['version']}"
            )
        if not hasattr(plugin, "process"):
            raise DarktableError(f"module {name} does not process pixels on the CPU")
        if name in NOT_FLOAT:
            raise DarktableError(f"module {name} cannot be rendered alone: {NOT_FLOAT[name]}")
        for function, count in COUNTS.items():
            if hasattr(plugin, function):
                getattr(plugin, function).argtypes = [c.c_void_p] * count
        return plugin

    def _space(self, name: str, end: str) -> str:
        """Return the space of a module's input or output; a module without such a function uses one space for both."""
        plugin: Any = self._plugins[name]
        piece: Piece = self._pieces[name]
        colorspace = getattr(plugin, f"{end}_colorspace", None) or plugin.default_colorspace
        number = colorspace(piece.module, c.addressof(self._pipe.record), piece.address)
        if number != RGB:
            return SPACES.get(number, "other")
        # The input of a profile module counts as before it, its output as after it.
        position = piece.position + (end == "output")
        if position > self._pieces["colorout"].position:
            return "display"
        return "work-rgb" if position > self._pieces["colorin"].position else "input-rgb"


NOT_FLOAT = {
    "rawprepare": "its input is the integers of a raw file, not an image",
    "gamma": "its output is 8-bit display values",
}
"""Modules whose buffers are not floating point, with the reason."""


class _Pipe:
    """Loaded image with darktable's export pipe."""

    def __init__(self, library: c.CDLL, image: Path) -> None:
        self._library = library
        self.record = c.create_string_buffer(OPAQUE)
        self._develop = c.create_string_buffer(OPAQUE)
        self._film = c.create_string_buffer(OPAQUE)
        film = library.dt_film_new(self._film, os.fsencode(image.parent))
        number = library.dt_image_import(film, os.fsencode(image), 1, 0)
        if number <= 0:
            raise DarktableError("it cannot read the image that it is set up with")
        self._pixels = _read_dng(image) if image.suffix == ".dng" else _read_pfm(image)
        self._height, self._width = self._pixels.shape[:2]
        library.dt_dev_init(self._develop, 0)
        library.dt_dev_load_image(self._develop, number)
        library.dt_dev_pixelpipe_init_export(self.record, self._width, self._height, FLOAT_RGB, 0)
        library.dt_dev_pixelpipe_set_icc(self.record, -1, None, PERCEPTUAL_DEFAULT)
        library.dt_dev_pixelpipe_set_input(
            self.record, self._develop, self._pixels.ctypes.data, self._width, self._height, 1.0
        )
        library.dt_dev_pixelpipe_create_nodes(self.record, self._develop)

    def run(self) -> None:
        """Run the whole pipe, which sets up the working profiles and buffers of the modules."""
        library, size = self._library, (c.c_int(), c.c_int())
        library.dt_dev_pixelpipe_synch_all(self.record, self._develop)
        library.dt_dev_pixelpipe_get_dimensions(
            self.record, self._develop, self._width, self._height, c.byref(size[0]), c.byref(size[1])
        )
        library.dt_dev_pixelpipe_process_no_gamma(self.record, self._develop, 0, 0, size[0].value, size[1].value, 1.0)


def _with_sidecar(image: Path, defaults: Mapping[str, bytes]) -> Path:
    """Link the image into a new directory under the same name, next to its sidecar."""
    text = (image.parent / "sidecar").read_text()
    for name, params in defaults.items():
        text = text.replace(f"@{name}@", params.hex())
    copy = image.parent / "edited" / image.name
    copy.parent.mkdir()
    copy.hardlink_to(image)
    copy.with_name(f"{image.name}.xmp").write_text(text)
    return copy


def _read_pfm(image: Path) -> NDArray[np.float32]:
    """Read the pixels of the caller's PFM (bottom row first) and add the fourth channel that darktable requires."""
    _, size, _, raw = image.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    pixels = np.zeros((height, width, 4), np.float32)
    pixels[..., :3] = np.frombuffer(raw, "<f4").reshape(height, width, 3)[::-1]
    return pixels


def _read_dng(image: Path) -> NDArray[np.uint16]:
    """Read the mosaic of the caller's DNG; its second and third tag hold the size."""
    raw = image.read_bytes()
    tags = int.from_bytes(raw[4:8], "little") + 2
    width, height = (int.from_bytes(raw[tags + 12 * n + 8 :][:4], "little") for n in (1, 2))
    return np.frombuffer(raw, "<u2", width * height, MOSAIC_START).reshape(height, width).copy()
