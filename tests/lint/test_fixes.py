"""Corrections: exactly what was named, nothing around it, and the file atomically."""

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


def corrected(root: Path, *, unsafe: bool = False, select: tuple[str, ...] = ()) -> tuple[list[str], str]:
    written = apply_fixes(root, lambda: lint(root, select=select), unsafe=unsafe)
    return written, (root / "models" / "toy-model" / "card.yaml").read_bytes().decode()


def bad(rule: str) -> list[Path]:
    return sorted((HERE / rule).glob("bad-*"))


@pytest.mark.parametrize(
    "case", [*bad("YML006"), *bad("SUP002"), HERE / "DOC001" / "bad-edited"], ids=lambda case: case.name
)
def test_safe_corrections_leave_nothing_of_the_rule(case: Path, repository: Repository) -> None:
    root = repository(case)
    written, _ = corrected(root, select=(case.parent.name,) + (("SCH008",) if case.parent.name == "SUP002" else ()))
    assert written
    assert lint(root, select=[case.parent.name]) == []


def test_a_correction_keeps_comments_order_quotes_and_line_endings(tmp_path: Path) -> None:
    text = (HERE / "YML006" / "bad-version" / "card.yaml").read_text()
    text = "\ufeff" + text.replace("version: 1.10", "version: 1.10   # two integers").replace("\n", "\r\n")
    card = tmp_path / "models" / "toy-model" / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_bytes(text.encode())
    assert corrected(tmp_path, select=("YML006",))[0] == ["models/toy-model/card.yaml"]
    assert card.read_bytes() == text.replace("version: 1.10 ", 'version: "1.10" ').encode()


def test_a_misspelt_field_gets_its_name_and_keeps_its_value(repository: Repository) -> None:
    (case,) = (case for case in bad("SCH003") if "licence" in (case / "card.yaml").read_text())
    written, text = corrected(repository(case), select=("SCH003",))
    assert written == ["models/toy-model/card.yaml"]
    assert "\nlicense: {weights: MIT, code: MIT}\n" in text


def test_what_needs_a_second_look_is_only_corrected_when_asked(tmp_path: Path) -> None:
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
def test_a_claim_is_lowered_to_what_the_facts_support(rule: str, repository: Repository) -> None:
    root = repository(bad(rule)[0])
    assert corrected(root, select=(rule,))[0] == []
    assert corrected(root, unsafe=True, select=(rule,))[0] == ["models/toy-model/card.yaml"]
    assert lint(root, select=[rule]) == []


@pytest.mark.slow
def test_every_correction_of_every_fixture_leaves_a_readable_card_and_ends(repository: Repository) -> None:
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
def test_an_edit_touches_only_what_it_names(change: SourceChange, old: str, new: str) -> None:
    made = edit_for_change(CARD, change)
    assert made is not None
    assert apply_edits(CARD, [made]) == CARD.replace(old, new, 1)


@pytest.mark.parametrize("where", [("zzz",), ("list", 7), ("list",), ()])
def test_what_is_not_there_or_no_single_value_is_not_edited(where: tuple[str | int, ...]) -> None:
    assert edit_for_change(CARD, SourceChange(kind="value", where=where, source="z")) is None


def test_of_two_edits_of_one_place_the_first_is_made() -> None:
    assert apply_edits("abc", [TextEdit(1, 1, 1, 3, "x"), TextEdit(1, 2, 1, 3, "y")]) == "xc"
