"""Texts cut by tokenizers of three kinds."""

import pytest

from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QWEN, SMOLLM2
from models.catalog.offers import BUNDLED, LARGE
from models.explain.tokenizing import LONGEST, Tokenizing, letters, offered
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import ignore

TEXTS = ["Hello, world", "naïve 👩🏽‍🚀 你好", "def f(x):\n    return x", "   ", "", "e\u0301 שלום <|im_end|> [CLS]"]


@pytest.fixture
def tokenizing(tiny_cache: ModelCache) -> Tokenizing:
    """Tiny tokenizers: of letters, of bytes, and SentencePiece's of letters."""
    return Tokenizing(tiny_cache, offered(BUNDLED))


@pytest.mark.parametrize("text", TEXTS)
def test_bytes_put_the_text_together(tokenizing: Tokenizing, text: str) -> None:
    """The bytes of all tokens of byte-level BPE are the text's, and those of no whole character have no text."""
    [found] = tokenizing(text, [SMOLLM2.name])
    assert b"".join(piece.data for piece in found.pieces) == text.encode()
    for piece in found.pieces:
        assert piece.text == piece.data.decode(errors="ignore" if piece.text == "" else "strict")


def test_each_kind_is_named(tokenizing: Tokenizing) -> None:
    """All of them in their order where none is named; places are in the text."""
    found = tokenizing("the dog")
    assert [(each.model, each.kind) for each in found] == [
        (MINILM.name, "WordPiece"),
        (SMOLLM2.name, "BPE"),
        (ENGLISH_PORTUGUESE.name, "SentencePiece"),
    ]
    words, _, pieces = found
    assert [piece.text for piece in words.pieces] == ["t", "##h", "##e", "d", "##o", "##g"]
    assert [(piece.start, piece.end) for piece in words.pieces][3] == (4, 5)
    assert "".join(piece.text for piece in pieces.pieces) == " the dog"
    assert not any(piece.unknown for each in found for piece in each.pieces)


def test_what_a_vocabulary_cannot_write_is_unknown(tokenizing: Tokenizing) -> None:
    """It shows the characters that it stands for; bytes write everything."""
    words, letters_, pieces = tokenizing("dog 你")
    assert [piece.text for piece in words.pieces if piece.unknown] == ["你"]
    assert [piece.text for piece in pieces.pieces if piece.unknown] == ["你"]
    assert not any(piece.unknown for piece in letters_.pieces)


def test_every_byte_has_a_letter() -> None:
    """A space is Ġ, as GPT-2 has it."""
    assert sorted(letters().values()) == list(range(256))
    assert (letters()["Ġ"], letters()["Ċ"], letters()["a"]) == (32, 10, 97)


def test_the_large_model_is_offered_where_it_is_the_default() -> None:
    """It would have to be fetched elsewhere."""
    both = BUNDLED.with_more(LARGE)
    assert QWEN not in offered(both)
    assert QWEN in offered(both.beginning_with(QWEN))


@pytest.mark.parametrize(
    ("text", "models", "words"),
    [
        (7, [], "text must be text"),
        ("a" * (LONGEST + 1), [], f"has {LONGEST + 1:,} characters; at most {LONGEST:,}"),
        ("\ud800", [], "not text"),
        ("a", "abc", "models must be a list"),
        ("a", ["none"], "models must be one of"),
    ],
)
def test_what_cannot_be_used_is_refused(tokenizing: Tokenizing, text: object, models: object, words: str) -> None:
    """A text of spaces or marks can."""
    tokenizing.check(" ?!")
    with pytest.raises(InputError, match=words):
        tokenizing.check(text, models)


@pytest.mark.real
def test_the_bundled_tokenizers(real_cache: ModelCache) -> None:
    """An emoji with a skin tone is five code points: bytes of several tokens, or unknown."""
    words, bytes_, pieces = Tokenizing(real_cache, offered(BUNDLED))("👩🏽‍🚀 tokenization")
    assert [piece.text for piece in words.pieces][1:] == ["token", "##ization"]
    assert words.pieces[0].unknown
    assert any(piece.text == "" for piece in bytes_.pieces)
    assert b"".join(piece.data for piece in bytes_.pieces).decode() == "👩🏽‍🚀 tokenization"
    assert any(piece.unknown for piece in pieces.pieces)
    assert len(words.pieces) < len(bytes_.pieces)
    with real_cache.lease(SMOLLM2.with_tokenizer_only(), ignore) as loaded:
        assert loaded.model is None
