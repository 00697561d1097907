"""The public contracts in `schema/`: found beside the sources in a checkout, inside the package once installed."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.suggestions import did_you_mean

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SUFFIX = ".schema.json"


@functools.cache
def schema_directory() -> Path:
    """The directory that holds the schemas."""
    installed = Path(__file__).parents[1] / "_schema"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "schema"


def schema_names() -> list[str]:
    """Names of the schemas, such as `card-v1`, sorted."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in schema_directory().glob(f"*{_SUFFIX}"))


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """The schema called `name`; treat it as read-only.

    Raises:
        WrongUsage: no such schema.
    """
    path = schema_directory() / f"{name}{_SUFFIX}"
    if not path.is_file():
        raise WrongUsage(f"there is no schema '{name}'", fix=did_you_mean(name, schema_names()))
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def check_json(name: str, value: Any, *, where: str) -> None:
    """Hold a JSON value against the schema called `name`.

    Raises:
        Failure: it breaks the schema; says at which place, in one sentence.
    """
    validator = _draft7()

    from jsonschema.exceptions import best_match

    if wrong := best_match(validator(load_schema(name)).iter_errors(value)):
        path = ".".join(str(step) for step in wrong.absolute_path)
        found = json.dumps(wrong.instance)
        shown = found if len(found) <= 80 else f"{found[:77]}..."
        demand = json.dumps(wrong.validator_value)
        what = f"{path or 'the document'} is {shown}, which breaks {wrong.validator}: {demand[:200]}"
        raise Failure(what, where=where, fix=f"see schema/{name}{_SUFFIX}")


@functools.cache
def _draft7() -> Any:
    """The validator of draft 07."""
    # Where rfc3987-syntax is installed, importing jsonschema compiles 39 grammars: seconds, for a format of
    # internationalised addresses that no schema here uses.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

    from jsonschema import Draft7Validator
    from jsonschema.validators import extend

    return extend(Draft7Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def _pattern(_: Any, pattern: str, found: Any, __: Any) -> Iterator[ValidationError]:
    """As JSON Schema means it: `$` is the very end. Python's also stands before a line break that ends the text."""
    from jsonschema.exceptions import ValidationError

    exact = f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern
    if isinstance(found, str) and not re.search(exact, found):
        yield ValidationError(f"{found!r} does not match {pattern!r}")
