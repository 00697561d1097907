"""Cache of the last result of a function."""

from dtbase.system.last_result import cache_last


def test_only_the_same_object_with_the_same_arguments_is_not_computed_again() -> None:
    calls = []

    @cache_last
    def measure(subject: list[int], factor: int = 1) -> int:
        calls.append(factor)
        return len(subject) * factor

    one, equal = [1], [1]
    assert [measure(one), measure(one), measure(one, 2), measure(one, factor=2), measure(equal, factor=2)] == [
        1,
        1,
        2,
        2,
        2,
    ]
    assert calls == [1, 2, 2, 2]
