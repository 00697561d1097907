"""Cards with unsupported claims, hidden facts or unsafe URLs: exact findings of all rules together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from dtmodels.lint.engine import lint

HERE = Path(__file__).parent
ACCEPTED = '{{rule: {rule}, reason: Nothing better exists today., by: A. Maintainer, date: "2026-01-31"}}'

Edit = Callable[[str], str]


def card(name: str) -> str:
    return (HERE / name / "card.yaml").read_text(encoding="utf-8")


def rule_counts(root: Path, text: str) -> Counter[str]:
    path = root / "models" / "toy-model" / "card.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return Counter(finding.rule for finding in lint(root) if finding.rule != "DOC001" and finding.severity != "info")


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("DAT005/bad-historic-openclip", {"DAT004": 1, "DAT005": 1, "OSA001": 1, "MOF001": 1}),
        ("DAT004/bad-research-only-unnamed", {"DAT004": 1}),
        ("DAT004/good-disclosed-and-accepted", {}),
        ("OSA001/bad-mixed-data", {"OSA001": 1, "MOF001": 1}),
        ("LIM001/bad-none-with-noassertion", {"LIM001": 1, "LIM002": 1, "DAT004": 1}),
        ("COD002/bad-wtfpl", {"COD002": 1}),
        ("COD002/bad-cc0-1.0", {"COD002": 1}),
        ("REP002/bad-resolve-main", {"REP002": 1}),
        ("REP003/bad-drive", {"REP003": 1}),
        ("SCP002/good-portrait-mask", {}),
        ("PRI001/bad-inference", {"PRI001": 1}),
    ],
)
def test_findings_of_a_card(tmp_path: Path, name: str, rules: dict[str, int]) -> None:
    assert rule_counts(tmp_path, card(name)) == rules


@pytest.mark.parametrize(
    ("url", "rules"),
    [
        ("gdrive://1a2b3c", {"REP004": 1}),
        ("http://toys.net/weights.pth", {"REP004": 1}),
        ("file:///etc/passwd", {"REP004": 1}),
        ("https://127.0.0.1/weights.pth", {"REP004": 1}),
        ("https://drive.google.com/uc?id=1a2b3c", {"REP003": 1}),
    ],
)
def test_checkpoint_url_is_public_and_permanent(tmp_path: Path, url: str, rules: dict[str, int]) -> None:
    text = card("REP002/good-tag").replace(
        "https://github.com/owner/toys/releases/download/v1/weights.safetensors", url
    )
    assert url in text
    assert rule_counts(tmp_path, text) == rules


def test_file_sharing_url_without_digest(tmp_path: Path) -> None:
    text = card("REP003/bad-drive").replace("status: draft", "status: released")
    text = "".join(line for line in text.splitlines(keepends=True) if "sha256" not in line and "bytes" not in line)
    rules = rule_counts(tmp_path, text + 'changes: {"1.0": First release.}\n')
    assert rules.keys() == {"REP001", "REP003", "REP007"}


@pytest.mark.parametrize("name", ["../../.ssh/id", "/etc/passwd", "x" * 5000])
def test_checkpoint_path_outside_the_directory(tmp_path: Path, name: str) -> None:
    text = card("REP008/bad-by-suffix").replace("weights.pth", name)
    assert rule_counts(tmp_path, text).keys() <= {"REP005", "SCH004"}


@pytest.mark.parametrize("rule", ["DAT005", "PRI001", "SCP001", "SCP002", "LIC003"])
def test_hard_rules_cannot_be_accepted(tmp_path: Path, rule: str) -> None:
    name = next(path.parent for path in sorted((HERE / rule).glob("bad-*/card.yaml")))
    text = card(f"{rule}/{name.name}").partition("acceptances:")[0] + f"acceptances: [{ACCEPTED.format(rule=rule)}]\n"
    rules = rule_counts(tmp_path, text)
    assert rule in rules
    assert rules["SUP001"] == 1


def test_comment_does_not_silence_a_rule(tmp_path: Path) -> None:
    text = card("PRI001/bad-inference").replace("telemetry: none}", "telemetry: none}  # card: ignore[PRI001] because")
    assert rule_counts(tmp_path, text) == {"PRI001": 1, "SUP001": 1}


def test_face_swap_is_rejected_by_task_and_description(tmp_path: Path) -> None:
    text = card("SCP002/bad-deepfake").replace("task: mask", "task: face-swap")
    assert rule_counts(tmp_path, text) == {"SCP001": 1, "SCP002": 1}
