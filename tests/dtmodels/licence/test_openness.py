"""Openness of licence expressions."""

import pytest

from dtmodels.licence.openness import data_status, is_free_software, is_open_data, is_osi_approved, made_for


@pytest.mark.parametrize(
    ("text", "osi", "free"),
    [
        ("MIT", True, True),
        ("GPL-2.0-only", True, True),
        ("GPL-2.0", True, True),
        ("Apache-2.0 WITH LLVM-exception", True, True),
        ("CC0-1.0", False, True),
        ("WTFPL", False, True),
        ("CC-BY-4.0", False, True),
        ("NASA-1.3", True, False),
        ("JSON", False, False),
        ("CC-BY-NC-4.0", False, False),
        ("LicenseRef-OpenRAIL", False, False),
        ("MIT AND CC-BY-4.0", False, True),
        ("MIT OR CC-BY-NC-4.0", True, True),
        ("MIT AND JSON", False, False),
        ("Beerware", False, False),
        ("NOASSERTION", False, False),
        ("LicenseRef-Unknown", False, False),
        ("MIT OR", False, False),
        ("", False, False),
    ],
)
def test_osi_approval_and_freedom(text: str, osi: bool, free: bool) -> None:
    assert (is_osi_approved(text), is_free_software(text)) == (osi, free)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("CC-BY-4.0", "open"),
        ("ODbL-1.0", "share-alike"),
        ("CC-BY-SA-4.0 AND CC-BY-4.0 AND CC0-1.0", "share-alike"),
        ("CC-BY-4.0 OR CC-BY-NC-4.0", "open"),
        ("CC-BY-4.0 AND CC-BY-NC-4.0", "restricted"),
        ("LicenseRef-SA-1B-Research", "restricted"),
        ("LicenseRef-Mixed-Per-Item", "mixed"),
        ("NOASSERTION", "undisclosed"),
        ("NONE", "undisclosed"),
        ("Beerware", "unlisted"),
        ("CC BY 4.0", "open"),
        ("gpl", "unlisted"),
        ("CC BY 4.0 / CC0 (per image)", "open"),
        ("CC BY-NC 4.0 and CC0, per image", "restricted"),
        ("no explicit open-source licenses", "unlisted"),
        ("custom research-only license", "unlisted"),
        ("GFDL-1.3", "share-alike"),
    ],
)
def test_data_status(text: str, status: str) -> None:
    assert data_status(text) == status
    assert is_open_data(text) == (status in ("open", "share-alike"))


def test_kinds_of_works_licences_were_written_for() -> None:
    assert made_for("MIT AND CC-BY-4.0") == {"software", "content"}
    assert made_for("CDLA-Permissive-2.0") == {"data"}
    assert made_for("MIT OR") == frozenset()
