"""Numbers and measures, read alike in every language that is offered."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text.quantities import MEASURES, has_measure, measures, numbers


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("They sold 2,345,678 cars at 3.5 each.", "en", ["2345678", "3.5"]),
        ("2.345.678 carros a 3,5 cada, 2 mil milhões ao todo", "pt", ["2345678", "3.5", "2000000000"]),
        ("Version 3.11.4 of 2024", "en", ["3.11.4", "2024"]),
        ("2 500 voitures, 15 % de plus", "fr", ["2500", "15"]),
        ("Im Jahr 2019 kamen zwölf von 1,5 Millionen.", "de", ["2019", "12", "1500000"]),
        (
            "二〇二四年有三百二十人，1.5万辆，2亿3000万元，八十万，2万5千",
            "zh",
            ["2024", "320", "15000", "230000000", "800000", "25000"],
        ),
        ("３月に１２３人", "ja", ["3", "123"]),
        ("twenty-two of two million, 2.3 million and forty", "en", ["22", "2000000", "2300000", "40"]),
        ("1,500 and 1.500, 3.5 and 3,5", "", ["1500", "1500", "3.5", "3.5"]),
        ("2,500 carros", "pt", ["2.5"]),
        ("nothing: a someone, the tents, 'ninety' aside", "en", ["90"]),
    ],
)
def test_values(text: str, language: str, expected: list[str]) -> None:
    """Groups, decimals, magnitudes, numerals and words come out as plain digits."""
    assert [number.value for number in numbers(text, language)] == expected


@pytest.mark.parametrize(
    ("language", "swapped"), [("en", False), ("zh", False), ("pt", True), ("de", True), ("es", True)]
)
@given(number=st.decimals(min_value=0, max_value=10**9, places=2))
def test_any_number_in_the_way_of_its_language(language: str, swapped: bool, number: Decimal) -> None:
    """What is written with groups and decimals is read as it was meant."""
    written = f"{number:,}"
    text = written.translate(str.maketrans(",.", ".,")) if swapped else written
    [found] = numbers(f"Es {text}!", language)
    assert Decimal(found.value) == number
    assert found.span.of(f"Es {text}!") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $25, 5 miles away, with 3 kg at 15%.", ["$", "mile", "kg", "%"]),
        ("价格是25美元，重3公斤。", ["$", "kg"]),
        ("25元，100日元", ["¥", "¥"]),
        ("R$ 30 and 5 million dollars", ["R$", "$"]),
        ("30 °C in the 5 rooms", ["°"]),
        ("The dollar fell; it is miles away.", []),
    ],
)
def test_measures_stand_at_numbers(text: str, expected: list[str]) -> None:
    """A sign before a number or a unit behind it, in any of the languages."""
    assert measures(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("25元", "$", False),
        ("25美元", "¥", False),
        ("R$ 25", "$", False),
        ("vinte dólares", "$", True),
        ("五公里", "km", True),
        ("5 km", "m", False),
        ("五厘米", "m", False),
        ("15％", "%", True),
    ],
)
def test_one_measure_is_not_another(text: str, name: str, expected: bool) -> None:
    """A name inside another does not count."""
    assert has_measure(text, name) is expected


def test_each_measure_knows_its_own_sign() -> None:
    """The name of a currency is its sign."""
    for name in MEASURES.keys() & set("$€£¥₹%°"):
        assert has_measure(name, name)
