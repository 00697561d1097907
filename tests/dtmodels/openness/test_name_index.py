"""Search for names: hyphenation, case, look-alikes, acronyms."""

from __future__ import annotations

import pytest

from dtmodels.openness.mentions import used
from dtmodels.openness.name_index import NameIndex

NAMES = NameIndex(["LAION", "COCO", "FFHQ", "LRS", "SA-1B", "Common Crawl", "Visual Genome"], ["Visual Genome"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("laion2B-en", "laion"),
        ("of LA1ON-5B", "LA1ON"),
        ("L A I O N", "L A I O N"),
        ("L\u200bАION", "L\u200bАION"),
        ("ffhq256", "ffhq"),
        ("CommonCrawl dump", "CommonCrawl"),
        ("sa_1b masks", "sa_1b"),
        ("on C0C0", "C0C0"),
        ("of Visual Genome", "Visual Genome"),
    ],
)
def test_name_is_found_at_its_place(text: str, place: str) -> None:
    assert [text[found.start : found.end] for found in NAMES.find(text)] == [place]


@pytest.mark.parametrize("text", ["pavilion", "a coco nut", "the IRS", "a visual genome", "FFHQs", "SA-1BC", ""])
def test_part_of_a_word_and_common_words_are_not_found(text: str) -> None:
    assert list(NAMES.find(text)) == []


def test_acronym_in_small_letters_is_found_in_urls_only() -> None:
    assert [found.name for found in NAMES.find("host.org/coco/x", any_case=True)] == ["COCO"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no images of LAION, FFHQ or COCO", []),
        ("no faces, but 10,000 images of COCO", ["COCO"]),
        ("not resized; drawn from LAION", ["LAION"]),
        ("in the format of COCO, trained on FFHQ", ["FFHQ"]),
        ("LAION was not used; COCO was", ["COCO"]),
        ("LAION-free", []),
        ("ohne Bilder aus COCO", []),
        ("没有LAION的图片", []),
    ],
)
def test_excluded_and_compared_names_are_not_used(text: str, names: list[str]) -> None:
    assert [found.name for found in used(text, NAMES.find(text))] == names
