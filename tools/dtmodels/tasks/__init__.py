"""One file per darktable task: what its C code demands of a package, and what it does with the graphs.

darktable 5.6 runs four tasks in C: denoise, upscale, rawdenoise and mask. All others are run through its Lua
interface `darktable.ai`: float32 tensors of at most eight dimensions, at least one output.

A member offers `FILES`, `OPTIONAL`, `check` and `run`, as `dtmodels.tasks._protocol.Task` describes them; it may offer
`measure` of `Measures`, beside it, and `demo` of `Demonstrates`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class Demonstrates(Protocol):
    """What a member module offers when its task can show pictures."""

    def demo(self, folder: Path, images: Sequence[Path], options: Mapping[str, Any], target: Path) -> None:
        """Run the model in `folder` on `images` and write before/after pictures into `target`."""
        ...
