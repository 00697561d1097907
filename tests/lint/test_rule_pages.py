"""Rule pages: complete, and equal to the stored pages."""

import json
from pathlib import Path

from dtmodels.lint.registry import all_rules, find_rule
from dtmodels.lint.rule_page import DIRECTORY, rule_page
from dtmodels.lint.rule_pages import rule_pages, stale_pages


def test_pages_match_rules(root: Path) -> None:
    stored = {path.name for path in (root / DIRECTORY).iterdir()}
    assert stored == {f"{rule.id}.md" for rule in all_rules()} | {"README.md", "rules.json"}
    assert stale_pages(root) == []


def test_rules_json() -> None:
    index = json.loads(rule_pages()["rules.json"])
    assert index["version"] == 1
    assert [rule["id"] for rule in index["rules"]] == [rule.id for rule in all_rules()]
    assert all(entry["acceptable"] != rule.hard for entry, rule in zip(index["rules"], all_rules(), strict=True))


def test_page_has_bad_and_good_example() -> None:
    for rule in all_rules():
        page = rule_page(rule)
        assert page.startswith(f"# {rule.id}: {rule.title}\n")
        bad, good = page.partition("## Good\n")[::2]
        assert f"\n{rule.bad}\n```\n" in bad.partition("## Bad\n")[2]
        assert f"\n{rule.good}\n```\n" in good
        assert page.count("```") == 4


def test_examples_without_a_yaml_key_are_text_blocks() -> None:
    text = {rule.id for rule in all_rules() if "```text" in rule_page(rule)}
    assert text == {"DOC001", "REP007"}
    assert "```yaml" not in rule_page(find_rule("REP007"))


def test_pages_are_only_kept_where_there_is_a_directory_for_them(tmp_path: Path) -> None:
    assert stale_pages(tmp_path) == []
    (tmp_path / DIRECTORY).mkdir(parents=True)
    assert len(stale_pages(tmp_path)) == len(rule_pages())
