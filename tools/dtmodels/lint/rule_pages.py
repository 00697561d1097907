"""All rules as pages, with an index for people and one for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtbase.system.files import json_text
from dtmodels.lint.profiles import PROFILES
from dtmodels.lint.registry import all_rules
from dtmodels.lint.rule import Rule
from dtmodels.lint.rule_page import DIRECTORY, acceptance_text, rule_page
from dtmodels.pages.generate import differing
from dtmodels.pages.markdown import code, table, text

JSON_VERSION = 1
_FAMILIES = {
    "CHG": "changes",
    "COD": "training code",
    "DAT": "training data",
    "DOC": "generated texts",
    "IDX": "index of releases",
    "INT": "the linter's own tables",
    "LIC": "licences",
    "LIM": "limitations",
    "MOF": "Model Openness Framework",
    "OSA": "Open Source AI Definition",
    "PRI": "privacy",
    "PUB": "publication",
    "REP": "reproducibility",
    "SCH": "shape of the card",
    "SCP": "purpose",
    "SUP": "acceptances",
    "XRF": "references",
    "YML": "YAML",
}
"""What the first three letters of an id stand for."""


_ACCEPTANCE_TEXT = """## Corrections and acceptances

`dtmodels lint --fix` corrects what leaves no doubt; `--unsafe-fixes` also what needs a second look, such as a lower
claim. Only the characters of the correction change, comments stay, and a card is written atomically.

A finding that can be accepted is accepted in the card, under `acceptances`: with the rule, a reason, a name and a day.
That makes the grade of the model `disclosed`. There is no other way to silence a rule, comments included.
"""


def rule_pages() -> dict[str, str]:
    """Every page by the name of its file, `README.md` and `rules.json` among them."""
    pages = {f"{rule.id}.md": rule_page(rule) for rule in all_rules()}
    return pages | {"README.md": _index(), "rules.json": _json()}


def stale_pages(root: Path) -> list[tuple[Path, str]]:
    """The pages that differ from the rules, each with the text it should have; none where no pages are kept."""
    directory = root / DIRECTORY
    return differing({directory / name: page for name, page in rule_pages().items()}) if directory.is_dir() else []


def _index() -> str:
    lines = [
        "# Rules of the model-card linter",
        "",
        "Written by `dtmodels docs` from the rules; edit those instead.",
        "",
    ]
    lines += [
        "## How strictly",
        "",
        table(["`--profile`", ""], [[code(one.name), text(one.about)] for one in PROFILES]),
    ]
    lines += [_ACCEPTANCE_TEXT]
    for family in sorted({rule.id[:3] for rule in all_rules()}):
        rows = [_row(rule) for rule in all_rules() if rule.id.startswith(family)]
        title = _FAMILIES.get(family, "")
        lines += [
            f"## {family}: {title}" if title else f"## {family}",
            "",
            table(["rule", "severity", "", "asks"], rows),
        ]
    return "\n".join(lines)


def _row(rule: Rule) -> list[str]:
    return [f"[{rule.id}]({rule.id}.md)", rule.severity, acceptance_text(rule).partition(" by")[0], text(rule.title)]


def _json() -> str:
    return json_text({"version": JSON_VERSION, "rules": [_rule_values(rule) for rule in all_rules()]})


def _rule_values(rule: Rule) -> dict[str, Any]:
    said = ("id", "title", "severity", "why", "fix", "bad", "good", "authority")
    needs = "online" if rule.check_online and not rule.check_card else "since" if rule.check_history else ""
    return {name: getattr(rule, name) for name in said} | {"acceptable": not rule.hard, "asked_with": needs}
