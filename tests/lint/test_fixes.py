"""Autofix: only the named characters change, and a file is written atomically."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dtmodels.card.reader import parse_card_file
from dtmodels.card.source_edits import TextEdit, apply_edits, edit_for_change
from dtmodels.lint.engine import lint
from dtmodels.lint.fixes import apply_fixes
from dtmodels.yaml.document import SourceChange

HERE = Path(__file__).parent
Repository = Callable[[Path], Path]


def fix(root: Path, *, unsafe: bool = False, select: tuple[str, ...] = ()) -> tuple[list[str], str]:
    written = apply_fixes(root, lambda: lint(root, select=select), unsafe=unsafe)
    return written, (root / "models" / "toy-model" / "card.yaml").read_bytes().decode()


def bad_fixtures(rule: str) -> list[Path]:
    return sorted((HERE / rule).glob("bad-*"))


@pytest.mark.parametrize(
    "case",
    [*bad_fixtures("YML006"), *bad_fixtures("SUP002"), HERE / "DOC001" / "bad-edited"],
    ids=lambda case: case.name,
)
def test_safe_fixes_remove_all_findings_of_a_rule(case: Path, repository: Repository) -> None:
    root = repository(case)
    written, _ = fix(root, select=(case.parent.name,) + (("SCH008",) if case.parent.name == "SUP002" else ()))
    assert written
    assert lint(root, select=[case.parent.name]) == []


def test_fix_preserves_comments_order_and_line_endings(tmp_path: Path) -> None:
    text = (HERE / "YML006" / "bad-version" / "card.yaml").read_text()
    text = "\ufeff" + text.replace("version: 1.10", "version: 1.10   # two integers").replace("\n", "\r\n")
    card = tmp_path / "models" / "toy-model" / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_bytes(text.encode())
    assert fix(tmp_path, select=("YML006",))[0] == ["models/toy-model/card.yaml"]
    assert card.read_bytes() == text.replace("version: 1.10 ", 'version: "1.10" ').encode()


def test_misspelt_field_is_renamed(repository: Repository) -> None:
    (case,) = (case for case in bad_fixtures("SCH003") if "licence" in (case / "card.yaml").read_text())
    written, text = fix(repository(case), select=("SCH003",))
    assert written == ["models/toy-model/card.yaml"]
    assert "\nlicense: {weights: MIT, code: MIT}\n" in text


def test_unsafe_fixes_need_their_option(tmp_path: Path) -> None:
    text = (HERE / "SCH001" / "good-mapping" / "card.yaml").read_text()
    card = tmp_path / "models" / "other-model" / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_text(text)
    find = lambda: lint(tmp_path, select=["SCH007"])  # noqa: E731
    assert apply_fixes(tmp_path, find, unsafe=False) == []
    assert card.read_text() == text
    assert apply_fixes(tmp_path, find, unsafe=True) == ["models/other-model/card.yaml"]
    assert card.read_text() == text.replace("id: toy-model", 'id: "other-model"')


@pytest.mark.parametrize("rule", ["OSA001", "MOF001"])
def test_unsupported_claim_is_lowered(rule: str, repository: Repository) -> None:
    root = repository(bad_fixtures(rule)[0])
    assert fix(root, select=(rule,))[0] == []
    assert fix(root, unsafe=True, select=(rule,))[0] == ["models/toy-model/card.yaml"]
    assert lint(root, select=[rule]) == []


@pytest.mark.slow
def test_fixes_of_all_fixtures_leave_readable_cards(repository: Repository) -> None:
    cases = sorted(HERE.glob("*/bad-*/card.yaml"))
    root = repository(cases[0].parent)
    card = root / "models" / "toy-model" / "card.yaml"
    for case in cases:
        card.write_bytes(case.read_bytes())
        readable = parse_card_file(card).root is not None
        apply_fixes(root, lambda: lint(root), unsafe=True)
        assert (parse_card_file(card).root is not None) == readable, case
        assert apply_fixes(root, lambda: lint(root), unsafe=True) == [], case


CARD = """a: 1
list:
  - {x: 1}   # one
  # about two
  - x: 2
    y: >-
      folded
      text
flow: [a, b, c]
only:
  - last
text: |
  block

end: 1
"""


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (SourceChange(kind="value", where=("list", 1, "y"), source="z"), ">-\n      folded\n      text", "z"),
        (SourceChange(kind="value", where=("text",), source="z"), "|\n  block", "z"),
        (SourceChange(kind="key", where=("flow",), source="stream"), "flow:", "stream:"),
        (SourceChange(kind="delete", where=("flow", 0)), "[a, b, c]", "[b, c]"),
        (SourceChange(kind="delete", where=("flow", 2)), "[a, b, c]", "[a, b]"),
        (SourceChange(kind="delete", where=("list", 0)), "  - {x: 1}   # one\n", ""),
        (SourceChange(kind="delete", where=("list", 1)), "  - x: 2\n    y: >-\n      folded\n      text\n", ""),
        (SourceChange(kind="delete", where=("only", 0)), "only:\n  - last\n", ""),
    ],
)
def test_edit_changes_only_its_field(change: SourceChange, old: str, new: str) -> None:
    text_edit = edit_for_change(CARD, change)
    assert text_edit is not None
    assert apply_edits(CARD, [text_edit]) == CARD.replace(old, new, 1)


@pytest.mark.parametrize("where", [("zzz",), ("list", 7), ("list",), ()])
def test_missing_or_compound_values_are_not_edited(where: tuple[str | int, ...]) -> None:
    assert edit_for_change(CARD, SourceChange(kind="value", where=where, source="z")) is None


def test_first_of_overlapping_edits_is_applied() -> None:
    assert apply_edits("abc", [TextEdit(1, 1, 1, 3, "x"), TextEdit(1, 2, 1, 3, "y")]) == "xc"
