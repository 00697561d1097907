"""Verdicts on licence expressions, valid and invalid ones."""

import pytest

from dtmodels.licence import Verdict, licence_verdict

EXPECTED = [
    ("MIT OR", "invalid"),
    ("(MIT", "invalid"),
    ("(Apache-2.0) AND ()", "invalid"),
    ("MIT/Apache-2.0", "invalid"),
    ("Apache 2.0", "invalid"),
    ("ＭＩＴ", "invalid"),
    ("apache-2.0", "compatible"),
    ("MIT or Apache-2.0", "compatible"),
    ("MIT Or Apache-2.0", "invalid"),
    ("GPL-3.0", "compatible"),
    ("GPL-2.0", "incompatible"),
    ("GPL-2.0+", "compatible"),
    ("GPL-2.0-only", "incompatible"),
    ("GPL-2.0-only OR MIT", "compatible"),
    ("MIT AND CC-BY-NC-4.0", "incompatible"),
    ("MPL-2.0-no-copyleft-exception", "incompatible"),
    ("MPL-2.0", "compatible"),
    ("CC-BY-4.0", "compatible"),
    ("CC-BY-SA-4.0", "conditional"),
    ("CC-BY-SA-3.0", "incompatible"),
    ("AGPL-3.0-only", "compatible"),
    ("LGPL-3.0-only", "compatible"),
    ("GPL-3.0-only", "compatible"),
    ("FTL", "compatible"),
    ("BSD-4-Clause", "incompatible"),
    ("JSON", "incompatible"),
    ("NASA-1.3", "incompatible"),
    ("Artistic-1.0", "incompatible"),
    ("Artistic-1.0-Perl OR GPL-1.0-or-later", "compatible"),
    ("ODbL-1.0", "incompatible"),
    ("NOASSERTION", "incompatible"),
    ("NONE", "incompatible"),
    ("MIT OR NOASSERTION", "invalid"),
    ("LicenseRef-SAM-License", "incompatible"),
    ("LicenseRef-Unknown", "unlisted"),
    ("openrail", "invalid"),
    ("other", "invalid"),
    ("unknown", "invalid"),
    ("NO", "invalid"),
    ("MIT OR " * 200, "invalid"),
    ("Beerware", "unlisted"),
    ("Foo-1.0", "unlisted"),
    ("MIT AND Beerware", "unlisted"),
    ("Beerware AND JSON", "incompatible"),
    ("Beerware OR MIT", "compatible"),
    ("AGPL-3.0-only+", "invalid"),
    ("CC-BY-4.0+", "invalid"),
    ("MIT+", "invalid"),
    ("Apache-2.0+", "compatible"),
    ("MIT WITH LLVM-exception", "invalid"),
    ("Apache-2.0 WITH LLVM-exception", "compatible"),
    ("Apache-2.0 WITH Nothing-exception", "invalid"),
    ("GPL-2.0-or-later WITH mif-exception", "unlisted"),
    ("GPL-2.0-only WITH Classpath-exception-2.0", "conditional"),
    ("GPL-2.0-only WITH Font-exception-2.0", "incompatible"),
    ("GPL-2.0-with-classpath-exception", "conditional"),
    ("Net-SNMP", "unlisted"),
]


@pytest.mark.parametrize(("text", "status"), EXPECTED, ids=[text[:40] for text, _ in EXPECTED])
def test_verdict_of_expression(text: str, status: str) -> None:
    assert licence_verdict(text).status == status


def failing(verdict: Verdict) -> list[str]:
    return [part.text for part in verdict.failing]


def test_failing_part_has_position_reason_and_authority() -> None:
    text = "MIT AND (CC0-1.0 AND CC-BY-NC-4.0)"
    (part,) = licence_verdict(text).failing
    assert text[part.start : part.end] == part.text == "CC-BY-NC-4.0"
    assert "commercial" in part.reason
    assert part.authority.startswith("Free Software Foundation")
    assert part.url == "https://www.gnu.org/licenses/license-list.html#CC-BY-NC"


def test_failing_parts_come_from_the_best_alternative() -> None:
    assert failing(licence_verdict("JSON AND MIT AND ODbL-1.0")) == ["JSON", "ODbL-1.0"]
    assert failing(licence_verdict("(JSON AND ODbL-1.0) OR (MIT AND CC-BY-SA-4.0)")) == ["CC-BY-SA-4.0"]
    assert failing(licence_verdict("JSON OR MIT")) == []


def test_best_alternatives_are_chosen() -> None:
    assert licence_verdict("(GPL-2.0-only OR MIT) AND (ISC OR JSON)").chosen == "MIT AND ISC"
    assert licence_verdict("MIT AND ISC").chosen == ""


def test_many_alternatives_stay_fast() -> None:
    verdict = licence_verdict(" AND ".join(["(MIT OR GPL-2.0-only)"] * 10))
    assert verdict.status == "compatible"
    assert len(verdict.applicable) == 10


@pytest.mark.parametrize(
    ("text", "kind", "replacements"),
    [
        ("apache-2.0", "spelling", ("Apache-2.0",)),
        ("MIT or ISC", "spelling", ("OR",)),
        ("GPL-3.0", "deprecated", ("GPL-3.0-only", "GPL-3.0-or-later")),
        ("gpl-2.0+", "deprecated", ("GPL-2.0-or-later",)),
        ("GPLv3", "invalid", ("GPL-3.0-only", "GPL-3.0-or-later")),
        ("The MIT License", "invalid", ("MIT",)),
        ("cc by-sa 4.0", "invalid", ("CC-BY-SA-4.0",)),
        ("custom", "invalid", ()),
        ("MIT WITH LLVM-exception", "misfit", ()),
    ],
)
def test_problem_lists_replacements(text: str, kind: str, replacements: tuple[str, ...]) -> None:
    (problem,) = licence_verdict(text).problems
    assert (problem.kind, problem.replacements) == (kind, replacements)


def test_fix_for_slash_offers_or_and_and() -> None:
    (problem,) = licence_verdict("mit/apache-2.0").problems
    assert "MIT OR Apache-2.0" in problem.fix and "MIT AND Apache-2.0" in problem.fix


def test_fix_for_misspelt_id_suggests_similar_ids() -> None:
    (problem,) = licence_verdict("Apach-2.0").problems
    assert problem.kind == "unlisted" and "Apache-2.0" in problem.fix


def test_misspelt_expression_is_one_problem() -> None:
    text = "ISC AND (apache-2.0 with llvm-exception or mit)"
    (problem,) = licence_verdict(text).problems
    (replacement,) = problem.replacements
    assert (
        text[: problem.start] + replacement + text[problem.end :] == "ISC AND (Apache-2.0 WITH LLVM-exception OR MIT)"
    )


def test_only_the_first_unknown_id_gets_suggestions() -> None:
    first, second = licence_verdict("Apach-2.0 AND Apach-2.1").problems
    assert "did you mean" in first.fix and "did you mean" not in second.fix
