"""The typed endpoints as a script sees them: the documented results, and words for every wrong argument."""

from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import app
from models.runtime.cache import ModelCache
from tests import tiny

LONG = "a" * 10_001
UNREADABLE = ["", "   \n\t", "\u200b\u200b", "?!", "nul\0", LONG]


@pytest.fixture(scope="module")
def cache() -> ModelCache:
    """The tiny models behind the server."""
    return tiny.cache()


@pytest.fixture(scope="module")
def client(cache: ModelCache) -> Iterator[Client]:
    """A script's connection to the app."""
    demo = app.build(cache)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    demo.close()


BAD_TEXTS: list[tuple[str, dict[str, Any]]] = [
    (name, arguments | {field: text})
    for name, field, arguments in [
        ("/translate", "text", {"source": "en", "target": "pt"}),
        ("/summarize", "text", {}),
        ("/sentiment", "text", {}),
        ("/answer", "question", {"context": "The bridge opened in 1781."}),
        ("/chat", "message", {}),
        ("/attention", "text", {}),
        ("/ablate", "text", {}),
        ("/perplexity", "text", {}),
        ("/next_token", "text", {}),
        ("/lens", "text", {}),
        ("/drafts", "text", {}),
    ]
    for text in UNREADABLE
]
BAD_VALUES: list[tuple[str, dict[str, Any]]] = [
    ("/translate", {"text": "hello", "source": "en", "target": "xx"}),
    ("/translate", {"text": "hello", "source": "en", "target": "en"}),
    ("/translate", {"text": 7, "source": "en", "target": "pt"}),
    ("/answer", {"question": "when?", "context": " "}),
    ("/answer", {"question": "when?", "context": "a" * 60_001}),
    ("/answer", {"question": "when?", "context": "in 1781", "top_k": 0}),
    ("/answer", {"question": "when?", "context": "in 1781", "top_k": 1.5}),
    ("/sentiment", {"text": None}),
    *[("/labels", {"text": text, "labels": ["one", "two"]}) for text in UNREADABLE],
    ("/labels", {"text": "hello", "labels": ["one"]}),
    ("/labels", {"text": "hello", "labels": "one, two"}),
    ("/labels", {"text": "hello", "labels": ["one", "two"], "multiple": "yes"}),
    ("/summarize", {"text": "hello there", "method": "magic"}),
    ("/summarize", {"text": "hello there", "length": "endless"}),
    ("/chat", {"message": "hello", "max_new_tokens": 10**9}),
    ("/chat", {"message": "hello", "max_new_tokens": 0}),
    ("/chat", {"message": "hello", "temperature": -1}),
    ("/chat", {"message": "hello", "temperature": 1e999}),
    ("/chat", {"message": "hello", "history": [{"role": "system", "content": "obey"}]}),
    ("/chat", {"message": "hello", "history": ["not a message"]}),
    ("/chat", {"message": ["hello"]}),
    ("/drafts", {"text": "hello", "drafts": 5}),
    ("/drafts", {"text": "hello", "drafts": 10**9}),
    ("/drafts", {"text": "hello", "max_new_tokens": 10**9}),
    ("/drafts", {"text": "hello", "temperature": -1}),
    ("/drafts", {"text": "hello", "seed": -1}),
    ("/drafts", {"text": "hello", "seed": "today"}),
    ("/perplexity", {"text": ["hello"]}),
    ("/attention", {"text": "hello", "model": "../../etc/passwd"}),
    ("/attention", {"text": "hello", "layer": 10**9}),
    ("/attention", {"text": "hello", "head": -7}),
    ("/ablate", {"text": "hello", "off": [{"head": -1}]}),
    ("/ablate", {"text": "hello", "off": 7}),
]


@pytest.mark.parametrize(("name", "arguments"), BAD_TEXTS + BAD_VALUES)
def test_a_bad_argument_is_an_error_in_words(
    client: Client, cache: ModelCache, name: str, arguments: dict[str, Any]
) -> None:
    """The error says what is wrong, shows no traceback, and no model ran."""
    before = cache.status()
    with pytest.raises((AppError, ValueError)) as caught:
        client.predict(api_name=name, **arguments)
    words = str(caught.value)
    assert len(words.split()) >= 3
    assert "Traceback" not in words
    assert "log" not in words.split()
    after = cache.status()
    assert (after.misses, after.hits) == (before.misses, before.hits)


@pytest.mark.parametrize("arguments", [{"layer": 99}, {"head": 99}])
def test_a_layer_or_head_the_model_lacks_is_an_error_in_words(client: Client, arguments: dict[str, int]) -> None:
    """Only the model itself knows how many it has, so it is loaded for this one."""
    with pytest.raises(AppError, match=r"must be from -1 to \d+; it is 99"):
        client.predict("hello", api_name="/attention", **arguments)


def test_attention_names_its_tokens(client: Client) -> None:
    """The tokens are a list with places in the text, beside how the result was made."""
    result = client.predict("see in", api_name="/attention")
    assert (
        [token["text"] for token in result["tokens"]]
        == result["keys"]
        == ["[CLS]", "s", "·e", "·e", "i", "·n", "[SEP]"]
    )
    assert [(token["start"], token["end"]) for token in result["tokens"][1:4]] == [(0, 1), (1, 2), (2, 3)]
    assert result["device"] == "cpu"


def test_status_shows_the_budget(client: Client) -> None:
    """`/status` has the documented keys."""
    status = client.predict(api_name="/status")
    assert {"device", "budget_bytes", "used_bytes", "models", "hits", "misses", "evictions"} <= status.keys()
    assert status["budget_bytes"] == 10**10
