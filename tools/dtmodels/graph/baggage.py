"""Bytes of a graph that no runtime uses: documentation, metadata, training graphs, and fields of unknown formats."""

from __future__ import annotations

from collections.abc import Iterator

import onnx
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

IDLE_FIELDS = frozenset({"doc_string", "metadata_props", "training_info"})
"""Fields of ONNX messages that do not take part in inference; see `onnx.proto`."""


def idle_bytes(model: onnx.ModelProto) -> int:
    """Count the bytes of a model's texts, training graphs and unknown fields; weights are not read."""
    return sum(_idle(model))


def _idle(message: Message) -> Iterator[int]:
    for field, value in message.ListFields():
        if field.name in IDLE_FIELDS:
            yield from (_size(item) for item in ([value] if isinstance(value, str | bytes) else value))
        elif field.message_type is not None:
            for inner in [value] if isinstance(value, Message) else value:
                yield from _idle(inner)
    for unknown in UnknownFieldSet(message):
        yield len(unknown.data) if isinstance(unknown.data, bytes) else 1


def _size(value: str | bytes | Message) -> int:
    if isinstance(value, Message):
        return int(value.ByteSize())
    return len(value.encode(errors="surrogateescape") if isinstance(value, str) else value)
