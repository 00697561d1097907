"""What can go wrong with the n-th request of a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "after", "cut", "half", "lie", "hang", "gone"]


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong.

    Kinds: `status` answers an error and does nothing; `after` does it and answers an error; `cut` closes the
    connection without an answer; `half` keeps a part of an upload as a `starter` asset and answers `status`; `lie`
    keeps other bytes than were uploaded and reports the digest of those that were; `hang` answers after `delay_s`;
    `gone` closes this and every later connection.
    """

    kind: Kind
    method: str = ""
    """Any when empty."""
    path: str = ""
    """Regular expression, searched in the path with its query."""
    nth: int = 1
    """Which of the requests that fit, counted from 1."""
    times: int = 1
    """How many in a row; 0 for all that follow."""
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    delay_s: float = 0.0
    seen: int = 0
    """Requests that fitted so far."""

    def strikes(self, method: str, path: str) -> bool:
        """Count a request if it fits; whether this is the one."""
        if (self.method and method != self.method) or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.kind == "gone" or not self.times or self.seen < self.nth + self.times)
