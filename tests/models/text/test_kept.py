"""What a translation keeps: which spans they are, and that none is lost, changed or doubled whatever is written."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engines.codec import read, write
from models.text.kept import kept
from tests import tiny_student

THINGS: tuple[str, ...] = ("{name}", "%s", "${x}", ":id", "<b>", "</b>", "`git push`", "https://a.io/b?c=1", "me@a.io")
THINGS += ("7,421", "½", "10³", "👨‍👩‍👧‍👦", "→", "a.pdf", "v2.0", "&amp;", "你好", "€5", "**", ":-)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They paid 2,345,678 dollars", ["2.345.678"]),
        ("on 12/05/2024 at 5:30", ["12/05/2024", "5:30"]),
        ("⚠️ Warning", ["⚠️"]),
        ("If x < 5 then", ["< 5"]),
        ("#1 in", ["#1"]),
        ("₹100 is", ["₹100"]),
        ("👨‍👩‍👧‍👦 family", ["👨‍👩‍👧‍👦"]),
        ("🇧🇷 and 👍🏽", ["🇧🇷", "👍🏽"]),
        ("Hello {name}, {{x}} %(x)s %s %d ${x} $x :id @ana #tag", None),
        ("Press <b>Save</b> <br/> &nbsp; now", ["<b>", "</b>", "<br/>", "&nbsp;"]),
        ("Run `git <b> push` now", ["`git <b> push`"]),
        ("[the docs](https://a.io)", ["[", "](https://a.io)"]),
        ("10³ metres, 1½ cups, ½ cup", ["10³", "1½", "½"]),
        ("50 m² and CO₂", ["50", "m²", "CO₂"]),
        ("https://a.io/b, me@a.io, report.pdf, v2.0, /etc/hosts, C:\\a\\b.txt --help f_x g()", None),
        ("and/or 5 km/h, e.g. this. That", ["5"]),
        ("the 19th century", []),
        ("from 2024-11-28T10:30:00Z to 2024-12-01", ["2024-11-28T10:30:00Z", "2024-12-01"]),
        ("thanks :-) and <3, :D", [":-)", "<3", ":D"]),
        ("for ₹99.99 or $12.50, 99.5 £", ["₹99,99", "12,50", "99,5"]),
        ("$ git push -f", ["$ git push -f"]),
        ("$ 5 is 3×4", ["5", "3×4"]),
        ("page 3.11 (see: 5) at 1:30", ["3.11", "5", "1:30"]),
        ("zzzz, he said, and AAAAH, III and committee", ["zzzz"]),
        ("100% sure - really, it's 50 % off", ["100", "50"]),
        ("grew 7.5%, 2.5kg, 1.75 m, 3.4 million", ["7,5", "2,5", "1,75", "3,4"]),
        ("in 3.5 minutes, at 2.5 more", ["3.5", "2.5"]),
        ("Open → Save • Close, 5 → 6", ["→", "•", "5", "→", "6"]),
        ("A → B", ["→"]),
        ("GET /users/:id/{x} of ~/docs/{id}", ["/users/:id/{x}", "~/docs/{id}"]),
        ("a ::before b", ["::before"]),
        ("a foo(x, y) b obj.method() c person(s)", ["foo(x, y)", "obj.method()"]),
        ("hahahaha banana", ["hahahaha"]),
        ("Ⅳ", ["Ⅳ"]),
    ],
)
def test_what_is_kept(text: str, expected: list[str] | None) -> None:
    """Numbers as the other language writes them, signs with their number, names and code whole; nothing else."""
    strange = {"#", "×", "→", "•", "<", "₹", "⚠", "\ufe0f", *"👨👩👧👦🇧🇷👍🏽²³½₂"}
    found = [part.form for part in kept(text, ("en", "pt"), strange)]
    assert found == (re.split(r",? ", text.removeprefix("Hello ")) if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Room １２３ is free", ["１２３"]),
        ("Call ０１２-３４５ now", ["０１２", "３４５"]),
        ("5 ㎏ of rice", ["5", "㎏"]),
        ("a floor of 10 ㎡", ["10", "㎡"]),
        ("about 25 ℃ today", ["25", "℃"]),
        ("½ cup, 2½ hours", ["½", "2½"]),
        ("¼, ⅓ and ⅞ of it", ["¼", "⅓", "⅞"]),
        ("10⁻³ of a metre", ["10⁻³"]),
        ("x² and H₂O", ["x²", "H₂O"]),
        ("a note¹ below", ["note¹"]),
        ("steps ① to ⑩", ["①", "⑩"]),
        ("⒈ first", ["⒈"]),
        ("Henry Ⅷ and ⅳ", ["Ⅷ", "ⅳ"]),
        ("see № 5", ["№ 5"]),
        ("Glassbox™ and ℠", ["™", "℠"]),
        ("made by ㈱", ["㈱"]),
        ("the ﬁrst oﬃce", []),
        ("a ｆｕｌｌ width", []),
        ("a ｶﾀｶﾅ word", []),
    ],
)
def test_what_compatibility_takes_apart(text: str, forms: list[str]) -> None:
    """Numerals and signs that NFKC makes others of are kept; letters that it only spells otherwise are read."""
    assert [part.form for part in kept(text, ("en", "pt"), ())] == forms


@pytest.mark.parametrize(
    ("text", "closely", "readings"),
    [
        ("eggs → milk → tea", False, ["-", "-"]),
        ("half-raw eggs → milk", False, [">"]),
        ("a - b > c → d", False, ["/"]),
        ("- > / | a → b", False, [""]),
        ("eggs → milk", True, [""]),
        ("→ milk", False, [""]),
        ("eggs→milk", False, [""]),
    ],
)
def test_a_sign_between_words_is_read_as_one_that_is_known(text: str, closely: bool, readings: list[str]) -> None:
    """One that the text does not have; in a further attempt nothing is read for it."""
    assert [part.reading for part in kept(text, ("en", "pt"), {"→"}, closely) if part.form == "→"] == readings


@pytest.mark.parametrize(
    ("pair", "text", "kept_as"),
    [
        (("pt", "en"), "A$ 20", {"A$ 20": "$ 20"}),
        (("pt", "en"), "A$20", {"A$20": "$20"}),
        (("pt", "en"), "A$ 1.234,50", {"A$ 1,234.50": "$ 1,234.50"}),
        (("en", "pt"), "US$1.2 billion", {"US$1,2": "$1,2"}),
        (("en", "zh"), "HK$1,100", {"HK$1,100": "$1,100"}),
        (("pt", "en"), "US$ 15", {"15": "15"}),
        (("pt", "en"), "A$ 20 e US$ 15", {"A$ 20": "$ 20", "15": "15"}),
        (("pt", "en"), "R$ 15", {"15": "15"}),
        (("pt", "en"), "R$ 15 e R$ 16", {"15": "15", "16": "16"}),
        (("pt", "en"), "R$ 15 e US$ 16", {"R$ 15": "$ 15", "16": "16"}),
        (("en", "pt"), "R$15 or $16", {"R$15": "$15", "16": "16"}),
        (("en", "pt"), "paid in C$", {"C$": "$"}),
        (("en", "pt"), "the A$1st", {"A$": "$"}),
        (("en", "pt"), "USA$ 5", {"5": "5"}),
    ],
)
def test_dollars_of_a_country_are_read_as_dollars(
    pair: tuple[str, str], text: str, kept_as: dict[str, str | None]
) -> None:
    """With their amount, which says which dollars they are; those that the network knows alone are left to it."""
    assert {part.form: part.reading for part in kept(text, pair, ())} == kept_as


@pytest.mark.parametrize(
    ("pair", "written", "form"),
    [
        (("pt", "en"), "2.345.678,5", "2,345,678.5"),
        (("en", "pt"), "1,234.56", "1.234,56"),
        (("en", "pt"), "3.11", "3.11"),
        (("pt", "es"), "2.345", "2.345"),
        (("en", "zh"), "2,345", "2,345"),
        (("en", "pt"), "1.2.3", "1.2.3"),
    ],
)
def test_separators_are_the_other_languages(pair: tuple[str, str], written: str, form: str) -> None:
    """Groups of thousands change their separator; a version does not, nor a number between languages that agree."""
    [part] = kept(f"a {written} b", pair, ())
    assert part.form == form


@pytest.mark.parametrize(
    ("pair", "text", "forms", "accepted"),
    [
        (("pt", "en"), "às 9h30 de sábado", ["9:30"], "9.30"),
        (("pt", "en"), "às 4h04, para", ["4:04"], "4.04"),
        (("pt", "en"), "às 00h55 na", ["00:55"], "00.55"),
        (("pt", "en"), "às 19h30, horário", ["19:30"], "7:30"),
        (("pt", "en"), "às 22 h 15min.", ["22:15"], "10:15"),
        (("pt", "en"), "Às 14h, havia", ["14"], "2:00"),
        (("pt", "fr"), "às 9h30 de sábado", ["9h30"], None),
        (("en", "pt"), "at 9:30 on", ["9:30"], "9h30"),
        (("en", "pt"), "at 2pm two", ["14:00"], "14h"),
        (("en", "pt"), "at 7 AM the", ["7:00"], "07h00"),
        (("en", "pt"), "at 12:30 p.m. on", ["12:30"], "12h30"),
        (("en", "pt"), "at 12:15 a.m. on", ["0:15"], "00:15"),
        (("en", "pt"), "at 10:30pm.", ["22:30"], "22h30"),
        (("en", "pt"), "2-4pm, 2 to 4 p.m.", ["2", "4", "2", "4"], None),
        (("en", "zh"), "at 2pm two", ["2"], None),
        (("pt", "en"), "na 2ª Guerra, 30ºC e 3º lugar", ["30"], None),
        (("pt", "en"), "12h5 e x9h30 e 100h30", ["12", "100"], None),
    ],
)
def test_times_of_the_day(pair: tuple[str, str], text: str, forms: list[str], accepted: str | None) -> None:
    """Hours and minutes as the other language writes them; an ordinal is left to the network."""
    parts = kept(text, pair, ())
    assert [part.form for part in parts if part.form[0].isdigit()] == forms
    assert accepted is None or accepted in parts[0].accepted


@given(
    things=st.lists(st.sampled_from(THINGS), min_size=1, max_size=4),
    attempt=st.integers(0, 2),
    output=st.lists(st.integers(2, 60), min_size=1, max_size=12),
    seed=st.integers(0, 9),
)
def test_nothing_is_lost_whatever_the_network_writes(
    things: list[str], attempt: int, output: list[int], seed: int
) -> None:
    """Noise of a network: each thing stands in the sentence just as often, and every link is within both texts."""
    tokenizer = tiny_student.tokenizer()
    text = "The dog " + " jumps ".join(things) + " over."
    source = read(tokenizer, text, ("en", "en"), attempt)
    assert all(0 <= start <= end <= len(text) for start, end in source.offsets)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(source.ids)), len(output)).astype(np.float32)
    written = write(tokenizer, source, output, weights, True)
    for thing in set(things) - {"<b>", "</b>", "**"}:
        assert written.text.count(thing) >= text.count(thing), (thing, written.text)
    for link in written.links:
        assert 0 <= link.source.start < link.source.end <= len(text)
        assert 0 <= link.target.start < link.target.end <= len(written.text)


@given(things=st.lists(st.sampled_from(THINGS), min_size=1, max_size=4), attempt=st.integers(0, 2))
def test_a_network_that_copies_gives_the_text_back(things: list[str], attempt: int) -> None:
    """With the network's own reading as its output, and each piece looking at itself, nothing has changed."""
    tokenizer = tiny_student.tokenizer()
    text = "The dog " + " jumps ".join(things) + " over."
    source = read(tokenizer, text, ("en", "en"), attempt)
    ids = list(source.ids[:-1])
    written = write(tokenizer, source, ids, np.eye(len(ids), len(source.ids), dtype=np.float32), True)
    assert written.text.replace(" ", "") == text.replace(" ", "")
    assert written.faults == 0
