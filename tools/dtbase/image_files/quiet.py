"""Suppression of what image libraries print about odd files: Python's warnings and logs, and lines of C code."""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import numpy as np


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Print nothing while files are decoded: each failure becomes one sentence of ours, and each result is checked."""
    log = logging.getLogger("tifffile")
    level, log.level = log.level, logging.CRITICAL + 1
    try:
        # OpenEXR prints on Python's standard output, libtiff and OpenEXR's core on the error output of the process.
        with warnings.catch_warnings(), np.errstate(all="ignore"), redirect_stdout(io.StringIO()), _no_error_output():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.level = level


@contextmanager
def _no_error_output() -> Iterator[None]:
    """Close the error output of the process to code that is not Python's."""
    try:
        kept = os.dup(2)
    except OSError:
        # The process was started without one.
        yield
        return
    if sys.stderr:
        sys.stderr.flush()
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
