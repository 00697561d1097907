"""Reading a card: types, rejected files, positions of problems, and cost."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.reader import parse_card_file, read_card
from dtmodels.yaml.document import UnreadableDocument, compose_document, locate

Add = Callable[..., Path]


@pytest.fixture
def card(add_model: Add) -> Path:
    return add_model() / "card.yaml"


def test_card_fields_have_the_types_of_the_schema(card: Path) -> None:
    model = read_card(card)
    assert model.schema == 1
    assert model.version == "1.0"
    assert model.version_numbers == (1, 0)
    assert model.source.authors == ("Test Author",)
    assert model.checkpoints[0].bytes == (card.parent / "model.onnx").stat().st_size
    assert model.package.attributes == {"input_sizes": [256]}


def test_text_without_quotes_is_not_converted(card: Path) -> None:
    card.write_text(card.read_text().replace('"1.0"', "1.10").replace("GPL-3.0-or-later", "NO"))
    assert read_card(card).version == "1.10"
    assert read_card(card).license.weights == "NO"


def test_free_form_fields_follow_the_core_schema_of_yaml_1_2(card: Path) -> None:
    options = "[1, 0x10, 0o10, 2.5, 1e3, true, yes, null, ~, '1', 2026-01-31, 1_000]"
    card.write_text(card.read_text().replace("family: onnx", f"family: onnx\n  options: {{all: {options}}}"))
    assert read_card(card).convert.options["all"] == [
        1, 16, 8, 2.5, 1000.0, True, "yes", None, None, "1", "2026-01-31", "1_000",
    ]  # fmt: skip


def test_failure_states_the_first_error_with_line_and_column(card: Path) -> None:
    card.write_text(card.read_text().replace("status: released", "status: relesed").replace("single", "sinlge"))
    line = card.read_text().splitlines().index("status: relesed") + 1
    with pytest.raises(Failure) as failure:
        read_card(card)
    assert failure.value.where == f"{card}:{line}:9"
    assert failure.value.what == "status cannot be 'relesed'"
    assert failure.value.fix == "did you mean released?"


def test_missing_card_or_directory_is_wrong_usage(tmp_path: Path) -> None:
    for path in (tmp_path / "card.yaml", tmp_path):
        with pytest.raises(WrongUsage, match="no such card"):
            read_card(path)


def test_symbolic_link_is_rejected(card: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    card.rename(elsewhere)
    card.symlink_to(elsewhere)
    with pytest.raises(Failure, match="the card is a link"):
        read_card(card)


@pytest.mark.parametrize(("prefix", "newline"), [("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n"), ("", "\r")])
def test_byte_order_mark_and_line_endings_do_not_change_positions(card: Path, prefix: str, newline: str) -> None:
    text = card.read_text().replace("status: released", "status: relesed")
    line = text.splitlines().index("status: relesed") + 1
    card.write_bytes((prefix + text.replace("\n", newline)).encode())
    assert [(problem.span.line, problem.span.column) for problem in parse_card_file(card).problems] == [(line, 9)]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"x" * (256 * 1024 + 1), "YML001"),
        (b"".join(b"k%d: 1\n" % number for number in range(20_000)), "YML005"),
        (b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"b%d: [%s]\n" % (n, b"*a," * 9) for n in range(9)), "YML004"),
        (b"[" * 100_000, "YML005"),
        (b"{a: " * 50_000, "YML005"),
        (b"- " * 100_000, "YML005"),
        (b"? " * 100_000, "YML005"),
        (b'"' + b"\\u0061" * 40_000 + b'"', "YML005"),
        (b"!!python/object/apply:os.system [exit]", "YML004"),
        (b"\xff\xfea\x00", "YML001"),
        (b"a: 1\x00", "YML001"),
    ],
)
def test_hostile_card_is_rejected_quickly(tmp_path: Path, data: bytes, rule: str) -> None:
    path = tmp_path / "card.yaml"
    path.write_bytes(data)
    started = time.process_time()
    reading = parse_card_file(path)
    assert time.process_time() - started < 2
    assert [problem.rule for problem in reading.problems] == [rule]
    assert reading.card is None


def test_very_long_numbers_are_reported_as_problems(card: Path) -> None:
    text = card.read_text()
    card.write_text(text.replace("family: onnx", f"family: onnx\n  options: {{n: {'9' * 5000}}}"))
    assert [problem.rule for problem in parse_card_file(card).problems] == ["SCH004"]
    card.write_text(text.replace("schema: 1", f"schema: {'9' * 5000}"))
    assert [problem.rule for problem in parse_card_file(card).problems] == ["SCH005"]


def test_both_parsers_of_pyyaml_give_equal_values_and_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_bytes() for path in sorted(Path(__file__).parents[2].glob("lint/*/*/card.yaml"))]
    readable = [text.decode() for text in texts if text.isascii()]
    assert yaml.__with_libyaml__

    def outcome(text: str) -> object:
        try:
            return compose_document(text)
        except UnreadableDocument as exc:
            return exc.problem

    fast = [outcome(text) for text in readable]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert [outcome(text) for text in readable] == fast


def test_locate_returns_the_span_of_a_path() -> None:
    root, _ = compose_document("a:\n  - b: [1, two]\n    c: 'd'\n")
    assert root is not None
    assert (locate(root, ("a", 0, "b", 1)).line, locate(root, ("a", 0, "b", 1)).column) == (2, 12)
    assert locate(root, ("a", 0, "c")).end == 11
    assert locate(root, ("a",)).column == 1
    assert locate(root, ("a", 7, "no", "such")) == locate(root, ("a",))


def test_reading_a_card_does_not_import_jsonschema(card: Path) -> None:
    imported_before = "jsonschema" in sys.modules
    read_card(card)
    assert ("jsonschema" in sys.modules) == imported_before
