"""A file that refuses to be read beyond a limit: a small compressed one could keep a decompressor busy for hours."""

from __future__ import annotations

import os
from typing import IO

MAX_READ = 16 << 20
"""Maximum size of one read in bytes; only manipulated headers ask for more."""


class TooLarge(Exception):
    """The content is larger than the limit; the message says so."""


class LimitedReader:
    """The part of a file's interface that `tarfile` uses."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self.file = file
        self.limit = limit

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes.

        Raises:
            TooLarge: they end beyond the limit, or are too many at once.
        """
        if not 0 <= size <= MAX_READ:
            raise TooLarge(f"has a header of {size:,} bytes")
        data = self.file.read(size)
        self._check(self.file.tell())
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position.

        Raises:
            TooLarge: it is beyond the limit.
        """
        if whence == os.SEEK_SET:
            self._check(offset)
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """The position in bytes."""
        return self.file.tell()

    def _check(self, position: int) -> None:
        if position > self.limit:
            raise TooLarge(f"contains more than {self.limit:,} bytes")
