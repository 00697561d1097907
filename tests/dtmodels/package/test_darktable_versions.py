"""darktable versions that take a package, by its configuration."""

from __future__ import annotations

from typing import Any

import pytest

from dtmodels.package.config_reader import PackageConfig
from dtmodels.package.darktable_versions import newer_needs, versions_text


def versions(**values: Any) -> str:
    config = PackageConfig(values=values)
    return versions_text(config, list(newer_needs(config)))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"task": "denoise"}, "5.6.0 and later"),
        ({"task": "proxy", "arch": "sam"}, "5.6.0 and later"),
        ({"task": "mask", "arch": "sam2"}, "5.6.0 and later"),
        ({"task": "mask", "arch": "segnext", "attributes": {"input_size": 1024}}, "5.6.0 and later"),
        ({"task": "denoise", "ort_optimization": "basic"}, "5.6.0 and later; 5.6 ignores ort_optimization"),
        ({"task": "denoise", "cpu_only": ["CUDA"], "coreml_format": "mlprogram"}, "5.6.0 and later"),
        ({"task": "mask", "arch": "sam"}, "5.7 only, because arch is sam, which 5.6 rejects"),
        (
            {"task": "mask", "arch": "sam", "attributes": {"input_size": 512}},
            "5.7 only, because arch is sam, which 5.6 rejects and input_size is 512, where 5.6 uses 1024",
        ),
    ],
)
def test_versions_and_their_reasons(values: dict[str, Any], text: str) -> None:
    assert versions(**values) == text
