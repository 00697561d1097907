"""Statements about a name in a running text: whether something was made from it, or is only compared with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dtmodels.openness.name_index import Found

_EXCLUDED = (
    r"no|not|none|never|nor|neither|without|nothing|cannot|unlike|except|excluding|excludes?|avoid(s|ing)?",
    r"(is|was|were|are|does|did|do|has|have)n t|(instead|free|independent|devoid|regardless) of",
    r"(rather|other|different) (than|from)|disjoint (from|with)",
    r"kein\w*|nicht|ohne|statt|weder|noch|anders als|sans|pas|aucune?|contrairement|sin|ni|ningun\w*|sem|nenhum\w*|não",
    r"senza|non|nessun\w*|без|не|ни",
)
_COMPARED = (
    r"like|similar|same|as (in|for|with)|(style|spirit|format|layout|structure) of|following|modelled|inspired",
    r"compar\w*|than|alternatives? to|replacements? for|replaces?|successor|class(es)?|categor(y|ies)|vocabulary",
    r"taxonomy|protocol|benchmarks?|evaluat\w*|test(ed|s|ing)? (on|with|set)|validat\w*|measured|scores?",
    r"(db|accuracy|results) on|overlap\w*|(de-?)?duplicat\w*|decontaminat\w*",
    r"ähnlich|verglichen|wie (in|bei|der)|comme|como|come|similaire|similar(es)?",
)
_MADE_FROM = (
    r"train\w*|(taken|drawn|selected) from|subsets?|sampled|filtered|derived|crops?|excerpts?|portion|parts? of",
)
_AFTERWARDS = (
    r"style|like|free|format\w*|class(es)?|categor(y|ies)|labels? (set|map)|taxonomy|vocabulary|benchmark|protocol",
    r"metric|evaluation|not (used|included)",
    r"((images?|data|photos?|photographs) )?(was|were|is|are|has|have|did|do|does) (not|never|no)",
    r"((images?|data|photos?|photographs) )?(was|were|is|are) (excluded|removed|refused|rejected|left out)",
    r"を(含ま|使わ|使用し)ない|は(含ま|使わ|使用し)",
)
_ENDS_CLAUSE = (
    r"[.;:!?](?=\s|$)|[。；！？]|\bbut\b",
    r",\s*(?:then|yet|they|it|we|all|these|images|sondern|aber|mais|pero|ma|но)\b",
)
_AND = r"and|or|nor|und|oder|noch|et|ou|ni|y|o|e|и|или|ни"


def _any_of(*patterns: str) -> str:
    return "|".join(patterns)


_IS_EXCLUDED = re.compile(
    rf"(?i)\b({_any_of(*_EXCLUDED)})\b[^.;:!?]*$|[没不未无沒無](有|是|含|来自|使用|包含)?[^。；！？]*$"
)
_IS_COMPARED = re.compile(rf"(?i)\b({_any_of(*_COMPARED)})\b(?!.*\b({_any_of(*_MADE_FROM)})\b)[^.;!?]*$")
_IS_EXCLUDED_LATER = re.compile(rf"(?i)[\s)'\"-]*({_any_of(*_AFTERWARDS)})")
_CLAUSE_END = re.compile(rf"(?i){_any_of(*_ENDS_CLAUSE)}")
_LIST = re.compile(rf"(?i)[\s\w-]{{0,12}}?\s*([,/&+;、和或]|\b({_AND})\b)+\s*(\b({_AND}|from|of|any)\s+)*")
_CONTEXT = 160
"""Characters before a name that are read."""


def used(text: str, names: Iterable[Found]) -> Iterator[Found]:
    """Yield the names that a text states as a source; not those that it excludes, or names for comparison.

    A name in a list shares the verdict of the name before it: "no images of LAION, FFHQ or COCO" uses none.
    """
    previous: Found | None = None
    excluded = False
    for found in sorted(names, key=lambda one: (one.start, -one.end)):
        inside = previous is not None and found.start < previous.end
        if not inside and not (previous and _LIST.fullmatch(text[previous.end : found.start])):
            excluded = _is_excluded(text[max(0, found.start - _CONTEXT) : found.start])
        if not excluded and not _IS_EXCLUDED_LATER.match(text[found.end : found.end + 60]):
            yield found
        if not inside:
            previous = found


def _is_excluded(before: str) -> bool:
    clause = _CLAUSE_END.split(re.sub("['’]", " ", before))[-1] or ""
    return _IS_EXCLUDED.search(clause) is not None or _IS_COMPARED.search(clause) is not None
