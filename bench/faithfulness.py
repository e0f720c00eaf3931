"""Which measure of a word's weight to trust: how much the probability falls when the words that it ranks first go.

    python -m bench.faithfulness --data DIR [--texts N] [--questions N]

DIR holds `sst2-dev.tsv` and `squad-dev-v1.1.json.gz`. Words are left out, the top ones of each measure first, and the
model reads what is left: the deletion curve (Samek et al. 2017). Kept in `assets/attention/faithfulness.json`.
"""

import argparse
import csv
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

import app
from bench import ours
from bench.openings import digest
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT
from models.explain.attention_math import Weights, by_norm
from models.explain.gradients import embedded, integrated_gradients
from models.explain.heads.norms import value_norms
from models.runtime.cache import Loaded
from train import squad

KEPT = app.ASSETS / "attention" / "faithfulness.json"
SHARES = (0.1, 0.2, 0.3, 0.5)
SEED, BATCH, SHORT = 0, 16, 45
MEASURES = ("occlusion", "gradients", "norms", "attention", "random")


@dataclass(frozen=True)
class Case:
    """A text in a model: its tokens, the tokens of each word that may be left out, and what the model is judged by.

    `rows` are the tokens that draw on the others for the result: [CLS] for a class, the answer's own for an answer.
    """

    loaded: Loaded
    ids: tuple[int, ...]
    types: tuple[int, ...]
    words: tuple[tuple[int, ...], ...]
    rows: tuple[int, ...]
    label: int | None

    def probabilities(self, left_out: Sequence[Sequence[int]]) -> list[float]:
        """Of the class, or of the answer, without the words of each list."""
        found: list[float] = []
        for first in range(0, len(left_out), BATCH):
            kept = [self._kept(words) for words in left_out[first : first + BATCH]]
            width = max(map(len, kept))
            inputs = {
                name: torch.tensor([[values[at] for at in row] + [0] * (width - len(row)) for row in kept])
                for name, values in (("input_ids", self.ids), ("token_type_ids", self.types))
            }
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in kept])
            with torch.inference_mode():
                output = self.loaded.model(**inputs, attention_mask=mask)
            found += [float(self._probability(output, i, row)) for i, row in enumerate(kept)]
        return found

    def _kept(self, words: Sequence[int]) -> list[int]:
        gone = {at for word in words for at in self.words[word]}
        return [at for at in range(len(self.ids)) if at not in gone]

    def _probability(self, output: Any, row: int, kept: list[int]) -> Tensor:
        if self.label is not None:
            return output.logits[row].softmax(-1)[self.label]  # type: ignore[no-any-return]
        start, end = kept.index(self.rows[0]), kept.index(self.rows[-1])
        starts, ends = (logits[row, : len(kept)].softmax(-1) for logits in (output.start_logits, output.end_logits))
        return starts[start] * ends[end]  # type: ignore[no-any-return]

    def measured(self, chance: random.Random) -> dict[str, list[float]]:
        """The weight of each word by every measure."""
        whole, *without = self.probabilities([[], *([word] for word in range(len(self.words)))])
        attention, norms = self._attention()
        return {
            "occlusion": [whole - each for each in without],
            "gradients": self._by_word(self._gradients()),
            "norms": self._by_word(norms),
            "attention": self._by_word(attention),
            "random": [chance.random() for _ in self.words],
        }

    def _attention(self) -> tuple[list[float], list[float]]:
        """What the rows give each token in the last layer, the mean of its heads: by weight, and by norm."""
        model = self.loaded.model
        with torch.inference_mode(), value_norms(model, "encoder") as norms:
            ids, types = torch.tensor([self.ids]), torch.tensor([self.types])
            output = model(input_ids=ids, token_type_ids=types, output_attentions=True)
        weights: Weights = torch.cat(output.attentions).numpy()
        lengths = norms()
        assert lengths is not None, "the bundled models have norms"
        kinds = (weights, by_norm(weights.copy(), lengths))
        one, other = (each[-1].mean(0)[list(self.rows)].mean(0).tolist() for each in kinds)
        return one, other

    def _gradients(self) -> list[float]:
        """Integrated gradients of the logarithm of the probability."""
        model, inside = self.loaded.model, {at for word in self.words for at in word}
        kept = [at for at in range(len(self.ids)) if at not in inside]
        inputs, baseline = embedded(model, list(self.ids), kept, model.config.pad_token_id or 0)
        types = torch.tensor([self.types])

        def score(points: Tensor) -> Tensor:
            output = model(inputs_embeds=points, token_type_ids=types.expand(len(points), -1))
            everything = list(range(len(self.ids)))
            return torch.stack([self._probability(output, i, everything).log() for i in range(len(points))])

        best = [each for each in integrated_gradients(score, inputs, baseline, 24) if each is not None][-1]
        return list(best.values)

    def _by_word(self, values: Sequence[float]) -> list[float]:
        return [sum(values[at] for at in word) for word in self.words]


def curve(case: Case, weights: Sequence[float]) -> list[float]:
    """The probability of the whole text, then without the top words, a larger share of them each time."""
    ranked = sorted(range(len(weights)), key=lambda word: -weights[word])
    return case.probabilities([[], *(ranked[: max(1, round(share * len(ranked)))] for share in SHARES)])


def texts(loaded: Loaded, data: Path, count: int) -> Iterator[Case]:
    """Reviews of ten words and more, judged by the class that the model gives them."""
    with (data / "sst2-dev.tsv").open(encoding="utf-8") as file:
        found = [row["sentence"].strip() for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    for text in random.Random(SEED).sample([each for each in found if len(each.split()) >= 10], count):
        encoding = loaded.tokenizer(text)
        ids = tuple(encoding["input_ids"])
        with torch.inference_mode():
            label = int(loaded.model(input_ids=torch.tensor([ids])).logits[0].argmax())
        yield Case(loaded, ids, (0,) * len(ids), words(encoding, 0), (0,), label)


def questions(loaded: Loaded, data: Path, count: int) -> Iterator[Case]:
    """Questions that the model answers right in a short context; words of the answer stay."""
    found = [each for each in squad.read(data / "squad-dev-v1.1.json.gz") if len(each.context.split()) <= SHORT]
    random.Random(SEED).shuffle(found)
    given = 0
    for each in found:
        encoding = loaded.tokenizer(each.question, each.context, return_offsets_mapping=True)
        ids, types = tuple(encoding["input_ids"]), tuple(encoding["token_type_ids"])
        with torch.inference_mode():
            output = loaded.model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types]))
        start, end = int(output.start_logits[0].argmax()), int(output.end_logits[0].argmax())
        if not 0 < start <= end or encoding.sequence_ids(0)[start] != 1:
            continue
        offsets = encoding["offset_mapping"]
        said = each.context[offsets[start][0] : offsets[end][1]]
        if squad.score(said, each)[0] < 1:
            continue
        rows = tuple(range(start, end + 1))
        free = tuple(word for part in (0, 1) for word in words(encoding, part) if not set(word) & set(rows))
        yield Case(loaded, ids, types, free, rows, None)
        given += 1
        if given == count:
            return


def words(encoding: Any, part: int) -> tuple[tuple[int, ...], ...]:
    """The tokens of each word of a part."""
    found: dict[int, list[int]] = {}
    for at, (word, of) in enumerate(zip(encoding.word_ids(0), encoding.sequence_ids(0), strict=True)):
        if of == part:
            found.setdefault(word, []).append(at)
    return tuple(map(tuple, found.values()))


def mean_curves(cases: Iterator[Case]) -> tuple[int, dict[str, list[float]]]:
    """How many cases there were, and the mean curve of each measure."""
    chance = random.Random(SEED)
    curves: dict[str, list[list[float]]] = {measure: [] for measure in MEASURES}
    for case in cases:
        for measure, weights in case.measured(chance).items():
            curves[measure].append(curve(case, weights))
    return len(curves["random"]), {
        name: [round(value, 4) for value in np.mean(each, axis=0).tolist()] for name, each in curves.items()
    }


def main(arguments: Sequence[str]) -> None:
    """Measure, print and keep the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the texts and questions")
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--questions", type=int, default=100)
    chosen = parser.parse_args(arguments)
    cache = ours.cache()
    command = f"python -m bench.faithfulness --texts {chosen.texts} --questions {chosen.questions}"
    found: dict[str, Any] = {"command": command, "shares": [0, *SHARES]}
    for name, spec, make, count in (
        ("sentiment", SENTIMENT, texts, chosen.texts),
        ("answers", QUESTION_ANSWERING, questions, chosen.questions),
    ):
        with cache.lease(spec.with_attention()) as loaded:
            measured, curves = mean_curves(make(loaded, chosen.data, count))
        found[name] = {"model": spec.name, "digest": digest(spec), "count": measured, "curves": curves}
        print(name, measured, curves, flush=True)
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
