"""Nothing darktable or a family is told names an address, a host or an account.

A model that runs locally has no use for one. Settings are handed on as they are, so what stands there could be called.

Fix: delete it; data that has to be fetched is a checkpoint, with its digest.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    package: {type: single, attributes: {endpoint: "https://inference.still-net.org/v1"}}

Good::

    package: {type: single, attributes: {input_sizes: [768]}}
"""

import re
from collections.abc import Iterator
from typing import Any

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_VALUE = re.compile(
    r"""(?ix)
    (?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://                                    # a scheme
    | ^(mailto|data|file|javascript): | ^www\. | \blocalhost\b
    | ^\[?[0-9a-f:]*::[0-9a-f:]*\]?(:[0-9]+)?$              # IPv6
    | ^[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]+)?(/|$)           # IPv4
    | ^([a-z0-9-]+\.)+(com|org|net|io|ai|dev|app|cloud|local|internal)(:[0-9]+)?(/|$)
    | ^[0-9.-]*[a-z][a-z0-9.-]*:[0-9]{2,5}(/|$)                          # host and port
    """
)
_KEY = re.compile(
    r"(?i)(^|[_-])(url|uri|endpoint|host(name)?|socket|server|webhook|api_?(key|base)|token|telemetry)$",
)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Walk through everything free-form."""
    card = subject.card
    free: list[tuple[FieldPath, Any]] = [
        (("package", "attributes"), card.package.attributes),
        (("convert", "options"), card.convert.options),
    ]
    for where, value in free:
        yield from _walk(where, value)


def _walk(where: FieldPath, value: Any) -> Iterator[RuleResult]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if _KEY.search(name) and not isinstance(inner, dict | list):
                yield _reaches(where=(*where, name), named=name)
            else:
                yield from _walk((*where, name), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk((*where, index), inner)
    elif isinstance(value, str) and _VALUE.search(value.strip()):
        yield _reaches(where=where, named=value[:60])


def _reaches(*, where: FieldPath, named: str) -> RuleResult:
    return RuleResult(where=where, what=f"'{named}' reaches out of the machine", fix="delete it")
