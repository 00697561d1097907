"""Output and exit codes of `dtmodels licence`."""

import io
import json
from pathlib import Path

import pytest

from dtbase.terminal.console import Console
from dtmodels.licence.command import print_comparison, print_verdict

EMPTY_SPDX_LIST = '{"licenseListVersion": "1.0", "licenses": []}'


def run_licence(expression: str, *, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    code = print_verdict(expression, Console(out=out), as_json=as_json)
    return code, out.getvalue()


@pytest.mark.parametrize(
    ("expression", "code"),
    [("MIT", 0), ("CC-BY-SA-4.0", 1), ("JSON", 1), ("Beerware", 1), ("MIT OR", 2), ("MIT WITH LLVM-exception", 2)],
)
def test_exit_code_follows_verdict(expression: str, code: int) -> None:
    assert run_licence(expression)[0] == code
    assert run_licence(expression, as_json=True)[0] == code


def test_report_lists_reason_and_authority_of_each_part() -> None:
    assert run_licence("MIT AND CC-BY-NC-4.0")[1].splitlines() == [
        "incompatible: MIT AND CC-BY-NC-4.0",
        "incompatible: all of these apply",
        "├─ compatible: MIT",
        "│       Free, and on the FSF's list of licences compatible with the GPL; its notices must be preserved.",
        "│       Free Software Foundation, list of licences: https://www.gnu.org/licenses/license-list.html#Expat",
        "│       settled; the authority was read in a quotation; reviewed 2026-11-20",
        "└─ incompatible: CC-BY-NC-4.0",
        "        Forbids commercial use, so it is not free and no part of a GPL work.",
        "        Free Software Foundation, list of licences: https://www.gnu.org/licenses/license-list.html#CC-BY-NC",
        "        settled; the authority's published data were read; reviewed 2026-11-20",
        "OSI-approved: no; free: no; as training data: restricted",
    ]


def test_report_marks_position_of_error() -> None:
    assert run_licence("MIT OR")[1].splitlines() == [
        "invalid: MIT OR",
        "             ^^",
        "  the expression ends after 'OR'",
        "  fix: write the licence that follows, or delete it",
    ]


def test_report_names_chosen_alternative_and_condition() -> None:
    lines = run_licence("JSON OR CC-BY-SA-4.0")[1].splitlines()
    assert "chosen: CC-BY-SA-4.0" in lines
    assert any("condition: The weights" in line for line in lines)


def test_json_report() -> None:
    value = json.loads(run_licence("GPL-2.0-only OR MIT", as_json=True)[1])
    assert (value["version"], value["verdict"], value["chosen"]) == (1, "compatible", "MIT")
    assert [part["verdict"] for part in value["tree"]["parts"]] == ["incompatible", "compatible"]
    assert json.loads(run_licence("(", as_json=True)[1])["tree"] is None


def test_hostile_texts_are_invalid_and_escaped() -> None:
    for text in ["", "\x1b[2J", "MIT\nOR", "\ud800", "(" * 5000]:
        assert run_licence(text)[0] == 2
        assert "\x1b" not in run_licence(text)[1]


def test_comparison_names_sources(tmp_path: Path) -> None:
    (tmp_path / "spdx.json").write_text(EMPTY_SPDX_LIST)
    matrix = {"timestamp": "2026-01-01T00:00:00+00:00", "GPL-3.0-or-later": {"FTL": "No"}}
    (tmp_path / "osadl.json").write_text(json.dumps(matrix))
    for as_json in (False, True):
        out = io.StringIO()
        print_comparison(tmp_path / "spdx.json", tmp_path / "osadl.json", Console(out=out), as_json=as_json)
        assert "recalled from memory" not in out.getvalue()
        assert "FTL: compatible in the table, No at OSADL" in out.getvalue()
        assert "2026-01-01" in out.getvalue()
