"""Every view inside the models by its endpoint, on texts that are hard to show: each gives a result or says why not."""

from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client

import app
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, SMOLLM2
from tests import tiny

TEXTS = {
    # The tiny models of language read bytes.
    "512 tokens": "a sea " * 85 + "is",
    "one token": "a",
    "right to left": "القط نائم على الكرسي، والكلب في الحديقة.",
    "Chinese": "猫坐在垫子上。",
}
MODELS = (MINILM.name, SMOLLM2.name, f"{ENGLISH_PORTUGUESE.name} encoder", f"{ENGLISH_PORTUGUESE.name} cross-attention")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to the app."""
    demo = app.build(tiny.cache())
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    demo.close()


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("model", MODELS)
def test_attention_and_heads_off(client: Client, model: str, name: str) -> None:
    """Weights for every token, and the model's own result without a head."""
    asked: dict[str, Any] = {"text": TEXTS[name], "model": model}
    found = client.predict(**asked, api_name="/attention")
    assert len(found["weights"]) == len(found["queries"])
    assert all(abs(sum(row) - 1) < 1e-3 for row in found["weights"])
    ablated = client.predict(**asked, off=[{"layer": 0, "head": 1}], api_name="/ablate")
    assert -1 <= ablated["effect"] <= 1


@pytest.mark.parametrize("name", TEXTS)
def test_lens(client: Client, name: str) -> None:
    """What each layer writes after each of the last tokens."""
    found = client.predict(text=TEXTS[name], api_name="/lens")
    assert 1 <= len(found["read"]) <= 32
    assert all(len(layer["positions"]) == len(found["read"]) for layer in found["layers"])


@pytest.mark.parametrize("name", TEXTS)
def test_salience(client: Client, name: str) -> None:
    """An effect of each of the last words."""
    found = client.predict(message=TEXTS[name], reply="Hi", api_name="/salience")
    assert 1 <= len(found["words"]) <= min(48, found["word_count"])
    assert all(isinstance(word["left_out"], float) for word in found["words"])


@pytest.mark.parametrize("name", TEXTS)
def test_flip(client: Client, name: str) -> None:
    """An edit, or that there is none within the bound."""
    found = client.predict(text=TEXTS[name], api_name="/flip")
    assert found["tried"] <= found["bound"]
    assert found["found"] or len(found["changes"]) <= 4
