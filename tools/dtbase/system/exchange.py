"""Exchange two directories in one step, so that a program that is killed leaves the old one or the new one."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_HERE = -100
_EXCHANGE = 2
"""Values of AT_FDCWD and RENAME_EXCHANGE, from Linux's fcntl.h and fs.h; see renameat2(2)."""


def exchange(first: Path, second: Path) -> bool:
    """Exchange the names of two existing files or directories; False if this system or file system cannot."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return call is not None and call(_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE) == 0
