"""Pipeline requests in YAML files, and as the name of a module."""

from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtproxies.pipeline.request import read_request

GOOD = """
modules:
  sharpen: {sliders: {amount: 1}, free: all}
  exposure:
    sliders: {exposure: 0.5}
    free: [black]
  sigmoid:
    enabled: false
"""


def written(directory: Path, text: str) -> str:
    path = directory / "pipeline.yaml"
    path.write_text(text)
    return str(path)


def test_enabled_modules_are_read_with_their_sliders(tmp_path: Path) -> None:
    request = read_request(written(tmp_path, GOOD))
    assert {one.module: (dict(one.sliders), one.free) for one in request.modules} == {
        "sharpen": ({"amount": 1}, None),
        "exposure": ({"exposure": 0.5}, ("black",)),
    }
    assert request.order_version == 4


def test_single_module_has_all_sliders_free() -> None:
    (request,) = read_request("exposure").modules
    assert (request.module, request.free) == ("exposure", None)


def test_unknown_module_suggests_a_similar_name() -> None:
    with pytest.raises(WrongUsage, match="no module named 'expsure' has a proxy") as exc:
        read_request("expsure")
    assert "did you mean exposure" in str(exc.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modules: [exposure]", "expected a mapping by name"),
        ("module: {}", "did you mean modules"),
        ("modules: {exposure: {slider: {}}}", "did you mean sliders"),
        ("modules: {exposure: {sliders: {black: [1]}}}", "a number or the name of a choice"),
        ("modules: {exposure: {free: black}}", "a list of sliders or 'all'"),
        ("modules: {exposure: {enabled: 3}}", "enabled must be true or false"),
        ("order: new\nmodules: {exposure: {}}", "order must be a number"),
        ("modules: {", "is not YAML"),
    ],
)
def test_invalid_structure_names_its_location(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Failure) as exc:
        read_request(written(tmp_path, text))
    assert message in str(exc.value)
    assert "pipeline.yaml" in str(exc.value)
