"""What the lens view is sent, and what scripts get."""

import json

import pytest

from demos.chat.layers import layers_of
from demos.views.lens import lens_json, lens_value
from models.catalog.bundled import ENGLISH_PORTUGUESE, SMOLLM2
from models.explain.lens.adapter import LogitLens
from models.explain.lens.result import Lens
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.tasks.chat.adapter import Chatter


@pytest.fixture
def found(tiny_cache: ModelCache) -> Lens:
    """The lens over a short text."""
    return LogitLens(tiny_cache, (SMOLLM2, ENGLISH_PORTUGUESE))("abc", "z")


def test_the_view_gets_places_of_words(found: Lens) -> None:
    """Flat arrays in the order of layers and positions; each token is a place among the words."""
    value = lens_value(found, asked=True)
    rows, positions, each = found.ranks.shape
    assert value["ranks"][1 * positions * each + 2 * each] == found.ranks[1, 2, 0]
    assert [value["words"][place] for place in value["top"][-5:]] == [
        found.texts[token] for token in found.top[-1, -1].tolist()
    ]
    assert [value["words"][place] for place in value["followed"][:each]] == [
        found.texts[token] for token in found.followed[0].tolist()
    ]
    assert len(value["chances"]) == rows * positions * 5
    assert value["asked"] is True


def test_scripts_get_plain_data(found: Lens) -> None:
    """Layers with positions, each with its likeliest and its followed tokens; it can be written as JSON."""
    data = json.loads(json.dumps(lens_json(found)))
    assert [layer["layer"] for layer in data["layers"]] == [0, 1, 2]
    cell = data["layers"][2]["positions"][3]
    assert [each["rank"] for each in cell["followed"]] == found.ranks[2, 3].tolist()
    assert cell["top"][0]["probability"] == pytest.approx(float(found.chances[2, 3, 0]))
    assert data["appears"] == [found.appears(position) for position in range(4)]
    assert (data["model"], data["tokens"]) == (SMOLLM2.name, 4)


def test_a_token_of_a_reply_is_followed_through_the_layers(tiny_cache: ModelCache) -> None:
    """At the place where it was chosen, its rank in the last layer is the one it was chosen by."""
    chatter = Chatter(tiny_cache, SMOLLM2)
    reply = chatter("hello", (), "", 6)
    for at in (0, 3):
        found = layers_of(chatter, reply, at)
        assert found.followed[-1, 0] == reply.tokens[at].id
        assert found.ranks[-1, -1, 0] == 1
        assert found.probabilities[-1, -1, 0] == pytest.approx(reply.tokens[at].probability, abs=1e-4)
    with pytest.raises(InputError, match="at must be from 0"):
        layers_of(chatter, reply, len(reply.tokens))
