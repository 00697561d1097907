"""Start as `layouts FOLDER` or `orders FOLDER`, which print JSON, or as `serve DESCRIPTOR`, which answers requests."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(task: str, argument: str) -> None:
    """Do one task in this process and leave without running darktable's own clean-up, which may hang."""
    # darktable prints to standard output as it likes; answers go where it cannot reach.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if task == "layouts":
        from .layouts import read_layouts

        json.dump(read_layouts(Path(argument)), answers)
        answers.flush()
    elif task == "orders":
        from .orders import read_orders

        json.dump(read_orders(Path(argument)), answers)
        answers.flush()
    else:
        from .serve import serve

        serve(int(argument))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
