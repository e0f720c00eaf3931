"""Tokens as text."""

from models.explain.tokens import Detokenizer
from tests import tiny


def test_the_detokenizer_keeps_characters_whole() -> None:
    """A character of several tokens shows once all are there; what never became one shows at the end."""
    tokenizer = tiny.byte_tokenizer()
    detokenizer = Detokenizer(tokenizer)
    tokens = tokenizer.encode("aé👍", add_special_tokens=False)
    assert [detokenizer.add(token) for token in tokens] == ["a", "a", "aé", "aé", "aé", "aé", "aé👍"]
    assert detokenizer.add(tokens[1]) == "aé👍"
    assert detokenizer.text() == "aé👍\N{REPLACEMENT CHARACTER}"


def test_the_detokenizer_leaves_control_tokens_out() -> None:
    """Control tokens are no part of the text."""
    tokenizer = tiny.byte_tokenizer()
    detokenizer = Detokenizer(tokenizer)
    for token in [*tokenizer.encode("hi"), tokenizer.bos_token_id, *tokenizer.encode(" you")]:
        detokenizer.add(token)
    assert detokenizer.text() == "hi you"
