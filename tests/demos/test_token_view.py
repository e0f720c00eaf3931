"""What travels to the token view."""

import base64

import numpy as np
import pytest

from demos.chat.why import show_tokens
from demos.views.tokens import looked
from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.attention import ReplyAttention, ReplyReader


@pytest.fixture
def reply(tiny_cache: ModelCache) -> ChatReply:
    """A short reply of the tiny model."""
    return Chatter(tiny_cache, SMOLLM2)("see in", max_new_tokens=5)


@pytest.fixture
def attention(tiny_cache: ModelCache, reply: ChatReply) -> ReplyAttention:
    """What that reply looked at."""
    return ReplyReader(tiny_cache, SMOLLM2)(reply.prompt, reply.tokens)


def test_shares_survive_the_transport(attention: ReplyAttention) -> None:
    """One byte each, decoded at most 1/255 off, for each token of the reply and each word."""
    value = looked(attention)
    data = np.frombuffer(base64.b64decode(value["data"]), np.uint8).reshape(len(attention.weights), -1)
    decoded = value["largest"] * (data / 255.0) ** 2
    assert decoded.shape[1] == len(value["readings"])
    assert np.abs(decoded - attention.weights).max() <= 1 / 255
    assert value["first"] == pytest.approx(attention.first.tolist(), abs=1e-4)


def test_words_and_tokens_go_together(attention: ReplyAttention) -> None:
    """Every token of the prompt and the reply has a word that is there; control tokens are marked and have none."""
    value = looked(attention)
    words = [word for _, word, _ in value["prompt"]] + value["reply"]
    assert sorted(set(words)) == list(range(len(value["readings"])))
    assert len(value["reply"]) == 5
    assert "see" in value["readings"]
    assert {value["readings"][word] for _, word, control in value["prompt"] if control} == {""}


def test_a_reply_that_could_not_be_read_again_has_no_rows(tiny_cache: ModelCache, reply: ChatReply) -> None:
    """Where the time was up before the first row, the view gets none, and no error."""
    assert looked(ReplyReader(tiny_cache, SMOLLM2, Limits(seconds=-1.0))(reply.prompt, reply.tokens))["data"] == ""


def test_a_reply_can_be_asked_about(reply: ChatReply) -> None:
    """The view of a reply asks, and offers every rival with its id, to go on from."""
    shown = show_tokens(reply)
    assert shown["asks"]
    assert [token["text"] for token in shown["passages"][0]["tokens"]] == [token.text for token in reply.tokens]
    assert shown["branches"]
    rivals = [[each["id"] for each in token["rivals"]] for token in shown["passages"][0]["tokens"]]
    assert rivals == [[each.id for each in token.rivals] for token in reply.tokens]
