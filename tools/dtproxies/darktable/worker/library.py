"""Load and initialise `libdarktable.so`, with prototypes of the functions called in it (darktable 5.4)."""

from __future__ import annotations

import ctypes as c
from collections.abc import Sequence
from pathlib import Path

PROTOTYPES = {
    "dt_init": (c.c_int, (c.c_int, c.c_void_p, c.c_int, c.c_int, c.c_void_p)),
    "dt_film_new": (c.c_int, (c.c_void_p, c.c_char_p)),
    "dt_image_import": (c.c_int32, (c.c_int32, c.c_char_p, c.c_int, c.c_int)),
    "dt_image_cache_get": (c.c_void_p, (c.c_int32, c.c_char)),
    "dt_image_cache_write_release_info": (None, (c.c_void_p, c.c_int, c.c_char_p)),
    "dt_exif_xmp_read": (c.c_int, (c.c_void_p, c.c_char_p, c.c_int)),
    "dt_mipmap_cache_get_with_caller": (
        None,
        (c.c_void_p, c.c_int32, c.c_int, c.c_int, c.c_char, c.c_char_p, c.c_int),
    ),
    "dt_ioppr_resync_modules_order": (None, (c.c_void_p,)),
    "dt_iop_commit_params": (None, (c.c_void_p, c.c_char_p, c.c_char_p, c.c_void_p, c.c_void_p)),
    "dt_iop_legacy_params": (
        c.c_int,
        (c.c_void_p, c.c_char_p, c.c_int32, c.c_int, c.POINTER(c.c_void_p), c.c_int),
    ),
    "dt_dev_init": (None, (c.c_void_p, c.c_int)),
    "dt_dev_load_image": (c.c_int, (c.c_void_p, c.c_int32)),
    "dt_dev_pop_history_items_ext": (None, (c.c_void_p, c.c_int32)),
    "dt_dev_pixelpipe_init_export": (c.c_int, (c.c_void_p, c.c_int32, c.c_int32, c.c_int, c.c_int)),
    "dt_dev_pixelpipe_init_cached": (c.c_int, (c.c_void_p, c.c_size_t, c.c_int32, c.c_size_t)),
    "dt_dev_pixelpipe_cache_hash": (c.c_uint64, (c.c_void_p, c.c_void_p, c.c_int)),
    "dt_dev_pixelpipe_cache_get": (
        c.c_int,
        (c.c_void_p, c.c_uint64, c.c_size_t, c.POINTER(c.c_void_p), c.POINTER(c.c_void_p), c.c_void_p, c.c_int),
    ),
    "dt_dev_pixelpipe_cache_invalidate_later": (None, (c.c_void_p, c.c_int32)),
    "dt_dev_pixelpipe_set_icc": (None, (c.c_void_p, c.c_int, c.c_char_p, c.c_int)),
    "dt_dev_pixelpipe_set_input": (None, (c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, c.c_int, c.c_float)),
    "dt_dev_pixelpipe_create_nodes": (None, (c.c_void_p, c.c_void_p)),
    "dt_dev_pixelpipe_synch_all": (None, (c.c_void_p, c.c_void_p)),
    "dt_dev_pixelpipe_get_dimensions": (
        None,
        (c.c_void_p, c.c_void_p, c.c_int, c.c_int, c.POINTER(c.c_int), c.POINTER(c.c_int)),
    ),
    "dt_dev_pixelpipe_process_no_gamma": (
        c.c_int,
        (c.c_void_p, c.c_void_p, c.c_int, c.c_int, c.c_int, c.c_int, c.c_float),
    ),
}


class DarktableError(Exception):
    """Raised if darktable cannot fulfil a request; the text is sent to the caller."""


def load(directory: Path, version: str, options: Sequence[str]) -> c.CDLL:
    """Load and initialise the library in `directory`, without a window, a lasting database or sidecars.

    Raises:
        DarktableError: its version is not `version`, or it does not start.
    """
    library = c.CDLL(str(directory / "libdarktable.so"), mode=c.RTLD_GLOBAL)
    # The symbol is an array, not a pointer: the text begins at its address.
    found = c.string_at(c.addressof(c.c_char.in_dll(library, "darktable_package_version"))).decode()
    if found != version:
        raise DarktableError(f"libdarktable.so has version {found}, but darktable-cli has version {version}")
    for name, (result, arguments) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    options = ["darktable-cli", "--library", ":memory:", "--conf", "write_sidecar_files=never", *options]
    # darktable keeps pointers into its arguments, so they must outlive this call.
    argv = (c.c_char_p * (len(options) + 1))(*(option.encode() for option in options), None)
    library.__dict__["argv"] = argv
    if library.dt_init(len(options), argv, 0, 0, None):
        raise DarktableError("darktable does not initialise")
    return library
