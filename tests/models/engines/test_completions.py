"""What llama.cpp is asked, and what its answers say."""

import math
from typing import Any

import pytest

from models.engines.base import Reading, Sampling, Step
from models.engines.llama_cpp.completions import CompletionError, End, Sampled, completion, events, index

# What llama.cpp would choose by itself, and not what was asked for, where one is left out.
DEFAULTS = {"top_k": 40, "min_p": 0.05, "top_p": 0.95, "temperature": 0.8, "repeat_penalty": 1.0, "n_predict": -1}


def chunk(**choice: Any) -> dict[str, Any]:
    """A chunk as llama.cpp's server sends it."""
    return {"choices": [{"text": "", "index": 0, "logprobs": None, "finish_reason": None, **choice}]}


def test_every_parameter_of_sampling_is_said() -> None:
    """None of llama.cpp's defaults decides anything, and the temperature comes before top-p."""
    payload = completion([1, 2], Sampling(7, 0.5, 0.9, 11), {3: -2.0}, 6, 2)
    assert payload.keys() >= DEFAULTS.keys()
    assert payload["prompt"] == [1, 2]
    assert (payload["n_predict"], payload["temperature"], payload["top_p"], payload["seed"]) == (7, 0.5, 0.9, 11)
    assert payload["samplers"] == ["temperature", "top_p"]
    assert payload["logit_bias"] == [[3, -2.0]]
    assert (payload["n_probs"], payload["n"], payload["post_sampling_probs"]) == (6, 2, False)


@pytest.mark.parametrize(
    ("sampling", "kept"),
    [
        (Sampling(1), True),
        (Sampling(1, 0.0, 1.0, 5), True),
        (Sampling(1, 0.8), True),
        (Sampling(1, 0.8, 1.0, 5), False),
    ],
)
def test_a_seed_reads_its_prompt_anew(sampling: Sampling, kept: bool) -> None:
    """Only what was kept could tip a drawn token, and only a seed promises the same ones."""
    assert completion([1], sampling)["cache_prompt"] is kept


def test_next_to_no_temperature_is_none() -> None:
    """Logits divided by it would leave the range of floats."""
    assert completion([1], Sampling(1, 1e-9))["temperature"] == 0.0


def test_chunks_say_what_happens() -> None:
    """Progress, a token with its rivals, an end, and nothing."""
    assert events(chunk()) == []
    progress = chunk() | {"prompt_progress": {"total": 9, "cache": 2, "processed": 5, "time_ms": 1}}
    assert events(progress) == [Reading(5, 9, kept=2)]
    best = [{"id": i, "logprob": math.log(p)} for i, p in ((4, 0.5), (5, 0.25), (6, 0.125))]
    [sampled] = events(chunk(logprobs={"content": [{**best[1], "top_logprobs": best}]}))
    assert isinstance(sampled, Sampled)
    assert [choice.token for choice in sampled.likeliest] == [4, 5, 6]
    assert [choice.probability for choice in sampled.likeliest] == pytest.approx([0.5, 0.25, 0.125])
    assert sampled.step == Step(5, sampled.likeliest[1].probability, (sampled.likeliest[0], sampled.likeliest[2]))
    assert events(chunk(finish_reason="stop")) == [End("end")]
    assert events(chunk(finish_reason="length")) == [End("length")]
    assert index(chunk(index=2)) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"error": {"code": 400, "message": "too long"}}, "too long"),
        ({"error": "no slot"}, "no slot"),
        ({}, "cannot be read"),
        ({"choices": []}, "cannot be read"),
        (chunk(logprobs={"content": [{"id": 1}]}), "cannot be read"),
        (chunk() | {"prompt_progress": {"total": 1}}, "cannot be read"),
    ],
)
def test_what_is_wrong_is_an_error_in_words(wrong: dict[str, Any], words: str) -> None:
    """The server's own message, or that its chunk is none."""
    with pytest.raises(CompletionError, match=words):
        events(wrong)
