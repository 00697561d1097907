"""Pages of rules: complete, in order, and equal to what lies in the repository."""

import json
from pathlib import Path

from dtmodels.lint.registry import all_rules, find_rule
from dtmodels.lint.rule_page import DIRECTORY, rule_page
from dtmodels.lint.rule_pages import rule_pages, stale_pages


def test_every_rule_has_a_page_and_every_page_a_rule(root: Path) -> None:
    kept = {path.name for path in (root / DIRECTORY).iterdir()}
    assert kept == {f"{rule.id}.md" for rule in all_rules()} | {"README.md", "rules.json"}
    assert stale_pages(root) == []


def test_rules_json_says_what_the_rules_say() -> None:
    listed = json.loads(rule_pages()["rules.json"])
    assert listed["version"] == 1
    assert [rule["id"] for rule in listed["rules"]] == [rule.id for rule in all_rules()]
    assert all(rule["acceptable"] != known.hard for rule, known in zip(listed["rules"], all_rules(), strict=True))


def test_a_page_shows_what_is_wrong_and_what_is_right() -> None:
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
