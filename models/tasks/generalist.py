"""One causal language model for every task: short questions, and probabilities read off its next token."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.engines.base import Reading, Sampling
from models.runtime.cache import Loaded
from models.tasks.chat.prompt import Prompt, encode_chat

# The turns of a conversation, each a role and a text.
Turns = Sequence[tuple[str, str]]

# A word that is not among the likeliest next tokens counts nothing where the last of these is below this.
NEGLIGIBLE = 1e-3
# Added to a token's logit so that it is chosen: more than any two logits differ by.
CERTAIN = 100.0


def examples(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Turns in which each text was answered as it should be."""
    return [turn for text, answer in pairs for turn in (("user", text), ("assistant", answer))]


def prompt(tokenizer: Any, instruction: str, turns: Turns) -> list[int]:
    """The tokens of a conversation up to where the reply begins; what looks like a control token in it is text.

    What stays the same from one text to the next belongs first: it is read once and stays in the prefix cache.
    """
    return Prompt(encode_chat(tokenizer, [("system", instruction), *turns])).ids


def cut(loaded: Loaded, text: str, most: int) -> tuple[str, int, int]:
    """`text` up to the end of its token number `most`, how many tokens that are, and how many are left out."""
    offsets = loaded.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    if len(offsets) <= most:
        return text, len(offsets), 0
    return text[: offsets[most - 1][1]], most, len(offsets) - most


def shares(loaded: Loaded, ids: Sequence[int], words: Sequence[str]) -> list[float]:
    """The probability of each of `words` as the reply to the prompt `ids`, as shares of their sum.

    Each word counts by its first token, so no two may begin with the same letter. Raises ValueError where two do.
    """
    found = probabilities(loaded, ids, words)
    total = sum(found)
    return [one / total for one in found] if total else [1 / len(words)] * len(words)


def probabilities(loaded: Loaded, ids: Sequence[int], words: Sequence[str]) -> list[float]:
    """The probability that the reply to the prompt `ids` begins with the first token of each of `words`.

    Raises ValueError where two of them begin with the same token.
    """
    tokens = [loaded.tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in words]
    if len(set(tokens)) < len(tokens):
        raise ValueError(f"{', '.join(words)}: two of these begin with the same token.")
    likeliest = _next(loaded, ids)
    least = min(likeliest.values(), default=1.0)
    return [
        likeliest[token] if token in likeliest else 0.0 if least < NEGLIGIBLE else _exact(loaded, ids, token)
        for token in tokens
    ]


def _next(loaded: Loaded, ids: Sequence[int]) -> Mapping[int, float]:
    """The likeliest tokens after `ids` and their probabilities."""
    found: dict[int, float] = {}
    for step in loaded.model.generate(ids, []):
        if isinstance(step, Reading):
            found = {choice.token: choice.probability for choice in step.likeliest}
    return found


def _exact(loaded: Loaded, ids: Sequence[int], token: int) -> float:
    """The probability of `token` after `ids`, which were read a moment ago: the model reports it of what is chosen."""
    for step in loaded.model.generate(ids, [Sampling(1)], {token: CERTAIN}, frozenset()):
        if not isinstance(step, Reading) and step:
            return float(step[0].probability)
    return 0.0
