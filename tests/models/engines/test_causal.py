"""Every engine of causal language models keeps the same promises, and both give the same for the same weights."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.engines.base import LIKELIEST, LIKELIEST_ALONE, RIVALS, CausalLM, Reading, Sampling, Step
from models.engines.llama_cpp.model import LlamaCpp
from models.engines.torch.causal import TorchCausal
from models.weights.gguf import prepare
from tests import tiny_gguf

PROMPT = [10, 20, 30]
LONG = [(7 * i) % 250 for i in range(700)]
# The engines add up in another order.
TOLERANCE = 2e-2
# Against ends by chance.
ENDLESS = {257: -1e4, 258: -1e4}


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama as a GGUF file."""
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    tiny_gguf.write(tiny_gguf.module(), path)
    return path


@pytest.fixture(scope="module")
def llama(gguf: Path) -> LlamaCpp:
    """It in llama.cpp."""
    return LlamaCpp.load(prepare(gguf), threads=1)


@pytest.fixture(scope="module")
def in_torch() -> TorchCausal:
    """The same weights in torch."""
    return TorchCausal(tiny_gguf.module())


@pytest.fixture(params=["llama.cpp", "torch"])
def model(request: pytest.FixtureRequest, llama: LlamaCpp, in_torch: TorchCausal) -> CausalLM:
    """One of the engines."""
    return llama if request.param == "llama.cpp" else in_torch


def run(
    model: CausalLM,
    prompt: list[int],
    *samplings: Sampling,
    bias: dict[int, float] | None = None,
    ends: frozenset[int] | None = None,
) -> tuple[list[Reading], list[list[Step]]]:
    """All events of `model`: its readings, and the steps of each of `samplings`."""
    readings, steps = [], [list[Step]() for _ in samplings]
    for event in model.generate(prompt, samplings, ENDLESS if bias is None else bias, ends):
        if isinstance(event, Reading):
            readings.append(event)
        else:
            for number, step in event.items():
                steps[number].append(step)
    return readings, steps


def tokens(steps: list[Step]) -> list[int]:
    """The tokens alone."""
    return [step.token for step in steps]


@pytest.mark.parametrize("prompt", [PROMPT, LONG, [3]])
def test_the_engines_agree(llama: LlamaCpp, in_torch: TorchCausal, prompt: list[int]) -> None:
    """The same greedy tokens, and the same probabilities of them, of their rivals, and of what follows the prompt."""
    (ours, [our_steps]), (theirs, [their_steps]) = (run(each, prompt, Sampling(24)) for each in (llama, in_torch))
    assert tokens(our_steps) == tokens(their_steps)
    assert len(our_steps) == 24
    for our, their in zip(our_steps, their_steps, strict=True):
        assert our.probability == pytest.approx(their.probability, abs=TOLERANCE)
        ours_rivals, theirs_rivals = ([rival.probability for rival in step.rivals] for step in (our, their))
        assert ours_rivals == pytest.approx(theirs_rivals, abs=TOLERANCE)
    expected = [choice.probability for choice in theirs[-1].likeliest]
    assert [choice.probability for choice in ours[-1].likeliest] == pytest.approx(expected, abs=TOLERANCE)


def test_the_last_reading_has_the_likeliest(model: CausalLM) -> None:
    """Progress grows to the whole prompt; only then there are the likeliest, best first, and the first step is one."""
    run(model, PROMPT, Sampling(1))
    readings, [steps] = run(model, [PROMPT[0] + 1, *LONG], Sampling(2))
    done = [reading.done for reading in readings]
    assert done == sorted(done)
    assert len(done) > 3
    assert done[-1] == readings[-1].total == len(LONG) + 1
    assert all(not reading.likeliest for reading in readings[:-1])
    likeliest = readings[-1].likeliest
    assert len(likeliest) == LIKELIEST
    assert [each.probability for each in likeliest] == sorted((each.probability for each in likeliest), reverse=True)
    assert likeliest[0].token == steps[0].token
    assert likeliest[1:][:RIVALS] == steps[0].rivals


def test_a_prompt_can_only_be_read(model: CausalLM) -> None:
    """Without samplings there are readings alone, the last with more of the likeliest than else."""
    readings, steps = run(model, PROMPT)
    assert steps == []
    assert len(readings[-1].likeliest) == LIKELIEST_ALONE
    assert readings[-1].done == len(PROMPT)


def test_what_begins_alike_is_not_read_again(model: CausalLM) -> None:
    """A longer version of a text is read from where the kept one ends, and gives what reading all of it gives."""
    first = [(11 * i + 3) % 250 for i in range(400)]
    run(model, first, Sampling(1))
    readings, [steps] = run(model, [*first, 9, 8, 7], Sampling(8))
    assert readings[-1].kept >= len(first) - 1
    assert len([reading for reading in readings if not reading.likeliest]) <= 2
    fresh, _ = run(model, [1, *first, 9, 8, 7], Sampling(8))
    assert fresh[-1].kept == 0
    assert len(steps) == 8


def test_a_seed_draws_the_same_again(model: CausalLM) -> None:
    """The same seed draws the same tokens, another one others; no seed draws others each time."""
    drawn = Sampling(20, 1.0, 1.0, 7)
    [first], [again] = (run(model, PROMPT, drawn)[1] for _ in range(2))
    assert tokens(first) == tokens(again)
    others = [tokens(run(model, PROMPT, Sampling(20, 1.0, 1.0, seed))[1][0]) for seed in (8, None, None)]
    assert len({tuple(each) for each in [tokens(first), *others]}) == 4


def test_probabilities_are_the_models_own(model: CausalLM) -> None:
    """Neither temperature nor top-p nor a bias changes the reported probabilities."""
    readings, [plain] = run(model, PROMPT, Sampling(1))
    unlikely = 77
    _, [bent] = run(model, PROMPT, Sampling(1, 1.7, 0.6, 3), bias={unlikely: 100.0})
    assert bent[0].token == unlikely
    assert bent[0].probability < 0.5
    own = {choice.token: choice.probability for choice in readings[-1].likeliest}
    for rival in bent[0].rivals:
        assert rival.probability == pytest.approx(own[rival.token], abs=1e-5)
    assert plain[0].probability == pytest.approx(own[plain[0].token], abs=1e-5)


def test_a_small_top_p_leaves_the_likeliest(model: CausalLM) -> None:
    """However hot, what makes up next to nothing is one token."""
    _, [cold] = run(model, PROMPT, Sampling(12))
    _, [hot] = run(model, PROMPT, Sampling(12, 2.0, 0.0, 5))
    assert tokens(hot) == tokens(cold)


def test_several_samplings_go_on_from_one_prompt(model: CausalLM) -> None:
    """Each has its own tokens; the greedy ones are alike, whatever is drawn beside them, and as long as was asked."""
    samplings = [Sampling(6), Sampling(9, 1.0, 1.0, 4), Sampling(9, 1.0, 1.0, 5), Sampling(6)]
    readings, steps = run(model, PROMPT, *samplings)
    assert [len(each) for each in steps] == [6, 9, 9, 6]
    assert tokens(steps[0]) == tokens(steps[3]) == tokens(run(model, PROMPT, Sampling(6))[1][0])
    assert tokens(steps[1]) != tokens(steps[2])
    assert len([reading for reading in readings if reading.likeliest]) == 1


def test_an_end_is_not_reported(model: CausalLM) -> None:
    """Any token can be an end: it ends its own continuation alone, before its length."""
    _, [whole] = run(model, PROMPT, Sampling(10))
    end = whole[4].token
    cut = tokens(whole)[: tokens(whole).index(end)]
    _, both = run(model, PROMPT, Sampling(10), Sampling(10), ends=frozenset([end]))
    assert [tokens(each) for each in both] == [cut, cut]


def test_the_models_own_end_ends_a_text(model: CausalLM) -> None:
    """The end token of the model is none of the steps; another control token in the middle is one."""
    [end] = model.info.ends
    _, [steps] = run(model, PROMPT, Sampling(10), bias={end: 1e4})
    assert steps == []
    _, [steps] = run(model, PROMPT, Sampling(3), bias={256: 1e4})
    assert tokens(steps) == [256] * 3


def test_what_does_not_fit_is_refused(model: CausalLM) -> None:
    """An empty prompt is an error in words."""
    with pytest.raises(ValueError, match="at least"):
        run(model, [], Sampling(3))


def test_closing_ends_the_compute(model: CausalLM) -> None:
    """After reading, after a token, and before anything: a closed generator leaves the model free for others."""
    for events in (0, 1, 3, 20):
        with closing(model.generate(LONG, [Sampling(200)])) as stream:
            for _ in range(events):
                next(stream)
    assert len(run(model, PROMPT, Sampling(4))[1][0]) == 4


def test_many_at_once_get_their_own(model: CausalLM) -> None:
    """Twelve callers at once, more than there are slots, each get what they get alone."""
    prompts = [[i + 1, 2, 3, 4, 5] for i in range(12)]
    alone = [tokens(run(model, prompt, Sampling(16))[1][0]) for prompt in prompts]
    found: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        found[number] = tokens(run(model, prompts[number], Sampling(16))[1][0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [found[number] for number in range(12)] == alone


def test_characters_of_several_tokens_come_token_by_token(model: CausalLM) -> None:
    """Bytes that are no character by themselves are steps as all others, with their probabilities."""
    byte = 200
    _, [steps] = run(model, PROMPT, Sampling(5), bias={byte: 1e4})
    assert tokens(steps) == [byte] * 5
    assert all(0 < step.probability < 1 and len(step.rivals) == RIVALS for step in steps)


@pytest.fixture(autouse=True)
def nothing_is_left(llama: LlamaCpp) -> Iterator[None]:
    """After each test nobody is in the room of llama.cpp any more."""
    yield
    for _ in range(600):
        if not llama._room._inside and not llama._room._line:
            return
        threading.Event().wait(0.01)
    pytest.fail("somebody is still in the room")
