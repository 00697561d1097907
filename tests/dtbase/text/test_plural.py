"""One is singular, nothing and many are plural."""

from dtbase.text.plural import pluralise


def test_one_is_singular_and_everything_else_is_not() -> None:
    assert [pluralise(count, "error") for count in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]
