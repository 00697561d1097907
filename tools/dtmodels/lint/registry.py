"""Registry of the rules: discovered as files, described by their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from functools import cache
from textwrap import dedent
from types import ModuleType

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.lint import rules as package
from dtmodels.lint.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    return tuple(_load_rule(name, load_plugin(package, name)) for name in plugin_names(package))


def find_rule(rule_id: str) -> Rule:
    """Return the rule `rule_id`; upper and lower case are equal.

    Raises:
        WrongUsage: the rule does not exist; the fix suggests similar ids.
    """
    for rule in all_rules():
        if rule.id == rule_id.upper():
            return rule
    raise WrongUsage(f"there is no rule '{rule_id}'", fix=did_you_mean(rule_id.upper(), _ids()))


def select_rules(names: Collection[str] | None) -> tuple[Rule, ...]:
    """Return the rules named by id or by family (`SCH`); all if no name is passed.

    Raises:
        WrongUsage: a name matches no rule.
    """
    if not names:
        return all_rules()
    selected: dict[str, Rule] = {}
    for name in names:
        family = [rule for rule in all_rules() if len(name) == 3 and rule.id.startswith(name.upper())]
        for rule in family or [find_rule(name)]:
            selected[rule.id] = rule
    return tuple(selected[rule_id] for rule_id in sorted(selected))


def _ids() -> list[str]:
    return [rule.id for rule in all_rules()]


def _load_rule(name: str, module: ModuleType) -> Rule:
    head, _, rest = inspect.cleandoc(module.__doc__ or "").partition("\n\nFix: ")
    title, _, why = head.partition("\n\n")
    fix, _, examples = rest.partition("\n\nBad::\n\n")
    fix, _, authority = fix.partition("\n\nAuthority: ")
    bad, _, good = examples.partition("\n\nGood::\n\n")
    return Rule(
        id=name.partition("_")[0].upper(),
        title=title,
        why=why,
        fix=fix,
        bad=dedent(bad).strip(),
        good=dedent(good).strip(),
        severity=module.SEVERITY,
        hard=getattr(module, "HARD", False),
        check_card=getattr(module, "check_card", None),
        check_repository=getattr(module, "check_repository", None),
        remember=getattr(module, "remember", None),
        compare=getattr(module, "compare", None),
        check_history=getattr(module, "check_history", None),
        check_online=getattr(module, "check_online", None),
        authority=authority,
    )
