"""The same checkpoint has the same licence in every card.

If two cards name one file and disagree about its licence, at least one of them is wrong. A reader of one card would not
notice.

Fix: Find out which licence applies, and write it into both cards.

Bad::

    license: {weights: MIT, code: MIT}         # and in another card, for the file with the same SHA-256:
    license: {weights: GPL-3.0-only, code: MIT}

Good::

    license: {weights: GPL-3.0-only, code: MIT}
    license: {weights: GPL-3.0-only, code: MIT}
"""

from collections.abc import Iterator, Sequence

from dtmodels.lint.rule import Fact, RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True


def remember(subject: Subject) -> Iterator[Fact]:
    """Collect the licence of the weights, by the digest of each file; of an archive, by that of its member."""
    card = subject.card
    for checkpoint in card.checkpoints:
        digest = checkpoint.weights_sha256
        if digest and len(set(digest)) > 1:  # one repeated digit is a placeholder
            yield Fact(
                model=subject.directory.name,
                key=digest,
                value=" ".join(card.license.weights.split()),
                path=subject.reading.path,
                span=subject.span(("license", "weights")),
            )


def compare(facts: Sequence[Fact]) -> Iterator[tuple[Fact, RuleResult]]:
    """Compare each card with the first one that names the same file."""
    first: dict[str, Fact] = {}
    for fact in facts:
        other = first.setdefault(fact.key, fact)
        if other.value.lower() != fact.value.lower():
            what = f"{other.model} names the same file ({fact.key[:12]}...) under {other.value}, not {fact.value}"
            yield fact, RuleResult(what=what, fix="find out which licence applies, and write it into both cards")
