"""Determines the capabilities of a server at a URL, and verifies that it runs the expected model."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from models.engines.base import Reading, Sampling
from models.engines.llama_cpp.completions import ALTERNATIVES, CompletionError, Sampled
from models.engines.remote.capabilities import COMPLETIONS, Capabilities, Dialect, Kind
from models.engines.remote.client import Client
from models.engines.remote.known_texts import TOLERANCE, KnownText
from models.engines.remote.streams import EngineError, EngineRefused

log = logging.getLogger(__name__)

# Numbers of alternatives to request, until the server accepts one. OpenAI's limit is 5.
TRIED = (ALTERNATIVES, 5, 1)
# A text of several scripts, spaces and digits, on which different tokenizers are likely to differ.
TEXT = "Naïve  cafés cost 1,234 ¥\n\tin 東京 <|im_end|> :-)"
# A bias that forces any token; vLLM accepts no larger one.
CERTAIN = 100.0
# A letter whose tokens are parts of it.
LETTER = "😀"
# Each letter is a token here; put together to a text they would be fewer.
LETTERS = "strawberry"
KINDS: dict[str, Kind] = {"llamacpp": "llama.cpp", "vllm": "vLLM"}


def probe(
    client: Client,
    name: str,
    encode: Callable[[str], Sequence[int]],
    ends: frozenset[int],
    known: Sequence[KnownText] = (),
) -> tuple[Dialect, Capabilities]:
    """Determine the capabilities of the server of `client` for the catalog's model `name`, and its dialect.

    `encode` tokenizes a text, treating control tokens as plain text; `ends` are the tokens that end one. Raises
    EngineError if the server cannot be reached or runs another model.
    """
    dialect, context = _find(client, name, ends)
    letters = [token for letter in LETTERS for token in encode(letter)]
    alternatives, first, read = _alternatives(client, dialect, letters)
    biased = own = every_token = False
    if first is not None:
        # A token that is only chosen because of a bias.
        other = letters[0] if first.token != letters[0] else letters[1]
        pushed = _pushed(client, dialect, letters, other)
        biased = pushed is not None and pushed.token == other
        own = pushed is not None and pushed.probability < 0.5
        part = encode(LETTER)[0]
        step = _pushed(client, dialect, letters, part)
        every_token = step is not None and step.token == part
    same_tokens = _compare_tokens(client, dialect, name, encode)
    same_text = bool(known) and first is not None
    if same_text:
        _compare_texts(client, dialect, name, known, alternatives)
    found = Capabilities(
        host=client.host,
        kind=dialect.kind,
        model=dialect.model,
        context=context,
        token_ids=read == len(letters),
        alternatives=alternatives,
        biased=biased,
        own=own,
        every_token=every_token,
        prompt_probabilities=_prompt_probabilities(client, dialect, letters),
        same_tokens=same_tokens,
        same_text=same_text,
    )
    log.info("%s", found.words)
    for note in found.notes:
        log.warning("%s", note)
    return dialect, found


def _find(client: Client, name: str, ends: frozenset[int]) -> tuple[Dialect, int]:
    """The dialect of the server with its model that matches `name`, and the context length of that model."""
    answer = client.ask("/v1/models")
    try:
        models = {str(each["id"]): each for each in answer["data"]}
        if not models:
            raise EngineError(f"The engine at {client.host} serves no model.")
        served = next((each for each in models if name.lower() in each.lower()), None)
        if served is None and len(models) > 1:
            names = ", ".join(models)
            raise EngineError(
                f"The engine at {client.host} serves {names}, none of which is {name}: give one of them that name."
            )
        served = served or next(iter(models))
        entry = models[served]
        context = entry.get("max_model_len") or (entry.get("meta") or {}).get("n_ctx") or 0
        return Dialect(KINDS.get(entry.get("owned_by", ""), "OpenAI-compatible"), served, ends), int(context)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineError(
            f"The engine at {client.host} does not list its models: it is not a server of OpenAI's completions."
        ) from error


def _alternatives(client: Client, dialect: Dialect, prompt: Sequence[int]) -> tuple[int, Sampled | None, int]:
    """The number of alternatives of a step, the step after `prompt`, and how many tokens of it were read.

    0 and None if the server rejects the request or does not report them.
    """
    for tried in TRIED:
        try:
            step, read = _step(client, dialect.completion(prompt, Sampling(1), alternatives=tried), dialect)
        except EngineRefused as error:
            log.info("%s", error)
            continue
        if step is None or not step.likeliest:
            return 0, None, read
        return min(tried, len(step.likeliest)), step, read
    return 0, None, 0


def _step(client: Client, body: dict[str, Any], dialect: Dialect) -> tuple[Sampled | None, int]:
    """The first token of an answer, None without log-probabilities or ids; and how many tokens were read."""
    chunks = list(client.stream(COMPLETIONS, body))
    try:
        events = [event for chunk in chunks for event in dialect.events(chunk)]
    except CompletionError as error:
        log.info("%s: %s", client.name, error)
        events = []
    usage = [(chunk.get("usage") or {}).get("prompt_tokens", 0) for chunk in chunks]
    read = max([*usage, *(event.total for event in events if isinstance(event, Reading))], default=0)
    return next((event for event in events if isinstance(event, Sampled)), None), read


def _pushed(client: Client, dialect: Dialect, prompt: Sequence[int], token: int) -> Sampled | None:
    """The step after `prompt` with a bias that forces `token`, None if the server rejects it or reports no tokens."""
    try:
        step, _ = _step(client, dialect.completion(prompt, Sampling(1), {token: CERTAIN}, alternatives=1), dialect)
    except EngineRefused as error:
        log.info("%s", error)
        return None
    return step


def _compare_tokens(client: Client, dialect: Dialect, name: str, encode: Callable[[str], Sequence[int]]) -> bool:
    """Compare the token ids of a text; False if the server does not return ids. Raises EngineError if they differ."""
    ours: dict[str, Any] = {"content": TEXT, "add_special": False, "parse_special": False}
    if dialect.kind != "llama.cpp":
        # These servers cannot treat control tokens as text.
        ours = {"model": dialect.model, "prompt": _plain(TEXT), "add_special_tokens": False}
    try:
        answer = client.ask("/tokenize", ours)
    except EngineError as error:
        log.info("%s", error)
        return False
    theirs = answer.get("tokens") if isinstance(answer, dict) else None
    if theirs != list(encode(ours.get("content") or ours["prompt"])):
        raise EngineError(
            f"The engine at {client.host} runs another model than {name}: it makes other tokens of a text."
        )
    return True


def _plain(text: str) -> str:
    return text.replace("<|im_end|>", "")


def _compare_texts(client: Client, dialect: Dialect, name: str, known: Sequence[KnownText], alternatives: int) -> None:
    """Raise EngineError if the server's probabilities after the `known` texts differ from the model's."""
    far = []
    for text in known:
        step, _ = _step(client, dialect.completion(text.ids, Sampling(1), alternatives=alternatives), dialect)
        far.append(text.distance(step) if step else 1.0)
    mean = sum(far) / len(far)
    log.info("%s is %.3f away from the known texts of %s; %.2f is allowed", client.name, mean, name, TOLERANCE)
    if mean > TOLERANCE:
        raise EngineError(
            f"The engine at {client.host} runs another model than {name}: it expects other words after known texts."
        )


def _prompt_probabilities(client: Client, dialect: Dialect, prompt: Sequence[int]) -> bool:
    """Whether the server returns the log-probabilities of a prompt's tokens, which llama.cpp does not."""
    if dialect.kind == "llama.cpp":
        return False
    body = {"model": dialect.model, "prompt": list(prompt), "max_tokens": 1, "prompt_logprobs": 1}
    try:
        logprobs = client.ask(COMPLETIONS, body)["choices"][0].get("prompt_logprobs")
    except (EngineError, KeyError, TypeError, IndexError, AttributeError):
        return False
    return isinstance(logprobs, list) and len(logprobs) == len(prompt)
