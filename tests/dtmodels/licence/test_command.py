"""What `dtmodels licence` prints, and how it ends."""

import io
import json
from pathlib import Path

import pytest

from dtbase.terminal.console import Console
from dtmodels.licence.command import answer, compare_table

NOTHING = '{"licenseListVersion": "1.0", "licenses": []}'


def said(expression: str, *, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    code = answer(expression, Console(out=out), as_json=as_json)
    return code, out.getvalue()


@pytest.mark.parametrize(
    ("expression", "code"),
    [("MIT", 0), ("CC-BY-SA-4.0", 1), ("JSON", 1), ("Beerware", 1), ("MIT OR", 2), ("MIT WITH LLVM-exception", 2)],
)
def test_the_exit_code_tells_the_verdict(expression: str, code: int) -> None:
    assert said(expression)[0] == code
    assert said(expression, as_json=True)[0] == code


def test_every_part_is_shown_with_reason_and_authority() -> None:
    assert said("MIT AND CC-BY-NC-4.0")[1].splitlines() == [
        "incompatible: MIT AND CC-BY-NC-4.0",
        "incompatible: all of these hold",
        "├─ compatible: MIT",
        "│       Free, and on the FSF's list of licences compatible with the GPL; the notices have to be kept.",
        "│       Free Software Foundation, list of licences: https://www.gnu.org/licenses/license-list.html#Expat",
        "│       settled; its words were read where others quote them; reviewed 2026-11-20",
        "└─ incompatible: CC-BY-NC-4.0",
        "        Forbids commercial use, so it is not free and no part of a GPL work.",
        "        Free Software Foundation, list of licences: https://www.gnu.org/licenses/license-list.html#CC-BY-NC",
        "        settled; its published data were read; reviewed 2026-11-20",
        "OSI-approved: no; free: no; as training data: restricted",
    ]


def test_the_place_of_a_mistake_is_marked() -> None:
    assert said("MIT OR")[1].splitlines() == [
        "invalid: MIT OR",
        "             ^^",
        "  the expression ends after 'OR'",
        "  fix: name the licence that follows, or delete it",
    ]


def test_the_chosen_alternative_and_the_condition_are_told() -> None:
    lines = said("JSON OR CC-BY-SA-4.0")[1].splitlines()
    assert "chosen: CC-BY-SA-4.0" in lines
    assert any("condition: The weights" in line for line in lines)


def test_json_says_the_same() -> None:
    value = json.loads(said("GPL-2.0-only OR MIT", as_json=True)[1])
    assert (value["version"], value["verdict"], value["chosen"]) == (1, "compatible", "MIT")
    assert [part["verdict"] for part in value["tree"]["parts"]] == ["incompatible", "compatible"]
    assert json.loads(said("(", as_json=True)[1])["tree"] is None


def test_hostile_texts_are_answered_too() -> None:
    for text in ["", "\x1b[2J", "MIT\nOR", "\ud800", "(" * 5000]:
        assert said(text)[0] == 2
        assert "\x1b" not in said(text)[1]


def test_a_comparison_names_its_sources_and_how_the_authorities_were_read(tmp_path: Path) -> None:
    (tmp_path / "spdx.json").write_text(NOTHING)
    matrix = {"timestamp": "2026-01-01T00:00:00+00:00", "GPL-3.0-or-later": {"FTL": "No"}}
    (tmp_path / "osadl.json").write_text(json.dumps(matrix))
    for as_json in (False, True):
        out = io.StringIO()
        compare_table(tmp_path / "spdx.json", tmp_path / "osadl.json", Console(out=out), as_json=as_json)
        assert "recalled, to be read" not in out.getvalue()
        assert "FTL: compatible here, No there" in out.getvalue()
        assert "2026-01-01" in out.getvalue()
