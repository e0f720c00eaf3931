"""Between a sentence and the pieces that the translation network reads and writes."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from models.text.alignment import Link, Piece, Weights, links, with_unknown, words

END, UNKNOWN = 0, 1
# The network knows straight quotes and hyphens only. One character for one, so that offsets hold.
TYPOGRAPHY = str.maketrans("“”„«»‘’‚–—−", '"""""\'\'\'---')


@dataclass(frozen=True)
class Source:
    """A sentence as the network reads it: `ids` with `</s>` at their end, and the characters each one covers."""

    text: str
    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]

    @property
    def unknown(self) -> list[int]:
        """Which pieces the network does not know: signs, emoji, other scripts."""
        pieces = zip(self.ids, self.offsets, strict=True)
        return [at for at, (id_, span) in enumerate(pieces) if id_ == UNKNOWN and self.text[slice(*span)].strip()]

    @property
    def readable(self) -> bool:
        """Whether there is a word in it that the network knows."""
        known = [self.text[slice(*span)] for token, span in zip(self.ids, self.offsets, strict=True) if token > UNKNOWN]
        return any(character.isalpha() for character in "".join(known))


@dataclass(frozen=True)
class Written:
    """A translated sentence; the `links` count from its start and from its source's.

    `copied` signs stand as they were; `complete` is False where the length bound ended it.
    """

    text: str
    links: tuple[Link, ...]
    copied: int = 0
    complete: bool = True


def read(tokenizer: Any, text: str) -> Source:
    """Tokenize `text`; letters that the network does not know become the nearest that it does."""
    plain = text.translate(TYPOGRAPHY)
    encoded = tokenizer.encode(plain, return_type="offset_mapping")
    strange = {
        c
        for id_, span in zip(encoded["ids"], encoded["offsets"], strict=True)
        if id_ == UNKNOWN
        for c in plain[slice(*span)]
    }
    nearest = {ord(c): near for c in strange if (near := _nearest_letter(tokenizer, c)) != c}
    if nearest:
        encoded = tokenizer.encode(plain.translate(nearest), return_type="offset_mapping")
    return Source(text, (*encoded["ids"], END), (*encoded["offsets"], (len(text), len(text))))


def with_token(tokenizer: Any, source: Source, token: str) -> Source:
    """`source` with `token` before it, which covers none of its characters."""
    return Source(source.text, (tokenizer.piece_to_id(token), *source.ids), ((0, 0), *source.offsets))


def write(tokenizer: Any, source: Source, ids: list[int], weights: Weights, complete: bool) -> Written:
    """The sentence that `ids` spell; `weights` (target, source) tell what each of them looked at.

    A sentence that the network leaves without a word stays as it is: nothing is dropped.
    """
    if not ids:
        return copy(source)
    decoded = tokenizer.decode(ids, return_type="offset_mapping")
    spelled = [decoded["text"][slice(*span)] for span in decoded["offsets"]]
    pieces = [Piece(text, row) for text, row in zip(spelled, weights, strict=True)]
    pieces = with_unknown(pieces, source.text, source.offsets, source.unknown)
    text = "".join(piece.text for piece in pieces)
    return Written(text, tuple(links(source.text, source.offsets, text, pieces)), len(source.unknown), complete)


def copy(source: Source) -> Written:
    """The sentence as it is, for one that the network cannot read."""
    return Written(source.text, tuple(Link(word, word, 1.0) for word in words(source.text)), len(source.unknown))


def _nearest_letter(tokenizer: Any, character: str) -> str:
    """The small letter, else the letter without its marks, else the character itself."""
    small = character.lower()
    bare = unicodedata.normalize("NFD", character)[0]
    return next(
        (c for c in (small, bare) if len(c) == 1 and c != character and tokenizer.piece_to_id(c) != UNKNOWN), character
    )
