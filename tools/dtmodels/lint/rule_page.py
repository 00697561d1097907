"""The documentation page of a rule, generated from its docstring, and the reference to it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from dtmodels.lint.rule import Rule

DIRECTORY = Path("docs") / "rules"
"""Directory of the pages in a repository."""

_KEY = re.compile(r"[\w\"]:(\s|$)")


def rule_page(rule: Rule) -> str:
    """Render a rule as Markdown: title, reason, fix, bad and good example, authority."""
    sections = [
        f"# {rule.id}: {rule.title}",
        f"*{rule.severity}; {acceptance_text(rule)}*",
        f"## Why\n\n{rule.why}",
        f"## What to do\n\n{rule.fix}",
        f"## Bad\n\n{_example(rule.bad)}",
        f"## Good\n\n{_example(rule.good)}",
    ]
    sections += [f"## Authority\n\n{rule.authority}"] if rule.authority else []
    return "\n\n".join(sections) + "\n"


def _example(example: str) -> str:
    """An example as a code block: YAML if it holds a key, else plain text, such as a list of files."""
    return f"```{'yaml' if _KEY.search(example) else 'text'}\n{example}\n```"


def acceptance_text(rule: Rule) -> str:
    """Whether the findings of a rule may be accepted, in words."""
    return "cannot be accepted" if rule.hard else "can be accepted by name, with a reason"


def rule_reference(rule_id: str, root: Path) -> str:
    """URL of the page of a rule on GitHub's runners; elsewhere the command that prints it."""
    base = _github_url(root)
    return f"{base}/{rule_id}.md" if base else f"dtmodels rule {rule_id}"


def _github_url(root: Path) -> str:
    """URL of the pages in the repository of the running workflow; empty if unknown."""
    server, repository, commit = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    if not (server and repository and commit and (root / DIRECTORY).is_dir()):
        return ""
    return f"{server}/{repository}/blob/{commit}/{DIRECTORY.as_posix()}"
