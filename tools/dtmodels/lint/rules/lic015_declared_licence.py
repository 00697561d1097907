"""The licence in the card is the one that its source declares today.

Authors change licences, and mistakes are copied from card to card. GitHub detects the licence of a repository; the
Hugging Face Hub shows the licence that its owner chose. This rule runs only with `--online`. A source that declares no
licence, or only `other`, produces no finding.

Fix: Read the licence at the source. Update the card, or explain the difference in a limitation.

Bad::

    license: {weights: MIT, code: MIT}   # the Hugging Face Hub says cc-by-nc-4.0

Good::

    license: {weights: CC-BY-NC-4.0, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.lint.remote_sources import github_licence, hub_licence
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web

SEVERITY: Severity = "warning"

_UNSTATED = {"", "other", "unknown", "noassertion", "none"}


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Compare the licence of the code with GitHub, and the licence of the weights with the Hugging Face Hub."""
    card = subject.card
    yield from _compare("code", card.license.code, github_licence(web, card.source.repository, card.source.commit))
    for checkpoint in card.checkpoints:
        if checkpoint.hub:
            yield from _compare("weights", card.license.weights, hub_licence(web, checkpoint.hub))
            return


def _compare(field: str, stated: str, declared: str) -> Iterator[RuleResult]:
    if declared.lower() not in _UNSTATED and not _alike(stated, declared):
        what = f"the source declares {declared[:60]}, but the card says {stated[:60]}"
        yield RuleResult(where=("license", field), what=what, fix="read the licence at the source and update the card")


def _alike(stated: str, declared: str) -> bool:
    """Whether the card names the declared id; `gpl-3.0` matches GPL-3.0-only and GPL-3.0-or-later."""
    bare = declared.lower().removesuffix("-only").removesuffix("-or-later").removesuffix("+")
    words = stated.lower().replace("(", " ").replace(")", " ").split()
    return any(word.removesuffix("-only").removesuffix("-or-later").removesuffix("+") == bare for word in words)
