"""Wrapped and quoted paragraphs are one; lists, verse, addresses, tables and code keep their lines."""

import textwrap

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from models.text.paragraphs import on_one_line, paragraphs, unwrapped
from models.text.sentences import sentences

_WORDS = """
the a of to and in for with that from it is was were had her his on by at water light keeper harbour evening storm
island window letter between another morning quietly remember lighthouse ordinary afternoon Maria Porto 1931
"""
WORDS = st.sampled_from(_WORDS.split())
SENTENCE = st.lists(WORDS, min_size=6, max_size=30).map(lambda words: f"The {' '.join(words)}.")
PROSE = st.lists(SENTENCE, min_size=2, max_size=8).map(" ".join)
QUOTES = st.sampled_from(["", "> ", ">> ", "> > ", ">"])


@given(text=PROSE, width=st.integers(40, 100), quote=QUOTES)
@example(f"{'The ' + 'the ' * 5}keeper harbour a. {'The ' + 'the ' * 10}light.", 40, "")
def test_a_wrapped_paragraph_is_one(text: str, width: int, quote: str) -> None:
    """At every width, quoted or not, the sentences are those of the text on one line, and no character moves."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    # Three lines and more; of two the border may say nothing.
    assume(len(lines) > 2)
    wrapped = "\n".join(quote + line for line in lines)
    flat = unwrapped(wrapped)
    assert len(flat) == len(wrapped)
    assert [on_one_line(span.of(wrapped)) for span in sentences(wrapped)] == [span.of(text) for span in sentences(text)]
    assert flat.split() == text.split()


KEPT = {
    "sonnet": "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
    "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date;",
    "couplet": "So long as men can breathe or eyes can see,\nSo long lives this, and this gives life to thee.",
    "hymn": "Because I could not stop for Death –\nHe kindly stopped for me –\nThe Carriage held but just Ourselves –\n"
    "And Immortality.",
    "blank verse": "Of Man's first disobedience, and the fruit\nOf that forbidden tree whose mortal taste\n"
    "Brought death into the World, and all our woe,\nWith loss of Eden, till one greater Man\n"
    "Restore us, and regain the blissful seat,",
    "enjambment": "Its loveliness increases; it will never\nPass into nothingness; but still will keep\n"
    "A bower quiet for us, and a sleep\nFull of sweet dreams, and health, and quiet breathing.",
    "long verse": "Houses and rooms are full of perfumes, the shelves are crowded with perfumes,\n"
    "I breathe the fragrance myself and know it and like it,\nThe distillation would intoxicate me also.",
    "verse in small letters": "the rain came down on the tin roof\nall night\nand we lay there listening\n"
    "to the gutters fill and the dog\nturn over in his sleep",
    "Portuguese verse": "Amor é fogo que arde sem se ver;\nÉ ferida que dói e não se sente;\n"
    "É um contentamento descontente;\nÉ dor que desatina sem doer;",
    "Spanish verse": "Caminante, son tus huellas\nel camino y nada más;\ncaminante, no hay camino,\n"
    "se hace camino al andar.",
    "French verse": "Souvent, pour s'amuser, les hommes d'équipage\nPrennent des albatros, vastes oiseaux des mers,\n"
    "Qui suivent, indolents compagnons de voyage,\nLe navire glissant sur les gouffres amers.",
    "German verse": "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;\n"
    "Er hat den Knaben wohl in dem Arm,\nEr fasst ihn sicher, er hält ihn warm.",
    "Chinese verse": "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
    "song": "Oh, when the saints go marching in\nOh, when the saints go marching in\n"
    "Oh Lord, I want to be in that number\nWhen the saints go marching in",
    "shopping list": "milk\neggs\nfresh bread from the baker on the corner\nbutter\n"
    "washing powder and something for the dishwasher\napples",
    "recipe": "2 cups of flour\n1 teaspoon of baking powder\n3 large eggs, beaten\n"
    "1 1/2 cups of milk at room temperature\nbutter for the pan",
    "tasks": "Call the bank about the loan\nBook the train to Porto for next Friday\n"
    "Pick up the parcel from the post office before six\nWater the plants",
    "tasks in small letters": "buy a birthday present for Anna\nreturn the library books that are due on Friday\n"
    "ask the landlord about the heating\npay the gas bill",
    "bullets": "- Bread from the baker on the corner, if he is open\n- milk\n"
    "- a dozen eggs and some butter for the weekend cake\n- tea",
    "steps": "1. Open the settings of the application and choose accounts\n2. press the button that says remove\n"
    "3. restart the telephone",
    "prices": "Small: $5\nLarge: $5",
    "menu": "Grilled salmon with lemon butter sauce 18.50\nroast chicken with garlic and thyme 16.00\n"
    "mushroom risotto with parmesan 14.50\nlentil soup 7.00",
    "a sentence a line": "The hotel was clean and very quiet at night.\nThe staff was rude to us at the desk.\n"
    "We will not come back.",
    "Chinese list": "牛奶\n鸡蛋和面包\n洗衣粉、洗洁精和给洗碗机用的盐\n苹果",
    "address": "Dr. Maria Silva\nDepartment of Physics and Astronomy\nUniversity of Porto\nRua do Campo Alegre 687\n"
    "4169-007 Porto\nPortugal",
    "American address": "Attn: Accounts Payable\nGreat Northern Railway Company of Minnesota\n"
    "175 East Fourth Street, Suite 1200\nSaint Paul, MN 55101",
    "signature": "Best regards,\nAnna Holt\nHead of Marketing, Northern Lights Publishing Ltd\nTel. +44 20 7946 0123",
    "columns": "Name          Price   Stock\nTea kettle     $20.00     3\nCoffee grinder $45.00    12",
    "table": "| a | b |\n|---|---|\n| one thing here | another thing there |\n| more of it | and more |",
    "tabs": "id\ttext\n1\tThe kettle works very well and it is quiet\n2\tbroke after a week",
    "log": "2024-03-01 12:00:01 INFO server started on port 8080 with 4 workers\n"
    "2024-03-01 12:00:05 WARN slow query took 2301 ms in module orders",
    "YAML": "name: glassbox\ndescription: a page of language models to see into\nversion: 2\nlicense: mit",
    "INI": "[server]\nhost = localhost\nlog_file = /var/log/some/very/long/path/server.log\nlevel = debug",
    "shell": "pip install -r requirements.txt\npython app.py --port 8080 --host 0.0.0.0\ncurl localhost:8080/healthz",
    "Python": "from dataclasses import asdict, replace\nfrom typing import Any",
    "JavaScript": 'const button = document.querySelector("#sentiment-run");\nbutton.addEventListener("click", () => {\n'
    "  run(button);\n});",
    "chat": "Anna: are you coming to the party on Saturday evening?\nBen: yes, but later\n"
    "Anna: great, bring something to drink and maybe some ice",
    "hard breaks": "the first line of an address in the old town  \nand the second one after two blanks  \nthe third",
}


@pytest.mark.parametrize("quote", ["", "> "])
@pytest.mark.parametrize("name", KEPT)
def test_lines_that_count_are_kept(name: str, quote: str) -> None:
    """Whatever is no prose keeps every line break."""
    text = "\n".join(quote + line for line in KEPT[name].split("\n"))
    assert unwrapped(text).count("\n") == text.count("\n")


@pytest.mark.parametrize("name", KEPT)
def test_a_letter_around_a_list_is_joined_and_the_list_is_not(name: str) -> None:
    """Paragraphs before and behind are found all the same."""
    prose = "\n".join(textwrap.wrap("We had talked about it for the whole of the long winter, and in the end " * 3, 60))
    text = f"Dear Anna,\n{prose}\n\n{KEPT[name]}\n\n{prose}"
    flat = unwrapped(text)
    assert flat.split("\n")[1].count("winter") == 3
    assert flat.split("\n")[3:-2] == KEPT[name].split("\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "I am writing to you because the kettle that I\nbought from you has stopped working.",
            ["I am writing to you because the kettle that I bought from you has stopped working."],
        ),
        (
            "Dear Anna,\nthank you very much for the letter, which came on\nMonday. I was glad.\nBest,\nBen",
            [
                "Dear Anna,",
                "thank you very much for the letter, which came on Monday.",
                "I was glad.",
                "Best,",
                "Ben",
            ],
        ),
        (
            "- The first thing is long, and so it goes on in the\n  next line.\n- The second is short.",
            ["- The first thing is long, and so it goes on in the next line.", "- The second is short."],
        ),
        (
            "> She said that it had taken no more than phase\n> 2. This was a surprise to all of us at the\n> table.",
            ["She said that it had taken no more than phase 2.", "This was a surprise to all of us at the table."],
        ),
        (
            "The keeper of the light wrote of the door\na. He wrote of the harbour and of the evening\nof a storm.",
            ["The keeper of the light wrote of the door a. He wrote of the harbour and of the evening of a storm."],
        ),
        (
            "The winter was long, and so we did these\na. we read the letters of the old keeper\nb. we slept.",
            ["The winter was long, and so we did these", "a. we read the letters of the old keeper", "b. we slept."],
        ),
        (
            "The winter was long, and we did one thing.\na. we read the letters of the old keeper\nand of his wife.",
            ["The winter was long, and we did one thing.", "a. we read the letters of the old keeper and of his wife."],
        ),
        (
            "The author of these letters is a rather well-\nknown writer of novels about lighthouses and\nthe coast.",
            ["The author of these letters is a rather well-known writer of novels about lighthouses and the coast."],
        ),
        (
            "1\n00:00:01,000 --> 00:00:03,000\nI never thought that we would see\nthe day",
            ["1", "00:00:01,000 --> 00:00:03,000", "I never thought that we would see the day"],
        ),
        (
            "这座灯塔建于一八九一年，当时的看守人每天晚上\n都要爬上一百二十级台阶去点灯。后来灯塔改用了\n电灯，看守人就离开了。",
            [
                "这座灯塔建于一八九一年，当时的看守人每天晚上都要爬上一百二十级台阶去点灯。",
                "后来灯塔改用了电灯，看守人就离开了。",
            ],
        ),
        (
            "بنيت المنارة في عام ألف وثمانمائة وواحد\nوتسعين وكان الحارس يصعد كل ليلة إلى أعلاها\nليشعل النور.",
            ["بنيت المنارة في عام ألف وثمانمائة وواحد وتسعين وكان الحارس يصعد كل ليلة إلى أعلاها ليشعل النور."],
        ),
    ],
)
def test_letters_items_and_other_scripts(text: str, expected: list[str]) -> None:
    """Greetings stand alone, items go on below themselves, a number at a line's start is no item."""
    assert [on_one_line(span.of(text)) for span in sentences(text)] == expected


@given(text=st.text(alphabet="aB .,>-\n\r\t1)#|`你", max_size=300))
def test_nothing_moves_whatever_the_text(text: str) -> None:
    """The unwrapped text is as long, and differs only in blanks; breaks are in order and within their paragraphs."""
    flat = unwrapped(text)
    assert len(flat) == len(text)
    assert all(a == b or (b == " " and a in " \t\r\n>") for a, b in zip(text, flat, strict=True))
    places = [
        place for p in paragraphs(text) for place in (p.start, *(x for b in p.breaks for x in (b.start, b.end)), p.end)
    ]
    assert places == sorted(places)
