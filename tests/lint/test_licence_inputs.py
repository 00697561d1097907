"""Values of `license.weights`, and the exact findings of all licence rules together."""

from pathlib import Path

import pytest

from dtmodels.lint.engine import lint
from dtmodels.lint.registry import select_rules
from dtmodels.lint.rule import Finding, Rule

HERE = Path(__file__).parent
GOOD = (HERE / "LIC001" / "good-stated" / "card.yaml").read_text(encoding="utf-8")
WEIGHTS = "{weights: MIT, code: MIT}"

INPUTS = {
    "{code: MIT}": "LIC001 error",
    "{weights: null, code: MIT}": "LIC001 error",
    '{weights: "", code: MIT}': "LIC001 error",
    "{weights: [MIT, Apache-2.0], code: MIT}": "SCH004 error",
    "MIT OR": "LIC002 error",
    "(MIT": "LIC002 error",
    "(Apache-2.0) AND ()": "LIC002 error",
    "MIT/Apache-2.0": "LIC002 error",
    "Apache 2.0": "LIC002 error",
    "ＭＩＴ": "LIC002 error",
    "apache-2.0": "LIC010 warning",
    "MIT or Apache-2.0": "LIC008 warning, LIC010 warning",
    "MIT Or Apache-2.0": "LIC002 error",
    "GPL-3.0": "LIC007 warning",
    "GPL-2.0": "LIC007 error",
    "GPL-2.0+": "LIC007 warning",
    "GPL-2.0-only": "LIC003 error",
    "GPL-2.0-only OR MIT": "LIC008 warning",
    "MIT AND CC-BY-NC-4.0": "LIC003 error",
    "MPL-2.0-no-copyleft-exception": "LIC003 error",
    "CC-BY-4.0": "LIC012 warning",
    "{weights: CC-BY-4.0, code: MIT, attribution: A. Author}": "",
    "CC-BY-SA-4.0": "LIC004 error",
    "CC-BY-SA-3.0": "LIC003 error",
    "AGPL-3.0-only": "LIC006 warning",
    "LGPL-3.0-only": "",
    "GPL-3.0-only": "",
    "FTL": "LIC006 warning",
    "BSD-4-Clause": "LIC003 error",
    "JSON": "LIC003 error",
    "NASA-1.3": "LIC003 error",
    "Artistic-1.0": "LIC003 error",
    "ODbL-1.0": "LIC003 error",
    "NOASSERTION": "LIC003 error",
    "MIT OR NOASSERTION": "LIC002 error",
    "LicenseRef-SAM-License": "LIC003 error",
    "LicenseRef-Unknown": "LIC005 error",
    "openrail": "LIC002 error",
    "other": "LIC002 error",
    "unknown": "LIC002 error",
    '"' + "MIT OR " * 200 + '"': "LIC002 error",
    "Beerware": "LIC005 error",
    "AGPL-3.0-only+": "LIC002 error",
    "CC-BY-4.0+": "LIC002 error",
    "{weights: NO, code: MIT}": "LIC002 error",
}


@pytest.mark.parametrize(("written", "expected"), INPUTS.items(), ids=[written[:40] for written in INPUTS])
def test_findings_of_a_licence(tmp_path: Path, written: str, expected: str) -> None:
    found = lint_licence(tmp_path, written if written.startswith("{") else f"{{weights: {written}, code: MIT}}")
    assert ", ".join(f"{finding.rule} {finding.severity}" for finding in found) == expected


def test_fix_for_a_list_explains_and_and_or(tmp_path: Path) -> None:
    (finding,) = lint_licence(tmp_path, "{weights: [MIT, Apache-2.0], code: MIT}")
    assert "OR" in finding.fix and "AND" in finding.fix


def test_long_expression_has_a_short_message(tmp_path: Path) -> None:
    (finding,) = lint_licence(tmp_path, '{weights: "' + "MIT OR " * 200 + '", code: MIT}')
    assert len(finding.message) < 100


def test_finding_marks_the_failing_part(tmp_path: Path) -> None:
    for quote in ("", '"', "'"):
        (finding,) = lint_licence(tmp_path, f"{{weights: {quote}MIT AND CC-BY-NC-4.0{quote}, code: MIT}}")
        line = (tmp_path / finding.path).read_text(encoding="utf-8").splitlines()[finding.line - 1]
        assert line[finding.column - 1 : finding.end - 1] == "CC-BY-NC-4.0"
        assert "https://www.gnu.org/licenses/license-list.html#CC-BY-NC" in finding.message


def test_fixes_of_common_names_and_spellings(tmp_path: Path) -> None:
    for written, fixable, edits in [("Apache 2.0", "unsafe", 1), ("apache-2.0", "safe", 1), ("GPL-3.0", "", 0)]:
        (finding,) = lint_licence(tmp_path, f"{{weights: {written}, code: MIT}}")
        assert (finding.fixable, len(finding.edits)) == (fixable, edits)


def test_incompatible_licence_cannot_be_accepted(tmp_path: Path) -> None:
    for rule, written in (("LIC003", "JSON"), ("LIC007", "GPL-2.0")):
        accepted = f'\nacceptances: [{{rule: {rule}, reason: we like it a lot, by: A. Author, date: "2026-01-31"}}]'
        found = lint_licence(tmp_path, f"{{weights: {written}, code: MIT}}{accepted}")
        assert [finding.rule for finding in found if finding.severity == "error"] == [rule]


EXAMPLES = [rule for rule in select_rules(["LIC"]) if rule.check_card and "# and LICENSE" not in rule.bad]


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.id)
def test_examples_of_a_rule_match_its_findings(tmp_path: Path, rule: Rule) -> None:
    (tmp_path / "models" / "toy-model").mkdir(parents=True)
    (tmp_path / "models" / "toy-model" / "LICENSE-PublicDomain.txt").write_text("test\n")
    examples = {"bad": rule.bad, "good": rule.good}
    rules = {
        kind: [finding.rule for finding in lint_licence(tmp_path, text.removeprefix("license:"))]
        for kind, text in examples.items()
    }
    assert rule.id in rules["bad"]
    assert rules["good"] in ([], ["LIC009"] if rule.id == "LIC009" else [])


def lint_licence(root: Path, written: str) -> list[Finding]:
    directory = root / "models" / "toy-model"
    directory.mkdir(parents=True, exist_ok=True)
    assert WEIGHTS in GOOD
    (directory / "card.yaml").write_text(
        GOOD.replace(f" {WEIGHTS}", written if written[0] == "\n" else f" {written}"), encoding="utf-8"
    )
    found = lint(root, select={"LIC", "SCH", "YML"})
    return [finding for finding in found if finding.rule != "YML006"]
