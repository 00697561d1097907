"""A review or an acceptance names who decided what, when, and why.

Reviews and acceptances are the decisions of people that a maintainer has to defend later. A date to come, a letter as a
name or a row of dots as a reason show that no person decided. The author of a model does not review its purpose.

Fix: Write your name, the day of your decision and a reason of some words. Delete a repeated acceptance.

Bad::

    acceptances: [{rule: SCH008, reason: ............, by: a, date: "2099-01-31"}]

Good::

    acceptances: [{rule: SCH008, reason: The name really is written so., by: A. Maintainer, date: "2026-01-31"}]
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dtmodels.card.model import Card
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

FIRST_DAY = date(2026, 1, 1)
"""No card of this format is older."""
MIN_WORDS, MIN_LETTERS = 3, 3
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts without spaces between words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    where: FieldPath
    text_field: str
    text: str
    name_field: str
    name: str
    date: str


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check each review and acceptance, and that no acceptance is repeated."""
    for decision in _decisions(subject.card):
        yield from _date(decision)
        if len(_words(decision.text)) < MIN_WORDS:
            where, what = (*decision.where, decision.text_field), f"'{decision.text[:60]}' gives no reason"
            yield RuleResult(where=where, what=what, fix="write in some words what was found, and why it is enough")
        if sum(letter.isalpha() for letter in decision.name) < MIN_LETTERS and not _IDEOGRAPHS.search(decision.name):
            where, what = (*decision.where, decision.name_field), f"'{decision.name}' is not a name"
            yield RuleResult(
                where=where, what=what, fix="write the name of the person who decided, or 'the maintainers'"
            )
    yield from _repeated(subject.card)
    yield from _own_purpose(subject.card)


def _decisions(card: Card) -> Iterator[_Decision]:
    for index, one in enumerate(card.acceptances):
        where: FieldPath = ("acceptances", index)
        yield _Decision(where=where, text_field="reason", text=one.reason, name_field="by", name=one.by, date=one.date)
    for index, review in enumerate(card.license.reviews):
        yield _Decision(
            where=("license", "reviews", index),
            text_field="condition",
            text=review.condition,
            name_field="reviewer",
            name=review.reviewer,
            date=review.date,
        )
    if purpose := card.purpose_review:
        yield _Decision(
            where=("purpose_review",),
            text_field="finding",
            text=purpose.finding,
            name_field="by",
            name=purpose.by,
            date=purpose.date,
        )


def _date(decision: _Decision) -> Iterator[RuleResult]:
    try:
        day = date.fromisoformat(decision.date)
    except ValueError:
        return  # SCH004 reports it
    where = (*decision.where, "date")
    if day > datetime.now(UTC).date() + timedelta(days=1):  # it may be tomorrow already where the person lives
        yield RuleResult(where=where, what=f"{decision.date} is in the future", fix="write the day of the decision")
    elif day < FIRST_DAY:
        what = f"{decision.date} is before this card format existed ({FIRST_DAY})"
        yield RuleResult(where=where, what=what, fix="decide again, and write that day")


def _words(text: str) -> set[str]:
    """The different words of a text; each letter of a script without spaces counts as one."""
    return set(re.findall(r"[^\W\d_]{2,}", _IDEOGRAPHS.sub(" ", text).casefold())) | set(_IDEOGRAPHS.findall(text))


def _repeated(card: Card) -> Iterator[RuleResult]:
    rules = [one.rule for one in card.acceptances]
    for index, rule in enumerate(rules):
        if rule in rules[:index]:
            what = f"{rule} is accepted already, by acceptances[{rules.index(rule)}]"
            yield RuleResult(where=("acceptances", index, "rule"), what=what, fix="delete one of the two")


def _own_purpose(card: Card) -> Iterator[RuleResult]:
    if card.purpose_review and _plain(card.purpose_review.by) in {_plain(author) for author in card.source.authors}:
        what = f"{card.purpose_review.by} is an author of the model, and cannot review its purpose"
        yield RuleResult(where=("purpose_review", "by"), what=what, fix="have a maintainer review it")


def _plain(name: str) -> str:
    """A name without case, accents, punctuation and the order of its parts."""
    letters = unicodedata.normalize("NFKD", name.partition("<")[0]).casefold()
    return " ".join(sorted(re.findall(r"[^\W\d_]+", "".join(one for one in letters if not unicodedata.combining(one)))))
