"""Which heads of the bundled models do what: `python -m bench.heads`.

Each head is scored by its habits, on the texts of the page's examples and on tokens of these, drawn at random and
repeated. Kept in `assets/attention/heads.json` with the digest of each model: the head finder of the Attention tab.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

import model_setup
import settings
from bench.openings import digest
from demos.assets import ASSETS
from models.catalog.bundled import ATTENTION, PORTUGUESE_ENGLISH
from models.engines import codec
from models.engines.torch.student import Student, pad
from models.explain.attention import Attender, Source, sources
from models.explain.attention_reading import stack
from models.explain.heads.habits import Habit, Repeated, Scores, mean_scores, on_repeated, on_text
from models.explain.tokens import boundary
from models.runtime.cache import Loaded, ModelCache
from models.weights.student import UNKNOWN

KEPT = ASSETS / "attention" / "heads.json"
EXAMPLES = ("bridge", "harbour_ferry", "tea", "lighthouse_history")
CHARACTERS = 1_000
# What the model from Portuguese reads.
PORTUGUESE = (
    "A velha ponte de pedra liga as duas margens do rio desde 1781. Quem a atravessa ao fim da tarde vê os barcos que "
    "voltam do mar e as gaivotas que os seguem. No inverno, quando chove muito, a água sobe até aos arcos e os "
    "pescadores esperam em terra. A minha avó dizia que a ponte ouve tudo o que se diz nela, e que por isso "
    "ninguém ali mente. "
    "O engenheiro que a desenhou nunca a viu terminada: morreu um ano antes, numa viagem a Lisboa."
)
SEED, DRAWS, LENGTH, DIGITS = 0, 8, 24, 3


def self_attention() -> list[Source]:
    """The attentions in which a text looks at itself."""
    return [source for source in sources(ATTENTION) if not source.cross]


def texts(source: Source) -> list[str]:
    """What the model of `source` reads."""
    if source.spec == PORTUGUESE_ENGLISH:
        return [PORTUGUESE]
    return [(ASSETS / "examples" / f"{name}.txt").read_text(encoding="utf-8")[:CHARACTERS] for name in EXAMPLES]


def scores(attender: Attender, source: Source) -> dict[Habit, Scores]:
    """Every head of `source` by its habits."""
    read = [attender(source.name, text) for text in texts(source)]
    found = [on_text(each.weights, each.resting) for each in read]
    with attender.cache.lease(source.spec.with_attention()) as loaded:
        ids = sorted({token for text in texts(source) for token in ids_of(loaded, text)})
        found += [on_repeated(repeated(loaded, drawn)) for drawn in draws(ids)]
    return mean_scores(found)


def draws(ids: Sequence[int]) -> Iterator[list[int]]:
    """LENGTH different ones of `ids` at a time."""
    chance = np.random.default_rng(SEED)
    for _ in range(DRAWS):
        yield chance.permutation(ids)[:LENGTH].tolist()


def ids_of(loaded: Loaded, text: str) -> list[int]:
    """The tokens of `text`, without special ones."""
    if isinstance(loaded.model, Student):
        return [token for token in codec.read(loaded.tokenizer, text).ids if token not in (codec.END, UNKNOWN)]
    return list(loaded.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])


@torch.inference_mode()
def repeated(loaded: Loaded, ids: list[int]) -> Repeated:
    """How the model attends where `ids` stand twice, between the special tokens that it expects."""
    model, tokenizer = loaded.model, loaded.tokenizer
    if isinstance(model, Student):
        memory = model.encode(*pad([[*ids, *ids, codec.END]], loaded.device), attentions=True)
        return Repeated(stack(memory.attentions), 0, len(ids))
    before, after = [tokenizer.cls_token_id], [tokenizer.sep_token_id]
    if tokenizer.cls_token_id is None:
        before, after = [boundary(tokenizer)], []
    read = torch.tensor([[*before, *ids, *ids, *after]], device=loaded.device)
    return Repeated(stack(model(input_ids=read, output_attentions=True).attentions), 1, len(ids))


def entry(attender: Attender, source: Source) -> dict[str, Any]:
    """What is kept of a model."""
    found = scores(attender, source)
    rounded = {habit: np.round(each.astype(np.float64), DIGITS).tolist() for habit, each in found.items()}
    return {"digest": digest(source.spec), "scores": rounded}


def main(cache: ModelCache) -> None:
    """Score all heads and keep them."""
    attender = Attender(cache, ATTENTION)
    found = {source.name: entry(attender, source) for source in self_attention()}
    KEPT.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{KEPT.name}: {len(found)} models")


if __name__ == "__main__":
    main(model_setup.make_cache(settings.read([])))
