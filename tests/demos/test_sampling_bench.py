"""The filters of the sampling bench, which run in the browser, beside a reference in NumPy and llama.cpp's own."""

import json
import math
import subprocess
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import model_setup
import settings
from demos.assets import ASSETS
from demos.next_word.bench import bench
from models.catalog.bundled import SMOLLM2
from models.engines.base import Sampling
from models.engines.llama_cpp.completions import completion
from models.engines.llama_cpp.server import ServerProcess
from models.explain.distribution import Distribution, distribution
from models.explain.tokens import Candidate
from models.runtime.progress import ignore
from models.weights.gguf import SERVED, served
from tests.programs import program

Knobs = dict[str, Any]
RUN = """
const fs = require("fs");
const names = "allLogs, filtered, cutBy, dice, fallsOn";
const sampling = new Function(`${fs.readFileSync(process.argv[1], "utf8")}\\nreturn { ${names} };`)();
const { allLogs, filtered, cutBy, dice, fallsOn } = sampling;
const { known, knobs, seed, rolls } = JSON.parse(fs.readFileSync(0, "utf8"));
const logs = allLogs(known);
console.log(JSON.stringify(knobs.map((each) => {
  const found = filtered(logs, each), roll = dice(seed);
  const cuts = Array.from(logs, (_, i) => cutBy(found, i) ?? "");
  const drawn = Array.from({ length: rolls }, () => fallsOn(found.after, roll()));
  return { left: found.left, after: Array.from(found.after), cuts, drawn };
})));
"""
OFF: Knobs = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "first": False}
SETTINGS: list[Knobs] = [
    OFF,
    OFF | {"temperature": 0.4},
    OFF | {"temperature": 2},
    OFF | {"temperature": 0},
    OFF | {"topK": 3},
    OFF | {"topP": 0.6},
    OFF | {"topP": 0},
    OFF | {"topP": 0.999},
    OFF | {"minP": 0.1},
    OFF | {"minP": 0.5},
    OFF | {"temperature": 0.8, "topK": 40, "topP": 0.95, "minP": 0.05},
    OFF | {"temperature": 1.7, "topK": 7, "topP": 0.9, "minP": 0.02},
    OFF | {"temperature": 1.7, "topK": 7, "topP": 0.9, "minP": 0.02, "first": True},
    OFF | {"temperature": 1.5, "topP": 0.9, "first": True},
    OFF | {"temperature": 0, "topK": 5, "first": True},
]


def some_distribution(seed: int, known: int = 20, vocabulary: int = 500) -> Distribution:
    """A random one, steep or flat."""
    random = np.random.default_rng(seed)
    logs = np.sort(random.normal(size=vocabulary) * random.uniform(0.5, 4))[::-1]
    probabilities = np.exp(logs) / np.exp(logs).sum()
    return distribution(tuple(Candidate(i, str(i), p, False) for i, p in enumerate(probabilities[:known])), vocabulary)


def in_browser(known: Distribution, knobs: list[Knobs], seed: int = 1, rolls: int = 0) -> list[Any]:
    """What the page's script makes of it."""
    given = json.dumps({"known": bench(known), "knobs": knobs, "seed": seed, "rolls": rolls})
    script = str(ASSETS / "next_word" / "sampling.js")
    command = [program("node", "nodejs"), "-e", RUN, script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def all_logs(known: Distribution) -> NDArray[np.float64]:
    """The logarithms of all probabilities, by the power law beyond those that are known."""
    logs = np.log([each.probability for each in known.likeliest])
    ranks = np.arange(len(logs) + 1, known.vocabulary + 1)
    return np.concatenate([logs, logs[-1] - known.exponent * np.log(ranks / len(logs))])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities; 0 where the logit is minus infinity."""
    weights = np.exp(logits - logits.max())
    probabilities: NDArray[np.float64] = weights / weights.sum()
    return probabilities


def top_k(logits: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Only the k largest; all of them where k is 0."""
    return np.where(np.argsort(np.argsort(-logits, kind="stable")) < (k or len(logits)), logits, -np.inf)


def top_p(logits: NDArray[np.float64], p: float) -> NDArray[np.float64]:
    """Only the likeliest that together reach p, at least one (Holtzman et al. 2020)."""
    if p >= 1:
        return logits
    order = np.argsort(-logits, kind="stable")
    sums = np.cumsum(softmax(logits)[order])
    kept = order[: int(np.searchsorted(sums, p)) + 1]
    return np.where(np.isin(np.arange(len(logits)), kept), logits, -np.inf)


def min_p(logits: NDArray[np.float64], p: float) -> NDArray[np.float64]:
    """Only those at least p times as likely as the likeliest (Nguyen et al. 2024)."""
    return np.where(logits >= logits.max() + (math.log(p) if p else -np.inf), logits, -np.inf)


def heated(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Divided by the temperature; at 0 the likeliest alone."""
    return logits / temperature if temperature else top_k(logits, 1)


def reference(logits: NDArray[np.float64], knobs: Knobs) -> NDArray[np.float64]:
    """The probabilities that tokens are drawn with."""
    if knobs["first"]:
        logits = heated(logits, knobs["temperature"])
    logits = min_p(top_p(top_k(logits, knobs["topK"]), knobs["topP"]), knobs["minP"])
    return softmax(logits if knobs["first"] else heated(logits, knobs["temperature"]))


@pytest.mark.parametrize("seed", range(4))
def test_the_filters_are_the_references(seed: int) -> None:
    """The same tokens are kept, with the same probabilities, and each cut token names the filter that took it."""
    known = some_distribution(seed)
    for knobs, found in zip(SETTINGS, in_browser(known, SETTINGS), strict=True):
        expected = reference(all_logs(known), knobs)
        kept = len(found["after"])
        assert np.flatnonzero(expected).tolist() == list(range(kept)), knobs
        assert found["after"] == pytest.approx(expected[:kept], abs=1e-9), knobs
        assert [cut == "" for cut in found["cuts"]] == [i < kept for i in range(known.vocabulary)]
        order = ["top-k", "top-p", "min-p"]
        order = ["temperature", *order] if knobs["first"] else [*order, "temperature"]
        assert [name for name, _ in found["left"]] == order


def test_a_cut_token_names_its_filter() -> None:
    """Of three filters, each takes its own."""
    known = some_distribution(0)
    [found] = in_browser(known, [OFF | {"topK": 15, "topP": 0.8, "minP": 0.2}])
    left = dict(found["left"])
    assert left["top-k"] == 15 > left["top-p"] >= left["min-p"]
    assert found["cuts"][15:] == ["top-k"] * (known.vocabulary - 15)
    assert set(found["cuts"][left["top-p"] : 15]) == {"top-p"}


def test_the_same_seed_rolls_the_same() -> None:
    """The dice are mulberry32, and a token comes as often as its probability says."""
    known = some_distribution(1)
    knobs = OFF | {"topP": 0.9}
    [found] = in_browser(known, [knobs], seed=7, rolls=4_000)
    cumulative = np.cumsum(found["after"])
    assert found["drawn"][:50] == np.searchsorted(cumulative, mulberry32(7, 50), side="right").tolist()
    counts = np.bincount(found["drawn"], minlength=len(found["after"])) / 4_000
    assert np.abs(counts - found["after"]).max() < 0.03
    assert in_browser(known, [knobs], seed=8, rolls=50)[0]["drawn"] != found["drawn"][:50]


def mulberry32(seed: int, count: int) -> list[float]:
    """The numbers of that generator, 0 to 1."""
    word = 0xFFFFFFFF
    found, state = [], seed
    for _ in range(count):
        state = (state + 0x6D2B79F5) & word
        mixed = ((state ^ (state >> 15)) * (state | 1)) & word
        mixed ^= (mixed + (((mixed ^ (mixed >> 7)) * (mixed | 61)) & word)) & word
        found.append((mixed ^ (mixed >> 14)) / 2**32)
    return found


def test_no_tokens_are_no_bench() -> None:
    """Before the text is read there is nothing to draw."""
    assert bench(None) == {}


@pytest.mark.real
def test_the_filters_are_llama_cpps() -> None:
    """The reference gives the probabilities that llama.cpp's samplers report, in its default order."""
    folder = model_setup.store_of(settings.read([])).ensure(SMOLLM2.weights, ignore)
    server = ServerProcess(served(folder / SERVED), 1, 1, 512)
    prompt = [504, 3575, 282, 18837, 314]
    plain = asked(server, completion(prompt, Sampling(1), None, 2_000), "top_logprobs", "logprob")
    logits = np.array(list(plain.values()))
    for knobs in SETTINGS[10:12]:
        chain = {
            "samplers": ["top_k", "top_p", "min_p", "temperature"],
            "temperature": knobs["temperature"],
            "top_k": knobs["topK"],
            "top_p": knobs["topP"],
            "min_p": knobs["minP"],
            "post_sampling_probs": True,
        }
        theirs = asked(server, completion(prompt, Sampling(1), None, 50) | chain, "top_probs", "prob")
        ours = dict(zip(plain, reference(logits, knobs), strict=True))
        assert {id_: p for id_, p in ours.items() if p} == pytest.approx(
            {id_: p for id_, p in theirs.items() if p}, abs=1e-5
        )


def asked(server: Any, payload: Knobs, field: str, value: str) -> dict[int, float]:
    """The first token's alternatives by their id."""
    chunks: list[Any] = []

    def take(chunk: Any) -> bool:
        chunks.append(chunk)
        return False

    server.handle_completions(payload, take)
    probabilities = next(
        c["choices"][0]["logprobs"]["content"][0] for c in chunks if (c["choices"][0].get("logprobs") or {})
    )
    return {each["id"]: each[value] for each in probabilities[field]}
