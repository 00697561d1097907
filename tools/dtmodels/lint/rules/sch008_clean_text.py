"""Texts are trimmed, in Unicode normal form NFC, and free of HTML.

Texts of cards appear in README pages, tables and darktable's dialogue, none of which renders HTML. Stray spaces and
decomposed letters make two equal names differ. A text of spaces and accents alone is an error, as it shows nothing.

Fix: Remove the tags and the surrounding spaces. Write `>-` instead of `>` for a text over several lines.

Bad::

    description: "UNet that <b>removes</b> noise "

Good::

    description: UNet that removes noise
"""

import re
import unicodedata
from collections.abc import Iterator

from dtmodels.card.source_edits import quote_yaml
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath, SourceChange

SEVERITY: Severity = "warning"

_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check every text of the card."""
    for where, text in subject.texts():
        if text and not _shows_anything(text):
            codes = ", ".join(sorted({f"U+{ord(character):04X}" for character in text})[:3])
            what = f"the text shows nothing: it consists of {codes}"
            yield RuleResult(where=where, what=what, fix="write what a reader can see", severity="error")
        elif text != text.strip():
            end = "the line break; write >- instead of >" if text.endswith("\n") else "the spaces"
            what = "the text begins or ends with spaces or line breaks"
            yield RuleResult(where=where, what=what, fix=f"remove {end}", change=_rewrite(where, text.strip()))
        elif not unicodedata.is_normalized("NFC", text):
            what = "the text contains decomposed letters, which are not in normal form NFC"
            composed = unicodedata.normalize("NFC", text)
            yield RuleResult(where=where, what=what, fix=f"write '{composed[:60]}'", change=_rewrite(where, composed))
        elif tag := _TAG.search(text):
            yield RuleResult(where=where, what=f"the text contains the HTML tag {tag[0][:30]}", fix="write plain text")


def _shows_anything(text: str) -> bool:
    """Whether a character of the text is more than a space, a control or a mark on another character."""
    return any(unicodedata.category(character)[0] not in "ZCM" for character in text)


def _rewrite(where: FieldPath, text: str) -> SourceChange:
    return SourceChange(kind="value", where=where, source=quote_yaml(text), safe=True)
