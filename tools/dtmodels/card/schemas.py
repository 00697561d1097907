"""JSON Schemas of the public file formats, in `schema/`."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.shipped_files import shipped
from dtbase.system.suggestions import did_you_mean

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SUFFIX = ".schema.json"


def schema_directory() -> Path:
    """Return the directory of the schemas."""
    return shipped("schema")


def schema_names() -> list[str]:
    """Return the names of the schemas, such as `card-v1`, sorted."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in schema_directory().glob(f"*{_SUFFIX}"))


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """Return the schema `name`; callers must not modify it.

    Raises:
        WrongUsage: there is no such schema.
    """
    path = schema_directory() / f"{name}{_SUFFIX}"
    if not path.is_file():
        raise WrongUsage(f"there is no schema '{name}'", fix=did_you_mean(name, schema_names()))
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def check_json(name: str, value: Any, *, where: str) -> None:
    """Validate a JSON value against the schema `name`.

    Raises:
        Failure: it breaks the schema; the message states the path and the broken keyword.
    """
    validator = _draft7()

    from jsonschema.exceptions import best_match

    if error := best_match(validator(load_schema(name)).iter_errors(value)):
        path = ".".join(str(step) for step in error.absolute_path)
        value_text = json.dumps(error.instance)
        excerpt = value_text if len(value_text) <= 80 else f"{value_text[:77]}..."
        requirement = json.dumps(error.validator_value)
        what = f"{path or 'the document'} is {excerpt}, which breaks {error.validator}: {requirement[:200]}"
        raise Failure(what, where=where, fix=f"see schema/{name}{_SUFFIX}")


@functools.cache
def _draft7() -> Any:
    """Return the validator for draft 07, with exact pattern matching."""
    # If rfc3987-syntax is installed, importing jsonschema compiles 39 grammars, which takes seconds. No schema here
    # uses that format (internationalised URLs).
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

    from jsonschema import Draft7Validator
    from jsonschema.validators import extend

    return extend(Draft7Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Match `$` at the very end, as JSON Schema does; Python's `$` also matches before a final line break."""
    from jsonschema.exceptions import ValidationError

    exact = f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(exact, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")
