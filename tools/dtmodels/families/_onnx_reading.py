"""Report what libraries raise on an invalid graph as one failure."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from dtbase.system.errors import Failure


@contextlib.contextmanager
def reading(where: str) -> Iterator[None]:
    """Report what the libraries raise on an invalid graph as one failure.

    onnx, onnx_ir and protobuf raise many unrelated types for graphs that refer to missing tensors, have cycles, or
    store fewer bytes than a shape needs; onnx_ir also logs them.
    """
    level = logging.getLogger("onnx_ir").level
    logging.getLogger("onnx_ir").setLevel(logging.CRITICAL)
    try:
        yield
    except (Failure, MemoryError):
        raise
    except Exception as exc:
        raise invalid(exc, where) from exc
    finally:
        logging.getLogger("onnx_ir").setLevel(level)


def invalid(exc: BaseException, where: str) -> Failure:
    """The failure for a graph that a library rejects: its innermost reason, on one line."""
    while exc.__cause__ is not None:
        exc = exc.__cause__
    reason = " ".join(str(exc).split())[:200] or type(exc).__name__
    return Failure(f"is not a valid ONNX graph ({reason})", where=where, fix="export it again, or ask its author to")
