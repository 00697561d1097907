"""The rules that exist: found as files, described by their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from functools import cache
from textwrap import dedent
from types import ModuleType

from dtbase.system.discovery import member, member_names
from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.lint import rules as package
from dtmodels.lint.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    return tuple(_load_rule(name, member(package, name)) for name in member_names(package))


def find_rule(rule_id: str) -> Rule:
    """The rule called `rule_id`, in any case.

    Raises:
        WrongUsage: no such rule; the nearest names are offered.
    """
    for rule in all_rules():
        if rule.id == rule_id.upper():
            return rule
    raise WrongUsage(f"there is no rule '{rule_id}'", fix=did_you_mean(rule_id.upper(), _ids()))


def select_rules(names: Collection[str] | None) -> tuple[Rule, ...]:
    """The rules named by id or by family (`SCH`); all when none is named.

    Raises:
        WrongUsage: a name fits no rule.
    """
    if not names:
        return all_rules()
    wanted: dict[str, Rule] = {}
    for name in names:
        family = [rule for rule in all_rules() if len(name) == 3 and rule.id.startswith(name.upper())]
        for rule in family or [find_rule(name)]:
            wanted[rule.id] = rule
    return tuple(wanted[rule_id] for rule_id in sorted(wanted))


def _ids() -> list[str]:
    return [rule.id for rule in all_rules()]


def _load_rule(name: str, found: ModuleType) -> Rule:
    head, _, rest = inspect.cleandoc(found.__doc__ or "").partition("\n\nFix: ")
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
        severity=found.SEVERITY,
        hard=getattr(found, "HARD", False),
        check_card=getattr(found, "check_card", None),
        check_repository=getattr(found, "check_repository", None),
        remember=getattr(found, "remember", None),
        compare=getattr(found, "compare", None),
        check_history=getattr(found, "check_history", None),
        check_online=getattr(found, "check_online", None),
        authority=authority,
    )
