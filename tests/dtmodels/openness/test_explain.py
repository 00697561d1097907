"""`dtmodels explain`: proofs with line numbers, as text and as JSON."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.card.reader import parse_card_file
from dtmodels.licence.expression import parse
from dtmodels.licence.tokens import LicenceError
from dtmodels.lint.engine import lint
from dtmodels.lint.explain_command import print_explanation
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited

FIXTURES = Path(__file__).parents[2] / "lint"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def explained(root: Path, *, as_json: bool = False, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    print_explanation(root, "toy-model", Console(out=out), as_json=as_json)
    return out.getvalue()


@pytest.fixture
def fixture(tmp_path: Path) -> Callable[[str], Path]:
    def build(name: str) -> Path:
        directory = tmp_path / "models" / "toy-model"
        directory.mkdir(parents=True)
        (directory / "card.yaml").write_bytes((FIXTURES / name / "card.yaml").read_bytes())
        return tmp_path

    return build


def test_explanation_of_open_model_refers_to_card_lines(fixture: Callable[[str], Path]) -> None:
    output = explained(fixture("MOF001/good-class-one")).splitlines()
    assert "grade: open" in output
    assert (
        "OSAID: open-source-ai is derived; open-source-ai is claimed, supported by the facts (card.yaml:26)" in output
    )
    assert output[-1] == "no improvement possible: every class is reached"
    card = (FIXTURES / "MOF001" / "good-class-one" / "card.yaml").read_text().splitlines()
    (line,) = [line for line in output if "evaluation code open" in line]
    assert "evaluation_code" in card[int(line.rpartition(":")[2].rstrip(")")) - 1]


def test_explanation_of_disclosed_model_lists_acceptances_and_improvements(fixture: Callable[[str], Path]) -> None:
    output = explained(fixture("DAT004/good-disclosed-and-accepted"))
    assert "grade: disclosed\n" in output
    assert "accepted: DAT004 by A. Maintainer on 2026-01-31: Nothing better exists today." in output
    assert "to be graded open:" in output
    assert "SA-1B: train without it (card.yaml:" in output


def test_unsupported_claim_is_reported(fixture: Callable[[str], Path]) -> None:
    output = explained(fixture("OSA001/bad-no-training-code"))
    assert "OSAID: open-model is derived; open-source-ai is claimed, not supported by the facts" in output
    assert "cannot be accepted: OSA001" in output


@pytest.mark.parametrize(
    ("claim", "said"),
    [("TODO", "nothing is claimed yet"), ("tbd", "nothing is claimed yet"), ("IV", "IV is claimed, which is no class")],
)
def test_a_claim_that_is_no_class_is_never_supported(fixture: Callable[[str], Path], claim: str, said: str) -> None:
    root = fixture("MOF001/good-class-one")
    card = root / "models" / "toy-model" / "card.yaml"
    card.write_text(re.sub(r"mof: \w+", f"mof: {claim}", card.read_text()).replace("status: released", "status: draft"))
    (line,) = [line for line in explained(root).splitlines() if line.startswith("MOF: ")]
    assert said in line and "supported" not in line


def test_finding_that_cannot_be_accepted_refuses_the_model(fixture: Callable[[str], Path]) -> None:
    output = explained(fixture("DAT005/bad-historic-openclip"))
    assert "grade: refused" in output
    assert "cannot be accepted: DAT005" in output


def test_draft_lists_findings_needed_for_a_release(fixture: Callable[[str], Path]) -> None:
    root = fixture("REP001/good-draft-without-digest")
    lines = [line.strip() for line in explained(root).splitlines() if "needed for a release: " in line]
    assert {line.split(": ")[1] for line in lines} >= {"REP001", "REP007"}
    card = root / "models" / "toy-model" / "card.yaml"
    card.write_text(card.read_text().replace("status: draft", "status: released"))
    released = explained(root)
    assert "needed for a release" not in released
    assert "REP001" in released


@pytest.mark.parametrize("case", ["SCH006/bad-todo-in-a-draft", "REP006/bad-unknown-in-a-draft"])
def test_draft_lists_hard_warnings_as_release_blockers(fixture: Callable[[str], Path], case: str) -> None:
    lines = [line.strip() for line in explained(fixture(case)).splitlines()]
    assert any(line.startswith(f"needed for a release: {case[:6]}: ") for line in lines), lines


def test_json_explanation(fixture: Callable[[str], Path]) -> None:
    found = json.loads(explained(fixture("OSA001/bad-mixed-data"), as_json=True))
    assert (found["version"], found["grade"]["value"]) == (1, "disclosed")
    assert found["classes"]["osaid"]["claimed"] == "open-source-ai"
    assert found["classes"]["osaid"]["derived"] == "open-model"
    assert [step["class"] for step in found["classes"]["mof"]["steps"]] == ["III", "II", "I"]
    leaves = list(find_leaves(found["classes"]))
    assert all(leaf["line"] > 0 and leaf["because"] for leaf in leaves)
    assert {leaf["holds"] for leaf in leaves} == {True, False}
    assert found["would_raise"][0]["to"] == "OSAID open-source-ai"


def find_leaves(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and "because" in value:
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from find_leaves(inner)


def test_terminal_output_is_coloured(fixture: Callable[[str], Path]) -> None:
    root = fixture("MOF001/good-class-one")
    plain, coloured = explained(root), explained(root, out=Terminal())
    assert plain.splitlines()[0] in coloured
    assert len(coloured.splitlines()) == len(plain.splitlines())


def test_workflow_commands_in_a_card_are_escaped(fixture: Callable[[str], Path]) -> None:
    root = fixture("DAT001/good-named")
    card = root / "models" / "toy-model" / "card.yaml"
    card.write_text(card.read_text().replace("name: Still Scenes", 'name: "Still Scenes ##[error]x"'))
    for output in (explained(root), explained(root, as_json=True)):
        assert "##[" not in output


def test_broken_card_and_unknown_model_fail(fixture: Callable[[str], Path]) -> None:
    root = fixture("SCH001/bad-list")
    with pytest.raises(Failure, match="prevent an explanation"):
        explained(root)
    with pytest.raises(WrongUsage, match="toy-model"):
        print_explanation(root, "toy-modle", Console(out=io.StringIO()), as_json=False)


GRADED = sorted({path.parent for path in FIXTURES.glob("*/*/card.yaml")})


@pytest.mark.parametrize("family", sorted({case.parent.name for case in GRADED}))
def test_the_grade_agrees_with_the_linter(family: str, tmp_path: Path) -> None:
    for case in (one for one in GRADED if one.parent.name == family):
        card = tmp_path / case.name / "models" / "toy-model" / "card.yaml"
        card.parent.mkdir(parents=True)
        card.write_bytes((case / "card.yaml").read_bytes())
        reading = parse_card_file(card)
        if reading.card is None or not is_expression(reading.card.license.weights):
            continue
        found = {one.rule for one in lint(tmp_path / case.name, select=["DAT", "COD", "MOF", "LIC"])}
        value = grade(with_inherited(reading.card, card.parent.parent))
        if "DAT005" in found:
            assert value == "refused", case
        elif found & {"DAT004", "COD001", "COD002", "MOF003"}:
            assert value in ("disclosed", "refused"), case
        if value == "refused":
            assert found & {"DAT005", "LIC003", "LIC007", "LIC014"}, case


def is_expression(text: str) -> bool:
    try:
        parse(text)
    except LicenceError:
        return False
    return True
