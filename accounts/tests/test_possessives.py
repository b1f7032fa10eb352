import pytest

from accounts.possessives import possessives, without


def test_possessives_are_the_words_with_an_apostrophe():
    assert possessives("O'Grady's Pub") == {"ogradis"}
    assert possessives("Gallaghers Bakery") == frozenset()


@pytest.mark.parametrize(
    ("word", "base", "owned", "is_nordic", "is_one"),
    [
        ("murfis", "murfi", True, False, True),
        ("murfis", "murfi", False, False, False),
        ("biorkbackens", "biorkbacken", False, True, True),
        ("biorkbackens", "biorkbacken", False, False, False),
        ("fiellheimen", "fiellheim", False, True, True),
        ("andersen", "anders", False, True, False),
        ("peters", "pete", False, True, False),
    ],
)
def test_without(word, base, owned, is_nordic, is_one):
    written = without((word, "bageri"), (base, "bageri"), frozenset({word} if owned else ()), is_nordic)

    assert written == ((base if is_one else word), "bageri")
