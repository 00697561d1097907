"""JSON of a foreign description, within the limits of a card."""

from __future__ import annotations

import json
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.importing.values import Document, check_limits

_MAX_DIGITS = 18


def parse_json(text: str, where: str) -> Document:
    """Parse the text of one JSON document.

    Raises:
        Failure: it is no JSON, sets a key twice, or is not within the limits of a card.
    """
    try:
        values = json.loads(text, object_pairs_hook=_unique, parse_int=_integer, parse_constant=_no_constant)
        texts = json.loads(text, parse_int=str, parse_float=str)
        check_limits(values, where)
    except json.JSONDecodeError as exc:
        raise Failure(
            f"not valid JSON: {exc.msg}", where=f"{where}:{exc.lineno}:{exc.colno}", fix="correct it"
        ) from exc
    except _NotAllowed as exc:
        raise Failure(str(exc), where=where, fix="correct it") from exc
    except RecursionError as exc:
        raise Failure("is nested too deeply", where=where, fix="reduce the nesting") from exc
    return Document(values=values, texts=texts)


class _NotAllowed(ValueError):
    """A construct of JSON that readers take differently."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _NotAllowed(f"'{key[:60]}' is set twice")
        found[key] = value
    return found


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _MAX_DIGITS else text


def _no_constant(text: str) -> None:
    raise _NotAllowed(f"{text} is no number of JSON")
