"""The Tokens tab without a browser: its endpoint, and what the view is sent."""

from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client

from demos.tokenizers import tab as tokenizers
from demos.tokenizers.tab import make_tokenizing
from demos.tokenizers.view import tokenizer_value
from models.catalog.bundled import MINILM, SMOLLM2
from models.runtime.cache import ModelCache
from tests import tiny


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page with this tab alone."""
    with gr.Blocks() as demo:
        tokenizers.render(make_tokenizing(tiny.cache()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    demo.close()


def test_a_script_gets_the_tokens(client: Client) -> None:
    """Those of the models that are named, with places, ids and bytes; all of them by default."""
    found = client.predict("a 你", [SMOLLM2.name], api_name="/tokens")
    assert (found["characters"], found["bytes"]) == (3, 5)
    [only] = found["tokenizers"]
    assert (only["kind"], only["count"]) == ("BPE", 5)
    assert [token["bytes"] for token in only["tokens"]] == ["61", "20", "E4", "BD", "A0"]
    assert [token["text"] for token in only["tokens"]] == ["a", " ", "", "", ""]
    assert len(client.predict("a", api_name="/tokens")["tokenizers"]) == 3
    assert client.predict("", api_name="/tokens")["tokenizers"][0]["count"] == 0


def test_the_view_gets_each_token(tiny_cache: ModelCache) -> None:
    """Its text, its id, its bytes, and whether it is unknown."""
    value = tokenizer_value("dog 你", make_tokenizing(tiny_cache)("dog 你", [MINILM.name]))
    [only] = value["splits"]
    assert [token[0] for token in only["tokens"]] == ["d", "##o", "##g", "你"]
    assert only["tokens"][3][2:] == ["E4 BD A0", True]
    assert (value["characters"], value["bytes"]) == (5, 7)
