"""Zero-shot classification of a text under labels that the visitor types.

A template makes a sentence of each label (Yin et al. 2019). It is scored by the similarity of its embedding to that of
the text (Chang et al. 2008), or by a model of natural language inference as to whether the text entails it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.catalog.choice import Choice
from models.engines.embedding import embed_in_steps
from models.runtime.arrays import Floats, normalized, sigmoid, softmax
from models.runtime.cache import Loaded
from models.runtime.limits import InputError, check_signs, check_text
from models.runtime.placing import placed
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import Head
from models.tasks.own_labels import generalist
from models.tasks.own_labels.entailment import entail_in_steps
from models.tasks.own_labels.results import Judged, Label, Labelled
from models.text.emoji import spelled_out
from models.text.paragraphs import unwrapped
from models.text.sentences import in_lines

BLANKS = re.compile(r" {2,}")
TEMPLATE = "This text is about {}."
MOST_LABELS = 20
LABEL_LIMIT = 60
# A text of more tokens is read sentence by sentence.
WINDOW_TOKENS = 254
# Chosen on FITTING in bench/own_label_cases.py, 44 written cases that are not those of the test. One label of
# several has the softmax of SCALE times its cosine; each for itself the sigmoid of SLOPE times (cosine - MIDDLE).
SCALE = 25.0
SLOPE, MIDDLE = 11.0, 0.23


@dataclass(frozen=True)
class LabelClassifier(Choice):
    """Classification under any labels with one encoder or model of inference."""

    def check(self, text: object, labels: object, multiple: object = False) -> None:
        """Raise InputError where the text, the labels or the kind of choice cannot be used."""
        check_signs(text, "text", self.limits.text)
        check_labels(labels, multiple)

    def __call__(self, text: str, labels: Sequence[str], multiple: bool = False, report: Report = ignore) -> Labelled:
        """The scores of `labels` for `text`. Raises InputError."""
        [labelled] = self.many([text], labels, multiple, report)
        return labelled

    @placed
    def many(
        self, texts: Sequence[str], labels: Sequence[str], multiple: bool = False, report: Report = ignore
    ) -> list[Labelled]:
        """The scores of `labels` for each of `texts`, which share batches. Raises InputError."""
        for text in texts:
            self.check(text, labels, multiple)
        # Nothing is shown at its place in the text, and sentences weigh as much as they are long.
        texts = [BLANKS.sub(" ", unwrapped(text)) for text in texts]
        names = [label.strip() for label in labels]
        judge = JUDGES[self.spec.head]
        with self.cache.lease(self.spec, report) as loaded:
            elapsed = stopwatch()
            judged = judge(loaded, texts, names, multiple, self.spec.name, report)
            share = 1 / len(texts)
            tokens, dropped = round(judged.tokens * share), round(judged.dropped * share)
            run = Run(self.spec.name, loaded.device, tokens, dropped, elapsed() * share, loaded.engine)
        rows = zip(judged.scores.tolist(), judged.cosines, strict=True)
        return [_labelled(names, scores, cosines, multiple, run) for scores, cosines in rows]


def _by_nearness(
    loaded: Loaded, texts: Sequence[str], names: Sequence[str], multiple: bool, model: str, report: Report
) -> Judged:
    """Judge by the cosine of each text's embedding, the mean of its parts', with each sentence's."""
    parts, claims = _parts(loaded, texts), [TEMPLATE.format(name) for name in names]
    read = [*claims, *(part for each in parts for part in each)]
    found = last(embed_in_steps(loaded, read), model, report)
    cosines = normalized(_means(found.vectors[len(claims) :], parts)) @ found.vectors[: len(claims)].T
    scores = sigmoid(SLOPE * (cosines - MIDDLE)) if multiple else softmax(SCALE * cosines)
    return Judged(scores, cosines.tolist(), found.tokens, found.dropped)


def _by_entailment(
    loaded: Loaded, texts: Sequence[str], names: Sequence[str], multiple: bool, model: str, report: Report
) -> Judged:
    """Judge by the logits for each sentence, the means over a text's parts; of one choice, against each other."""
    parts, claims = _parts(loaded, texts), [TEMPLATE.format(name) for name in names]
    found = last(entail_in_steps(loaded, [part for each in parts for part in each], claims), model, report)
    logits = _means(found.logits, parts)
    scores = softmax(logits)[..., 1] if multiple else softmax(logits[..., 1])
    return Judged(scores, [[None] * len(claims)] * len(parts), found.tokens, found.dropped)


# Judges texts under names, each by itself or not; the text is the model's name, for the report.
Judge = Callable[[Loaded, Sequence[str], Sequence[str], bool, str, Report], Judged]
JUDGES: Mapping[Head, Judge] = {
    "encoder": _by_nearness,
    "entailment": _by_entailment,
    "causal-lm": generalist.judge,
}


def split(labels: object) -> list[str]:
    """The names in a text with commas or line breaks between them; none in anything else."""
    text = labels if isinstance(labels, str) else ""
    return [name.strip() for line in text.splitlines() for name in line.split(",") if name.strip()]


def check_labels(labels: object, multiple: object = False) -> None:
    """Raise InputError where `labels` are no list of different names, at least two unless each stands for itself."""
    if not isinstance(multiple, bool):
        raise InputError("multiple", f"multiple must be true or false, not {type(multiple).__name__}.")
    if not isinstance(labels, list | tuple):
        raise InputError("labels", f"labels must be a list of names, not {type(labels).__name__}.")
    fewest = 1 if multiple else 2
    if not fewest <= len(labels) <= MOST_LABELS:
        raise InputError("labels", f"labels must be {fewest} to {MOST_LABELS} names; there are {len(labels)}.")
    for label in labels:
        check_text(label, "labels", LABEL_LIMIT)
    if len({label.strip().casefold() for label in labels}) < len(labels):
        raise InputError("labels", "labels must be different from each other; one is repeated.")


def _parts(loaded: Loaded, texts: Sequence[str]) -> list[list[str]]:
    """Each text itself where one window holds it, else its sentences, with emoji, emoticons and ratings spelled out."""
    texts = [spelled_out(text) for text in texts]
    encoded = loaded.tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"] if texts else []
    return [
        [text] if len(ids) <= WINDOW_TOKENS else [span.of(text) for span in in_lines(text)]
        for text, ids in zip(texts, encoded, strict=True)
    ]


def _means(rows: Floats, parts: Sequence[Sequence[str]]) -> Floats:
    """One row for each text: the mean of the `rows` of its parts, each as heavy as it is long."""
    means, start = [], 0
    for each in parts:
        weights = np.array([len(part) for part in each], np.float32)
        means.append(np.tensordot(weights / weights.sum(), rows[start : start + len(each)], 1))
        start += len(each)
    return np.stack(means)


def _labelled(
    names: Sequence[str], scores: Sequence[float], cosines: Sequence[float | None], multiple: bool, run: Run
) -> Labelled:
    labels = (Label(*row) for row in zip(names, scores, cosines, strict=True))
    return Labelled(tuple(sorted(labels, key=lambda label: -label.score)), multiple, run)
