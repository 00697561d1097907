"""Search for descriptions of models that imitate people: what is done to what, in nine languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dtmodels.lint.likeness_words import COMMA, Pattern, Word, patterns, sentences

_MAX_OBJECT = 9
"""Words between an action and the end of its object."""
_MAX_BEFORE = 5
"""Words before an action in which its object may stand."""
_MAX_SPAN = 12
"""Words of a sentence in which all parts of a pattern have to stand."""
_NEGATED = 3
"""Words before an action in which a negation counts."""
_ONLY = ("only", "just", "nur", "seulement", "solo", "sólo", "apenas", "только")
"""Words after which a negation does not count: "not only swaps faces"."""
Targets = tuple[str, ...]
Languages = frozenset[str]
_PASSIVE = ("ed", "ing", "ion", "al", "er", "ers", "ment", "ped", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imitation:
    """A description of imitation in a text, as a place in it."""

    kind: str
    sure: bool
    start: int
    end: int


def find_imitation(text: str) -> Imitation | None:
    """Return the surest description of imitation in a text; None if there is none."""
    found = [imitation for words in sentences(text) for imitation in _in_sentence(words)]
    return min(found, key=lambda one: (not one.sure, one.start), default=None)


def _in_sentence(words: tuple[Word, ...]) -> Iterator[Imitation]:
    concepts = {concept for word in words for concept in word.concepts}
    for pattern in patterns():
        possible = all(not concepts.isdisjoint(alternatives) for alternatives in pattern.concepts)
        possible = possible and concepts.isdisjoint(pattern.unless)
        if possible and (parts := next(_parts(pattern, words), None)):
            start, end = min(part.start for part in parts), max(part.end for part in parts)
            yield Imitation(kind=pattern.kind, sure=pattern.sure, start=start, end=end)


def _parts(pattern: Pattern, words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """Yield the words that together form the pattern."""
    for index, word in enumerate(words):
        languages = word.languages(*pattern.concepts[0])
        if not languages or _is_negated(words, index):
            continue
        if pattern.relation == "word":
            yield (word,)
        elif pattern.relation == "object":
            if target := _object(words, index, languages, pattern.concepts[1]):
                yield word, target
        elif pattern.relation == "phrase" and not word.unspaced:
            if target := _head(_noun_phrase(words[index + 1 :], languages), pattern.concepts[1], languages):
                yield word, target
        else:
            yield from _combined(pattern, words, index, languages)


def _is_negated(words: Sequence[Word], index: int) -> bool:
    before = words[max(0, index - _NEGATED) : index]
    after = words[index + 1 : index + 3] if words[index].unspaced else ()
    ends = [place for place, word in enumerate(before) if word.means(COMMA)]
    near = before[ends[-1] + 1 :] if ends else before
    only = any(word.text.casefold() in _ONLY for word in near)
    return not only and any(word.means("negation") for word in (*near, *after))


def _object(words: tuple[Word, ...], index: int, languages: Languages, targets: Targets) -> Word | None:
    """The word for a target that is the object of the action at `index`; None if its object is something harmless."""
    if words[index].unspaced:
        return _unspaced_object(words, index, targets)
    return _object_after(words, index, languages, targets) or _object_before(words, index, languages, targets)


def _object_after(words: tuple[Word, ...], index: int, languages: Languages, targets: Targets) -> Word | None:
    """The object in "swaps two faces", "removal of clothing"; it ends where a preposition or another clause begins.

    None if it is replaced by what hides it: "replaces faces with a grey box".
    """
    follows_of = index + 1 < len(words) and words[index + 1].languages("of") & languages
    rest = words[index + 1 + bool(follows_of) :][: 2 * _MAX_OBJECT]
    group = _noun_phrase(rest, languages)
    after = rest[len(group) :]
    if after and after[0].languages("with") & languages:
        instead = _noun_phrase(after[1:], languages)
        if any(word.languages("cover") & languages for word in instead) and not _head(instead, targets, languages):
            return None
    return _head(group, targets, languages)


def _noun_phrase(words: Sequence[Word], languages: Languages) -> list[Word]:
    """The words before the next preposition, conjunction or comma."""
    group: list[Word] = []
    for word in words[:_MAX_OBJECT]:
        if word.means(COMMA) or word.languages("boundary") & languages:
            break
        group.append(word)
    return group


def _object_before(words: tuple[Word, ...], index: int, languages: Languages, targets: Targets) -> Word | None:
    """The object in "faces are swapped", "clothing removal", "Gesichter tauschen"."""
    action = words[index].text.lower()
    adjacent = index > 0 and words[index - 1].means(*targets) and not action.endswith("s")
    if languages == {"en"} and not adjacent and not action.endswith(_PASSIVE):
        return None
    group: list[Word] = []
    for word in reversed(words[max(0, index - _MAX_BEFORE) : index]):
        if word.means(COMMA) or (group and word.languages("boundary") & languages):
            break
        group.insert(0, word)
    return _head(group, targets, languages)


def _head(group: Sequence[Word], targets: Targets, languages: Languages) -> Word | None:
    """The target in a noun phrase; None if the phrase is about something harmless, as in "the faces' shadows"."""
    if any(word.languages("harmless") & languages for word in group):
        return None
    fitting = (word for word in reversed(group) if word.languages(*targets) & languages)
    return next((word for word in fitting if not word.possessive), None)


def _unspaced_object(words: tuple[Word, ...], index: int, targets: Targets) -> Word | None:
    """The target in the clause of an action in Chinese or Japanese, unless something harmless stands there."""
    ends = [place for place, word in enumerate(words) if word.means(COMMA)]
    first = max((place + 1 for place in ends if place < index), default=0)
    last = min((place for place in ends if place > index), default=len(words))
    clause = [word for word in words[first:last] if word is not words[index]]
    if any(word.means("harmless") for word in clause):
        return None
    return next((word for word in clause if word.means(*targets)), None)


def _combined(
    pattern: Pattern, words: tuple[Word, ...], index: int, languages: Languages
) -> Iterator[tuple[Word, ...]]:
    """Choose a different word of the same language for each other concept; in their order if they are a sequence."""
    near = words[max(0, index - _MAX_SPAN) : index + _MAX_SPAN]
    ordered = pattern.relation == "sequence" and not words[index].unspaced
    chosen = [words[index]]
    for alternatives in pattern.concepts[1:]:
        shared = ((word, word.languages(*alternatives) & languages) for word in near if word not in chosen)
        found = next(((word, both) for word, both in shared if both and _follows(word, chosen[-1], ordered)), None)
        if found is None:
            return
        chosen.append(found[0])
        languages = found[1]
    yield tuple(chosen)


def _follows(word: Word, before: Word, ordered: bool) -> bool:
    return not ordered or word.start > before.start
