import io
import json
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable.find import Darktable
from dtproxies.survey import survey_file
from dtproxies.survey.measure import MeasuredModule, measure
from dtproxies.survey.survey_file import read_survey, survey

QUIET = Console(out=io.StringIO(), remarks=io.StringIO())

KNOWN = {
    "exposure": ("input-rgb", "input-rgb", "exact", 0),
    "sharpen": ("lab", "lab", "local", 12),
    "velvia": ("work-rgb", "work-rgb", "colour", 0),
    "vignette": ("work-rgb", "work-rgb", "position", 0),
    "temperature": ("raw", "raw", "raw", 0),
}
FAST = ("sharpen", "vignette")
"""Modules that the default run measures; the others take too long."""


@pytest.mark.darktable
@pytest.mark.parametrize(
    "module", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in KNOWN]
)
def test_measured_properties_of_known_modules(darktable: Darktable, module: str) -> None:
    measured = measure(darktable, module)
    assert (measured.input, measured.output, measured.kind, measured.reach) == KNOWN[module]
    if module == "exposure":
        assert {"exposure", "black"} <= set(measured.acts)
        assert "deflicker_percentile" in measured.idle, "it reads a raw file's histogram"
    if module == "sharpen":
        assert measured.acts == ("radius", "amount", "threshold")


@pytest.mark.darktable
def test_module_that_cannot_be_measured_has_a_reason(darktable: Darktable, tmp_path: Path) -> None:
    survey(QUIET, darktable, tmp_path / "modules.json", "rawprepare")
    assert "integers of a raw file" in read_survey(tmp_path / "modules.json")["rawprepare"]["why"]


def test_interrupted_survey_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    darktable = Darktable(version="5.4.1", cli=(), python=(), library=Path())
    monkeypatch.setattr(survey_file.introspection, "layouts", lambda _: {"one": None, "two": None, "three": None})
    measured_names: list[str] = []

    def broken(_: Darktable, name: str) -> MeasuredModule:
        measured_names.append(name)
        if name == "two" and measured_names.count("two") == 1:
            raise KeyboardInterrupt
        return MeasuredModule(input="lab", output="lab", kind="colour", reach=0, acts=("a",), idle=(), untried=0)

    monkeypatch.setattr(survey_file, "measure", broken)
    path = tmp_path / "modules.json"
    with pytest.raises(KeyboardInterrupt):
        survey(QUIET, darktable, path)
    survey(QUIET, darktable, path)
    assert sorted(measured_names) == ["one", "three", "two", "two"]
    assert set(read_survey(path)) == {"one", "two", "three"}
    assert json.loads(path.read_text())["darktable"] == "5.4.1"


def test_other_darktable_version_is_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "modules.json"
    path.write_text('{"darktable": "5.2.0", "modules": {"gone": {"why": "old"}}}')
    monkeypatch.setattr(survey_file.introspection, "layouts", lambda _: {})
    monkeypatch.setattr(
        survey_file,
        "measure",
        lambda *_: MeasuredModule(input="lab", output="lab", kind="colour", reach=0, acts=(), idle=(), untried=0),
    )
    survey(QUIET, Darktable(version="5.4.1", cli=(), python=(), library=Path()), path, "new")
    assert set(read_survey(path)) == {"new"}


def test_broken_survey_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(Failure, match="not a survey file"):
        read_survey(tmp_path / "modules.json")
