"""SARIF 2.1.0 format for code scanning: rules, results with locations, and fixes."""

from __future__ import annotations

import hashlib
import importlib.metadata
from typing import Any
from urllib.parse import quote

from dtbase.system.files import json_text
from dtmodels.lint.format_helpers import escape_control, escape_json
from dtmodels.lint.lint_report import LintReport
from dtmodels.lint.registry import all_rules
from dtmodels.lint.rule import Finding, Rule
from dtmodels.lint.rule_page import rule_page, rule_reference

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ROOT_ID = "%SRCROOT%"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: LintReport) -> str:
    """One run: the tool with all its rules, and one result per finding."""
    rules = all_rules()
    rule_indices = {rule.id: index for index, rule in enumerate(rules)}
    driver = {
        "name": "dtmodels lint",
        "semanticVersion": importlib.metadata.version("dtmodels"),
        "rules": [_rule(rule, report) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rule_indices[finding.rule]) for finding in report.findings],
    }
    return escape_json(json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}))


def _rule(rule: Rule, report: LintReport) -> dict[str, Any]:
    descriptor: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\nFix: {rule.fix}", "markdown": rule_page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.id[:3]], "acceptable": not rule.hard},
    }
    page = rule_reference(rule.id, report.root)
    return descriptor | ({"helpUri": page} if page.startswith("https://") else {})


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    columns = {"startColumn": finding.column, "endColumn": finding.end} if finding.end > finding.column else {}
    region = {"startLine": finding.line, **columns}
    location = {"physicalLocation": {"artifactLocation": _file(finding), "region": region}}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{escape_control(finding.message)}; {escape_control(finding.fix)}"},
        "locations": [location],
        "partialFingerprints": {"findingHash/v1": _fingerprint(finding)},
    }
    return result | ({"fixes": [_fix(finding)]} if finding.edits else {})


def _fix(finding: Finding) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {
                "startLine": edit.line,
                "startColumn": edit.column,
                "endLine": edit.end_line,
                "endColumn": edit.end_column,
            },
            "insertedContent": {"text": edit.text},
        }
        for edit in finding.edits
    ]
    change = {"artifactLocation": _file(finding), "replacements": replacements}
    return {"description": {"text": f"{finding.fixable}: {escape_control(finding.fix)}"}, "artifactChanges": [change]}


def _file(finding: Finding) -> dict[str, str]:
    return {"uri": quote(finding.path), "uriBaseId": _ROOT_ID}


def _fingerprint(finding: Finding) -> str:
    """Hash without the line number, so that lines added above do not raise an alert twice."""
    return hashlib.sha256(f"{finding.rule}\0{finding.path}\0{finding.message}".encode()).hexdigest()[:32]
