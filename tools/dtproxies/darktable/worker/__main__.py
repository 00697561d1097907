"""Entry point: `layouts`, `orders` and `names` print JSON of a DIRECTORY; `serve` and `edit` answer at a DESCRIPTOR."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(task: str, argument: str) -> None:
    """Run one task and exit without darktable's own clean-up, which may hang."""
    # darktable prints to standard output, so the result goes to a duplicate of it.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if task == "layouts":
        from .layouts import read_layouts

        json.dump(read_layouts(Path(argument)), output)
        output.flush()
    elif task == "orders":
        from .orders import read_orders

        json.dump(read_orders(Path(argument)), output)
        output.flush()
    elif task == "names":
        from .names import read_names

        json.dump(read_names(Path(argument)), output)
        output.flush()
    elif task == "edit":
        from .serve_edit import serve_edit

        serve_edit(int(argument))
    else:
        from .serve import serve

        serve(int(argument))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
