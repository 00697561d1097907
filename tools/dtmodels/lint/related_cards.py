"""Cards that rules compare with the named ones: they contain the id of a named model, or a key of its facts.

Reading a card takes some milliseconds, searching its text none. So only cards that can matter are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dtmodels.card.catalogue import CARD_FILE, model_directories
from dtmodels.card.reader import parse_card_file
from dtmodels.lint.rule import Fact, Rule, Subject


def related_facts(
    root: Path, directories: Sequence[Path], facts: Mapping[str, Sequence[Fact]], rules: Sequence[Rule]
) -> dict[str, list[Fact]]:
    """Return the facts of all cards that are related to those in `directories`, also through others, by rule."""
    related: dict[str, list[Fact]] = {}
    comparing = [rule for rule in rules if rule.remember]
    if not comparing or not (root / "models").is_dir():
        return related
    texts = {directory: _text(directory) for directory in model_directories(root) if directory not in directories}
    wanted = {directory.name for directory in directories} | _keys(facts)
    while found := [directory for directory, text in texts.items() if any(word in text for word in wanted)]:
        added: dict[str, list[Fact]] = {}
        for directory in found:
            del texts[directory]
            reading = parse_card_file(directory / CARD_FILE)
            if reading.card:
                subject = Subject(root=root, directory=directory, reading=reading, card=reading.card)
                for rule in comparing:
                    added.setdefault(rule.id, []).extend(rule.remember(subject) if rule.remember else ())
        wanted = {directory.name for directory in found} | _keys(added)
        for rule_id, some in added.items():
            related.setdefault(rule_id, []).extend(some)
    return related


def _keys(facts: Mapping[str, Sequence[Fact]]) -> set[str]:
    return {fact.key for some in facts.values() for fact in some}


def _text(directory: Path) -> str:
    try:
        return (directory / CARD_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
