"""Cards that claim too much, hide something or reach out: each is answered by the rules for it and by no other."""

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


def found(root: Path, text: str) -> Counter[str]:
    path = root / "models" / "toy-model" / "card.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return Counter(one.rule for one in lint(root) if one.rule != "DOC001" and one.severity != "info")


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
def test_a_card_gets_these_findings_and_no_others(tmp_path: Path, name: str, rules: dict[str, int]) -> None:
    assert found(tmp_path, card(name)) == rules


@pytest.mark.parametrize(
    ("address", "rules"),
    [
        ("gdrive://1a2b3c", {"REP004": 1}),
        ("http://toys.net/weights.pth", {"REP004": 1}),
        ("file:///etc/passwd", {"REP004": 1}),
        ("https://127.0.0.1/weights.pth", {"REP004": 1}),
        ("https://drive.google.com/uc?id=1a2b3c", {"REP003": 1}),
    ],
)
def test_a_checkpoint_lies_at_a_public_lasting_address(tmp_path: Path, address: str, rules: dict[str, int]) -> None:
    text = card("REP002/good-tag").replace(
        "https://github.com/owner/toys/releases/download/v1/weights.safetensors", address
    )
    assert address in text
    assert found(tmp_path, text) == rules


def test_a_share_without_a_digest_is_two_defects_in_a_release(tmp_path: Path) -> None:
    text = card("REP003/bad-drive").replace("status: draft", "status: released")
    text = "".join(line for line in text.splitlines(keepends=True) if "sha256" not in line and "bytes" not in line)
    rules = found(tmp_path, text + 'changes: {"1.0": First release.}\n')
    assert rules.keys() == {"REP001", "REP003", "REP007"}


@pytest.mark.parametrize("name", ["../../.ssh/id", "/etc/passwd", "x" * 5000])
def test_a_file_stays_in_its_directory(tmp_path: Path, name: str) -> None:
    text = card("REP008/bad-by-suffix").replace("weights.pth", name)
    assert found(tmp_path, text).keys() <= {"REP005", "SCH004"}


@pytest.mark.parametrize("rule", ["DAT005", "PRI001", "SCP001", "SCP002", "LIC003"])
def test_what_is_hard_cannot_be_accepted(tmp_path: Path, rule: str) -> None:
    name = next(path.parent for path in sorted((HERE / rule).glob("bad-*/card.yaml")))
    text = card(f"{rule}/{name.name}").partition("acceptances:")[0] + f"acceptances: [{ACCEPTED.format(rule=rule)}]\n"
    rules = found(tmp_path, text)
    assert rule in rules
    assert rules["SUP001"] == 1


def test_a_comment_does_not_silence_what_is_hard(tmp_path: Path) -> None:
    text = card("PRI001/bad-inference").replace("telemetry: none}", "telemetry: none}  # card: ignore[PRI001] because")
    assert found(tmp_path, text) == {"PRI001": 1, "SUP001": 1}


def test_a_face_swapper_is_refused_as_a_task_and_by_its_words(tmp_path: Path) -> None:
    text = card("SCP002/bad-deepfake").replace("task: mask", "task: face-swap")
    assert found(tmp_path, text) == {"SCP001": 1, "SCP002": 1}
