"""The rewrite rules that torch's exporter applies to a graph, each tried only where it can match.

A rule for several outputs lists all nodes of the graph before it looks at the node to match: with thousands of nodes,
nearly all time of the optimisation. Whether the first operator is the right one is known before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from onnxscript import rewriter
from onnxscript.rewriter._basics import MatchResult


class FirstOperator:
    """Matcher that asks the rule's own one only for nodes of the operator that its pattern starts with."""

    def __init__(self, matcher: Any) -> None:
        self.own, self._operator = matcher, matcher.pattern.output_nodes[0].op_identifier()

    def match(self, model: Any, graph: Any, node: Any, **options: Any) -> Any:
        """See `onnxscript.rewriter._matcher.SimplePatternMatcher.match`."""
        if self._operator not in {None, node.op_identifier()}:
            return MatchResult().fail("The node is of another operator.")
        return self.own.match(model, graph, node, **options)


@contextlib.contextmanager
def quick_rules() -> Iterator[None]:
    """Within this context, the rules for several outputs are tried only where they can match."""
    rules: list[Any] = [
        rule for rule in rewriter._DEFAULT_REWRITE_RULES if not rule._target_pattern.has_single_output_node
    ]
    matchers = [rule._matcher for rule in rules]
    for rule, matcher in zip(rules, matchers, strict=True):
        rule._matcher = FirstOperator(matcher)
    try:
        yield
    finally:
        for rule, matcher in zip(rules, matchers, strict=True):
            rule._matcher = matcher
