"""Package attributes and conversion options contain no URL, host or account.

A model that runs locally needs none of these. The settings are passed on unchanged, so a program could connect to a
host that they name.

Fix: Delete it. Data that has to be downloaded is a checkpoint, with its digest.

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
    """Search all free-form settings."""
    card = subject.card
    settings: list[tuple[FieldPath, Any]] = [
        (("package", "attributes"), card.package.attributes),
        (("convert", "options"), card.convert.options),
    ]
    for where, value in settings:
        yield from _walk(where, value)


def _walk(where: FieldPath, value: Any) -> Iterator[RuleResult]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if _KEY.search(name) and not isinstance(inner, dict | list):
                yield _remote(where=(*where, name), named=name)
            else:
                yield from _walk((*where, name), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk((*where, index), inner)
    elif isinstance(value, str) and _VALUE.search(value.strip()):
        yield _remote(where=where, named=value[:60])


def _remote(*, where: FieldPath, named: str) -> RuleResult:
    return RuleResult(
        where=where, what=f"'{named}' refers to another machine", fix="delete it; the model must run without network"
    )
