"""Faults injected into the n-th matching request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "after", "cut", "half", "lie", "hang", "gone"]


@dataclass(kw_only=True)
class Fault:
    """One injected fault.

    Kinds:
        status: respond with an error and do nothing.
        after: perform the request, then respond with an error.
        cut: close the connection without a response.
        half: store a part of an upload as a `starter` asset, and respond with `status`.
        lie: store other bytes than were uploaded, and report the digest of the uploaded ones.
        hang: respond after `delay_s`.
        gone: close this and every later connection.
    """

    kind: Kind
    method: str = ""
    """HTTP method; any when empty."""
    path: str = ""
    """Regular expression, searched in the path with its query."""
    nth: int = 1
    """First affected request among the matching ones, counted from 1."""
    times: int = 1
    """Number of consecutive affected requests; 0 for all later ones."""
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    delay_s: float = 0.0
    seen: int = 0
    """Number of matching requests so far."""

    def applies_to(self, method: str, path: str) -> bool:
        """Count a matching request, and return True if the fault affects it."""
        if (self.method and method != self.method) or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.kind == "gone" or not self.times or self.seen < self.nth + self.times)
