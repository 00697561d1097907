"""Plural forms: 1 is singular, 0 and 2 are plural."""

from dtbase.text.plural import pluralise


def test_plural_forms() -> None:
    assert [pluralise(count, "error") for count in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]
