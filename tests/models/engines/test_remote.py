"""A causal language model on a server that speaks vLLM's form, and on one that fails."""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from typing import Any, cast

import pytest

from models.engines.base import Reading, Sampling, Step
from models.engines.remote.client import Client
from models.engines.remote.known_texts import KnownText
from models.engines.remote.model import RemoteCausalLM
from models.engines.remote.streams import EngineError
from tests.fake_engine import KEY, LIKELIEST, FakeEngine, byte_tokenizer, serving

PROMPT = [10, 20, 30]
TOKENIZER = byte_tokenizer()
KNOWN_IDS = (7, 8, 9)
KNOWN = [KnownText("", KNOWN_IDS, dict(islice(FakeEngine().next(KNOWN_IDS).items(), 5)))]


class Connect:
    """Serves a fake engine and connects to it."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack

    def __call__(self, engine: FakeEngine, key: str = "", stall: float = 5.0, later: Any = None) -> RemoteCausalLM:
        """A model on `engine`; the faults in `later` come after the probe."""
        url = self.stack.enter_context(serving(engine))
        model = RemoteCausalLM.connect(Client(url + "/v1/", key, stall), "toy", TOKENIZER, KNOWN)
        engine.bodies.clear()
        engine.written = 0
        for name, value in (later or {}).items():
            setattr(engine, name, value)
        return model


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects to fake engines, which end with the test."""
    with ExitStack() as stack:
        yield Connect(stack)


def tokens(model: RemoteCausalLM, *samplings: Sampling, **named: Any) -> list[Any]:
    """What `model` yields, without the steps of no tokens and the readings that repeat."""
    return [each for each in model.generate(PROMPT, samplings, **named) if each and each != Reading(0, len(PROMPT))]


def expected(engine: FakeEngine, count: int) -> list[int]:
    """The greedy continuation of the prompt."""
    ids = list(PROMPT)
    for _ in range(count):
        ids.append(next(iter(engine.next(ids))))
    return ids[len(PROMPT) :]


def test_a_whole_server_lacks_nothing(connect: Connect) -> None:
    """Its probe finds all that a model needs."""
    found = connect(FakeEngine()).capabilities
    assert (found.kind, found.model, found.context, found.alternatives) == ("vLLM", "toy", 512, 10)
    assert all((found.token_ids, found.biased, found.own, found.every_token, found.prompt_probabilities))
    assert (found.same_tokens, found.same_text, found.lacks, found.notes) == (True, True, (), ())


def test_it_continues_a_prompt(connect: Connect) -> None:
    """First the end of reading with the likeliest tokens, then each token with its own probability and five rivals."""
    engine = FakeEngine()
    model = connect(engine)
    reading, *steps = tokens(model, Sampling(3))
    best = engine.next(PROMPT)
    assert (reading.done, reading.total) == (3, 3)
    assert [choice.token for choice in reading.likeliest] == list(best)[:10]
    assert [step[0].token for step in steps] == expected(engine, 3)
    step = steps[0][0]
    assert step.probability == pytest.approx(0.4)
    assert [choice.token for choice in step.rivals] == list(best)[1:6]
    assert [choice.probability for choice in step.rivals] == pytest.approx(LIKELIEST[1:6])


def test_it_sends_ids_and_says_every_parameter(connect: Connect) -> None:
    """A server's own defaults, from the model's configuration, would draw other tokens."""
    engine = FakeEngine()
    tokens(connect(engine), Sampling(2, 0.7, 0.9, seed=5), bias={3: 1.5, 4: 1e6}, ends=frozenset([8, 9]))
    (body,) = engine.bodies
    assert body["prompt"] == PROMPT
    assert (body["model"], body["max_tokens"], body["temperature"], body["top_p"], body["seed"]) == (
        "toy",
        2,
        0.7,
        0.9,
        5,
    )
    assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (0, 0.0, 1.0)
    assert (body["ignore_eos"], body["stop_token_ids"]) == (True, [8, 9])
    assert body["logit_bias"] == {"3": 1.5, "4": 100.0}


def test_a_top_p_of_nothing_is_greedy(connect: Connect) -> None:
    """vLLM refuses a top-p of 0."""
    engine = FakeEngine()
    tokens(connect(engine), Sampling(1, 0.7, 0.0))
    assert (engine.bodies[0]["temperature"], engine.bodies[0]["top_p"]) == (0.0, 1.0)


def test_an_end_token_ends_it_and_is_not_reported(connect: Connect) -> None:
    """The end-of-text token of the tokenizer, where none is named."""
    engine = FakeEngine()
    model = connect(engine, later={"end": 2})
    assert [step[0].token for step in tokens(model, Sampling(9))[1:]] == expected(engine, 2)


def test_without_samplings_it_only_reads(connect: Connect) -> None:
    """One token is asked for, since the likeliest come with it, and none is yielded."""
    engine = FakeEngine()
    (reading,) = tokens(connect(engine))
    assert reading.likeliest[0].token == expected(engine, 1)[0]
    assert engine.bodies[0]["max_tokens"] == 1


def test_several_continuations_grow_together(connect: Connect) -> None:
    """The others are asked for once the prompt is read, and each has its own seed."""
    engine = FakeEngine()
    samplings = [Sampling(4, 0.8, seed=seed) for seed in (1, 2, 3)]
    _, *steps = tokens(connect(engine), *samplings)
    written: dict[int, list[int]] = {0: [], 1: [], 2: []}
    for step in steps:
        for number, new in step.items():
            written[number].append(new.token)
    assert written == dict.fromkeys(range(3), expected(engine, 4))
    assert engine.bodies[0]["seed"] == 1
    assert {body["seed"] for body in engine.bodies[1:]} == {2, 3}


def test_a_prompt_that_does_not_fit_is_not_sent(connect: Connect) -> None:
    """The message has both numbers and the limit."""
    engine = FakeEngine()
    model = connect(engine)
    with pytest.raises(ValueError, match=r"3 tokens, and 600 are to be generated: .* at most 512 together"):
        tokens(model, Sampling(600))
    assert engine.bodies == []


def test_closing_closes_the_connection(connect: Connect) -> None:
    """The server notices at its next token, and computes no further."""
    engine = FakeEngine()
    model = connect(engine, later={"pause": 0.02})
    with closing(cast(Any, model.generate(PROMPT, [Sampling(400)]))) as steps:
        next(step for step in steps if isinstance(step, dict) and step)
    assert engine.left.wait(2)
    assert engine.written < 50


def test_whoever_waits_can_stop_though_nothing_comes(connect: Connect) -> None:
    """While a server stalls there are steps of no tokens, so that the work ends soon after nobody waits any more."""
    model = connect(FakeEngine(), later={"stalls": 1})
    with closing(cast(Any, model.generate(PROMPT, [Sampling(9)]))) as steps:
        assert next(step for step in steps if step == {}) == {}


def partial(model: RemoteCausalLM) -> tuple[list[int], str]:
    """The tokens before the engine fails, and what is said then."""
    written: list[int] = []
    steps = model.generate(PROMPT, [Sampling(9)])
    while True:
        try:
            step = next(steps)
        except EngineError as error:
            return written, str(error)
        written += [step[0].token] if isinstance(step, dict) and step else []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"breaks": 2}, "broke off its answer: what came so far stays."),
        ({"stalls": 2}, "stopped sending: nothing came for 1 s."),
        ({"garbles": 2}, "sent an unreadable reply: it is not a server of OpenAI's completions."),
        ({"fails": 2}, "failed: EngineCore died"),
    ],
)
def test_a_fault_in_the_middle_keeps_what_came(connect: Connect, fault: dict[str, int], said: str) -> None:
    """Every token before it is yielded, then the error with the host; no request is repeated."""
    engine = FakeEngine()
    model = connect(engine, stall=1.0, later=fault)
    written, reported = partial(model)
    assert written == expected(engine, 2)
    assert reported == f"The engine at {model.capabilities.host} {said}"
    assert len(engine.bodies) == 1


def test_a_server_that_shows_no_more_tokens_is_reported(connect: Connect) -> None:
    """It did when it was probed; nobody waits for what never comes."""
    model = connect(FakeEngine(), later={"silent": True})
    assert partial(model) == ([], f"The engine at {model.capabilities.host} ended its answer before the first token.")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not accept the key: set GLASSBOX_ENGINE_KEY to the right one."),
        (404, "has no /v1/completions: it is not a server of OpenAI's completions."),
        (400, "refused a request: as the test wants"),
        (429, "is overloaded. Try again in a minute."),
        (500, "failed: it answered 500."),
    ],
)
def test_an_answer_that_is_an_error_is_reported_in_words(connect: Connect, status: int, said: str) -> None:
    """With the host, and at once."""
    engine = FakeEngine()
    model = connect(engine, later={"status": status})
    assert partial(model) == ([], f"The engine at {model.capabilities.host} {said}")
    assert len(engine.bodies) == 1


def test_a_server_that_is_gone_is_reported(connect: Connect) -> None:
    """Nothing is loaded in its place: this machine may have no room, and a visitor should know what answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(EngineError) as raised:
        RemoteCausalLM.connect(Client(f"http://{host}"), "toy", TOKENIZER, KNOWN)
    assert str(raised.value).startswith(f"The engine at {host} cannot be reached: ")


def test_the_key_goes_along_and_is_reported_nowhere(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in an error nor in the log."""
    with caplog.at_level(logging.DEBUG):
        model = connect(FakeEngine(key=KEY), key=KEY, later={"breaks": 1})
        _, reported = partial(model)
        with pytest.raises(EngineError, match="does not accept the key") as raised:
            connect(FakeEngine(key=KEY + "x"), key=KEY)
    assert KEY not in reported + str(raised.value) + caplog.text + repr(vars(model))


@pytest.mark.parametrize("lie", [{"other": True}, {"other_tokens": True}])
def test_a_server_with_another_model_is_noticed(connect: Connect, lie: dict[str, bool]) -> None:
    """By its tokens, or by what it expects after a known text."""
    with pytest.raises(EngineError, match=r"The engine at 127\.0\.0\.1:\d+ runs another model than toy"):
        connect(FakeEngine(**cast(Any, lie)))


def test_of_several_models_the_one_of_that_name_is_asked(connect: Connect) -> None:
    """The first is another one."""
    engine = FakeEngine(models=("first", "org/Toy"))
    tokens(connect(engine), Sampling(1))
    assert engine.bodies[0]["model"] == "org/Toy"
    with pytest.raises(EngineError, match="serves first, second, none of which is toy"):
        connect(FakeEngine(models=("first", "second")))


@pytest.mark.parametrize(
    ("fault", "lacks"),
    [
        ({"silent": True}, ("log-probabilities",)),
        ({"most": 0}, ("prompts of token ids", "log-probabilities")),
        ({"texts": True}, ("prompts of token ids",)),
        ({"deaf": True}, ("a bias",)),
        ({"bent": True}, ("probabilities before the bias",)),
    ],
)
def test_what_a_server_lacks_is_found(connect: Connect, fault: dict[str, Any], lacks: tuple[str, ...]) -> None:
    """And said: the model runs here then."""
    found = connect(FakeEngine(**fault)).capabilities
    assert found.lacks == lacks
    assert found.notes == (f"The engine at {found.host} has no {', no '.join(lacks)}: the model runs here.",)


@pytest.mark.parametrize(("most", "alternatives"), [(9, 5), (4, 1)])
def test_fewer_rivals_are_asked_for_where_a_server_gives_fewer(connect: Connect, most: int, alternatives: int) -> None:
    """And the page says so."""
    engine = FakeEngine(most=most)
    model = connect(engine)
    _, step = tokens(model, Sampling(1))
    assert engine.bodies[0]["logprobs"] == alternatives
    assert len(step[0].rivals) == alternatives
    assert model.capabilities.lacks == ()
    assert f"returns {alternatives} likeliest tokens, not 10" in model.capabilities.notes[0]


def test_without_a_known_text_that_is_said(connect: Connect) -> None:
    """Only this distinguishes a model from another one with the same tokenizer."""
    with serving(FakeEngine(other=True)) as url:
        found = RemoteCausalLM.connect(Client(url), "toy", TOKENIZER).capabilities
    assert not found.same_text
    assert "may run other weights" in found.notes[0]


def test_waiting_is_reported_until_the_prompt_is_read(connect: Connect) -> None:
    """Waiting callers regain control periodically."""
    model = connect(FakeEngine(), later={"pause": 0.5})
    began = time.monotonic()
    seen = list(model.generate(PROMPT, [Sampling(1)]))
    assert time.monotonic() - began < 3
    assert seen[:3] == [Reading(0, 3)] * 3
    assert isinstance(seen[-1], dict)
    assert isinstance(seen[-1].get(0), Step)
