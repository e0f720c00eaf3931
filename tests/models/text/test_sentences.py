"""Sentences and their borders."""

import pytest

from models.text.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Add 2 tbsp. of sugar.", ["Add 2 tbsp. of sugar."]),
        ("She lives at 12 Main St., Apt. 4, Springfield.", ["She lives at 12 Main St., Apt. 4, Springfield."]),
        ("Room: Rm. 4, approx. 3 m wide. It is warm.", ["Room: Rm. 4, approx. 3 m wide.", "It is warm."]),
        ("See Fig. 3, vol. 2, pp. 10 to 12.", ["See Fig. 3, vol. 2, pp. 10 to 12."]),
        ("Closed on Fri. The key is lost.", ["Closed on Fri.", "The key is lost."]),
        ("O séc. XXI começou. Fim.", ["O séc. XXI começou.", "Fim."]),
        ("It was Fri. I slept.", ["It was Fri.", "I slept."]),
        ("Moro no 3.º andar. É alto.", ["Moro no 3.º andar.", "É alto."]),
        ("A 10.ª edição, n.º 3.", ["A 10.ª edição, n.º 3."]),
        ("Ver pág. 3 e vol. 2 do livro.", ["Ver pág. 3 e vol. 2 do livro."]),
        ("Fica na av. central, apto. 12.", ["Fica na av. central, apto. 12."]),
        ("He came in. 4 people left.", ["He came in.", "4 people left."]),
        ("i love it. it works. 5 stars", ["i love it.", "it works.", "5 stars"]),
        ("Apt.\n4 rooms", ["Apt.", "4 rooms"]),
        ("Dr. A. Lee left at 3 p.m. on Monday.", ["Dr. A. Lee left at 3 p.m. on Monday."]),
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str, expected: list[str]) -> None:
    """Where a number or a small letter is behind it; elsewhere and at a line's end it may."""
    assert [span.of(text) for span in sentences(text)] == expected
