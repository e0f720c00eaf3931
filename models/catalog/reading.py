"""Selects models that read the language of a text."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from models.runtime.spec import ModelSpec
from models.text.language import LIKELY, Detect, Guess, detect


@dataclass(frozen=True)
class Unread:
    """The language that a text seems to be in, and which models read it, where the chosen one does not."""

    guess: Guess
    readers: tuple[ModelSpec, ...]


def reads(spec: ModelSpec, language: str) -> bool:
    """Whether a model reads a language; of one whose languages are not known it is assumed."""
    return not spec.languages or language in spec.languages


def reading(models: Sequence[ModelSpec], language: str) -> ModelSpec:
    """The first of `models` that reads `language`, or the first of all where none does."""
    return next((spec for spec in models if language in spec.languages), models[0])


def unread(text: str, spec: ModelSpec, models: Sequence[ModelSpec], detect: Detect = detect) -> Unread | None:
    """The language of `text`, if it is certain and `spec` does not read it, else None."""
    guess = detect(text)
    if guess is None or reads(spec, guess.language) or not (guess.sure or _script_confirms(text, guess)):
        return None
    return Unread(guess, tuple(other for other in models if guess.language in other.languages))


def unread_language(text: str, spec: ModelSpec) -> str:
    """The code of the language of `text` if `spec` certainly does not read it, else an empty string."""
    found = unread(text, spec, ())
    return found.guess.language if found else ""


def _script_confirms(text: str, guess: Guess) -> bool:
    """Whether the script confirms a likely guess of a text that is too short for a sure one."""
    letters = [character for character in text if character.isalpha()]
    latin = sum("LATIN" in unicodedata.name(letter, "") for letter in letters)
    return not guess.others and guess.confidence >= LIKELY and 2 * latin < len(letters)
