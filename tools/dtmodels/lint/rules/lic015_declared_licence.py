"""The licence in the card is the one its source declares today.

Authors change licences, and cards are copied with mistakes. GitHub recognises the licence of a repository, the Hugging
Face Hub shows the one its owner chose. This is only looked at with `--online`; a source that says nothing, or something
that is no SPDX id, is no finding.

Fix: read the licence at the source; correct the card, or say in a limitation why it differs.

Bad::

    license: {weights: MIT, code: MIT}   # and the hub says cc-by-nc-4.0

Good::

    license: {weights: CC-BY-NC-4.0, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.lint.remote_sources import github_licence, hub_licence
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web

SEVERITY: Severity = "warning"

_SAYS_NOTHING = {"", "other", "unknown", "noassertion", "none"}


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Compare the code's licence with GitHub's finding, and the weights' with the hub's."""
    card = subject.card
    yield from _compared("code", card.license.code, github_licence(web, card.source.repository, card.source.commit))
    for checkpoint in card.checkpoints:
        if checkpoint.hub:
            yield from _compared("weights", card.license.weights, hub_licence(web, checkpoint.hub))
            return


def _compared(field: str, stated: str, found: str) -> Iterator[RuleResult]:
    if found.lower() not in _SAYS_NOTHING and not _alike(stated, found):
        what = f"the source declares {found[:60]}, the card {stated[:60]}"
        yield RuleResult(where=("license", field), what=what, fix="read the licence at the source and correct the card")


def _alike(stated: str, found: str) -> bool:
    """Whether the source's id is one of the card's; `gpl-3.0` leaves open which of the two readings is meant."""
    bare = found.lower().removesuffix("-only").removesuffix("-or-later").removesuffix("+")
    words = stated.lower().replace("(", " ").replace(")", " ").split()
    return any(word.removesuffix("-only").removesuffix("-or-later").removesuffix("+") == bare for word in words)
