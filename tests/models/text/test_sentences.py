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


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "No século V a.C. os gregos venceram.", ["No século V a.C. os gregos venceram."]),
        ("pt", "No séc. I a.C. e em 14 d.C. houve paz.", ["No séc. I a.C. e em 14 d.C. houve paz."]),
        ("pt", "Foi em 44 a. C. na Itália.", ["Foi em 44 a. C. na Itália."]),
        ("pt", "Foi no século V a.C. Os gregos venceram.", ["Foi no século V a.C.", "Os gregos venceram."]),
        ("pt", "No século I d.C., houve guerra.", ["No século I d.C., houve guerra."]),
        ("pt", "Em 44 a.C. 300 homens vieram.", ["Em 44 a.C. 300 homens vieram."]),
        ("pt", "(44 a.C.)", ["(44 a.C.)"]),
        ("es", "Nació en 5 a. de C. en Roma.", ["Nació en 5 a. de C. en Roma."]),
        ("es", "En 44 a. C. murió César.", ["En 44 a. C. murió César."]),
        ("it", "Nel 44 a.C. morì Cesare.", ["Nel 44 a.C. morì Cesare."]),
        ("fr", "En 44 av. J.-C. mourut César.", ["En 44 av. J.-C. mourut César."]),
        ("pt", "Comi pera e maçã. Vitamina C. basta.", ["Comi pera e maçã.", "Vitamina C. basta."]),
        ("pt", "A opção era a. Carlos saiu.", ["A opção era a.", "Carlos saiu."]),
    ],
)
def test_an_era_ends_no_sentence(language: str, text: str, expected: list[str]) -> None:
    """Before or after Christ, in any way it is written; before a capital it may."""
    assert [span.of(text) for span in sentences(text, language)] == expected
