"""The language of a text: what is sure, what is not, and that nothing is fetched for it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.text.language import _model, detect
from models.text.language_names import NAMES

ROOT = Path(__file__).parents[3]
ENGLISH = "The attention mechanism lets a model focus on the relevant words."
PORTUGUESE = "Acordei cedo e fui a pé até ao rio. As ruas ainda estavam vazias."
# As a machine without a network, and with an empty home, would run it.
ALONE = """
import socket, sys
def refused(*_, **__): raise OSError("no network here")
socket.socket.connect = socket.getaddrinfo = refused
from models.text.language import detect
print(detect("Acordei cedo e fui a pé até ao rio.").language)
"""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (PORTUGUESE, "pt"),
        (ENGLISH.upper(), "en"),
        ("- leite\n- pão fresco\n\nNão te esqueças de regar as plantas! 🌱", "pt"),
        ("Guten Morgen, wie geht es dir heute?", "de"),
        ("El gato duerme en la casa de mi abuela.", "es"),
        ("Привет, как дела?", "ru"),
        ("今天天气很好，我们去公园散步吧。", "zh"),
    ],
)
def test_whole_sentences_are_sure(text: str, language: str) -> None:
    """The languages of the page, and others."""
    guess = detect(text)
    assert guess is not None
    assert (guess.language, guess.sure) == (language, True)
    assert 0.8 <= guess.confidence <= 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bom dia", "Too short to detect the language: perhaps Portuguese"),
        ("the car", "Too short to detect the language: perhaps English (97%)"),
        ("Galego: eu son de Vigo e falo galego", "Not sure which language this is"),
        (f"{ENGLISH}\n{PORTUGUESE}", "Looks mixed: "),
    ],
)
def test_short_close_and_mixed_texts_are_not(text: str, words: str) -> None:
    """They say so, and are no more than a hint."""
    guess = detect(text)
    assert guess is not None
    assert not guess.sure
    assert guess.words.startswith(words)


def test_a_mixed_text_names_its_languages() -> None:
    """The one with more text comes first; a few foreign words do not count."""
    mixed = detect(f"{ENGLISH}\n{PORTUGUESE}\n{PORTUGUESE}")
    assert mixed is not None
    assert mixed.words == "Looks mixed: Portuguese and English"
    quoting = detect(f"{ENGLISH * 6}\n{PORTUGUESE}")
    assert quoting is not None
    assert quoting.others == ()


@pytest.mark.parametrize("text", ["", "123 + 4", "🌱", "...\n"])
def test_without_letters_there_is_no_guess(text: str) -> None:
    """The network would name a language for these as well."""
    assert detect(text) is None


def test_every_language_has_a_name() -> None:
    """Every language of the network has an English name."""
    codes = {each["lang"] for each in _model().detect("x", k=500)}
    assert len(codes) > 150
    assert codes <= NAMES.keys()


def test_nothing_is_fetched() -> None:
    """The network of the detector comes with its package."""
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("pt\n", 0), done.stderr


def test_sixteen_threads_guess_what_one_guesses() -> None:
    """Visitors who type at the same time."""
    texts = [f"{ENGLISH if n % 2 else PORTUGUESE} {n}" * (1 + n % 3) for n in range(64)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(detect, texts)) == [detect(text) for text in texts]
