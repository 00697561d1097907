"""Read a `model.yaml` of darktable-ai into plain values, with the strict YAML reader of cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.yaml.document import (
    MAX_DOCUMENT_BYTES,
    Scalar,
    Sequence,
    UnreadableDocument,
    YamlNode,
    compose_document,
    decode_document,
)
from dtmodels.yaml.document import Mapping as Fields
from dtmodels.yaml.values import NotJson, plain_value


def read_model_yaml(path: Path) -> dict[str, Any]:
    """The fields of the file at `path`; text fields are text, even where YAML would read a number.

    Raises:
        WrongUsage: there is no such file, or it is already a card.
        Failure: it is not plain YAML, or not in darktable-ai's format.
    """
    if not path.is_file():
        raise WrongUsage("there is no such file", where=str(path), fix="give the path of a model.yaml")
    with path.open("rb") as file:
        data = file.read(MAX_DOCUMENT_BYTES + 1)
    try:
        root, problems = compose_document(decode_document(data))
        if problems:
            raise UnreadableDocument(problems[0])
    except UnreadableDocument as exc:
        span = exc.problem.span
        raise Failure(exc.problem.what, where=f"{path}:{span.line}:{span.column}", fix=exc.problem.fix) from exc
    values: dict[str, Any] = _plain(root) if isinstance(root, Fields) else {}
    if "schema" in values:
        raise WrongUsage(
            "is already a card of this repository", where=str(path), fix="move it to models/<id>/card.yaml"
        )
    if not isinstance(values.get("model_card"), dict) and not values.get("id"):
        raise Failure(
            "has neither an id nor a model_card", where=str(path), fix="give the path of a model.yaml of darktable-ai"
        )
    return values


_TEXTS = {"id", "name", "description", "task", "version", "arch", "type", "model_card", "checkpoints"}
"""Fields whose values are text, even where YAML would read a number."""


def _plain(node: YamlNode, *, text: bool = False) -> Any:
    match node:
        case Fields():
            return {key.text: _plain(inner, text=text or key.text in _TEXTS) for key, inner in node.pairs}
        case Sequence():
            return [_plain(item, text=text) for item in node.items]
        case Scalar() if text or not node.plain:
            return node.text
        case Scalar():
            try:
                return plain_value(node.text)
            except NotJson:
                return node.text
