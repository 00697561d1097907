"""The licence of the weights is compatible with GPL-3.0-or-later.

darktable is under GPL-3.0-or-later. Whether weights and the program that loads them are one work has not been
decided. This collection takes the stricter reading and distributes only weights that could be part of darktable.

Fix: Ask the authors for a compatible licence, or choose another model; no explanation in the card changes the result.
If the weights are offered under a choice of licences, write the compatible one as `chosen`.

Authority: the row of schema/licences-v1.json for each licence, with its source; darktable's AI model policy,
https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    license: {weights: MIT AND CC-BY-NC-4.0, code: MIT}

Good::

    license: {weights: MIT AND CC-BY-4.0, code: MIT, attribution: "Masks by A. Author, CC-BY-4.0"}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import is_deprecated, reason_with_source, shipped_licences

SEVERITY: Severity = "error"
HARD = True
_FIX = "ask the authors for a compatible licence, or choose another model"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check the licences of weights and package; report each one that fails, alternatives of a choice together."""
    for where, verdict in shipped_licences(subject):
        refusing = [part for part in verdict.refusing if not is_deprecated(verdict, part)]
        if verdict.has_choice and len(refusing) > 1:
            reasons = "; ".join(f"{part.text}: {reason_with_source(part)}" for part in refusing)
            what = f"no alternative is compatible with GPL-3.0-or-later. {reasons}"
            yield RuleResult(where=where, what=what, fix=_FIX)
            continue
        for part in refusing:
            what = f"{part.text} is incompatible with GPL-3.0-or-later: {reason_with_source(part)}"
            yield RuleResult(where=where, part=(part.start, part.end), what=what, fix=_FIX)
