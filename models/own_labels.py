"""Classifies a text under labels that the visitor types: by how near each label's sentence lies to the text.

A label becomes a sentence by a template (as in Yin et al. 2019), and an encoder puts text and sentence into one space,
so that no label has to be known beforehand (Chang et al. 2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.cache import Loaded, ModelCache
from models.catalog import ModelSpec
from models.inputs import DEFAULT_LIMITS, InputError, Limits, check_text
from models.results import Run, stopwatch
from models.stages import Report, ignore, last
from models.text import sentences

if TYPE_CHECKING:
    from torch import Tensor

TEMPLATE = "This text is about {}."
MOST_LABELS = 20
LABEL_LIMIT = 60
# A text of more tokens is read sentence by sentence.
WINDOW_TOKENS = 254
# Chosen on FITTING in tests/models/own_label_cases.py, 44 written cases that are not those of the test. One label of
# several has the softmax of SCALE times its cosine; each for itself the sigmoid of SLOPE times (cosine - MIDDLE).
SCALE = 25.0
SLOPE, MIDDLE = 11.0, 0.23


@dataclass(frozen=True)
class Label:
    """A visitor's label: its score, 0 to 1, and the cosine of its sentence with the text, -1 to 1."""

    name: str
    score: float
    similarity: float


@dataclass(frozen=True)
class Labelled:
    """The labels, best first. The scores of a `multiple` choice are independent, else they add up to 1."""

    labels: tuple[Label, ...]
    multiple: bool
    run: Run

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the labels that hold: the best one, or of a multiple choice all from a score of a half."""
        if self.multiple:
            return tuple(label.name for label in self.labels if label.score >= 0.5)
        return (self.labels[0].name,)


@dataclass(frozen=True)
class LabelClassifier:
    """Classification under any labels with one encoder."""

    cache: ModelCache
    spec: ModelSpec
    limits: Limits = DEFAULT_LIMITS

    def check(self, text: object, labels: object, multiple: object = False) -> None:
        """Raise InputError where the text, the labels or the kind of choice cannot be used."""
        check_text(text, "text", self.limits.text)
        check_labels(labels, multiple)

    def __call__(self, text: str, labels: Sequence[str], multiple: bool = False, report: Report = ignore) -> Labelled:
        """The scores of `labels` for `text`. Raises InputError."""
        [labelled] = self.many([text], labels, multiple, report)
        return labelled

    def many(
        self, texts: Sequence[str], labels: Sequence[str], multiple: bool = False, report: Report = ignore
    ) -> list[Labelled]:
        """The scores of `labels` for each of `texts`, which share batches. Raises InputError."""
        for text in texts:
            self.check(text, labels, multiple)
        names = [label.strip() for label in labels]
        with self.cache.lease(self.spec, report) as loaded:
            from models.embedding import embed_in_steps

            elapsed = stopwatch()
            parts = [_parts(loaded, text) for text in texts]
            read = [TEMPLATE.format(name) for name in names] + [part for each in parts for part in each]
            embeddings = last(embed_in_steps(loaded, read), self.spec.name, report)
            cosines = _means(embeddings.vectors[len(names) :], parts) @ embeddings.vectors[: len(names)].T
            scores = (SLOPE * (cosines - MIDDLE)).sigmoid() if multiple else (SCALE * cosines).softmax(-1)
            share = 1 / len(texts)
            run = Run(
                self.spec.name,
                loaded.device,
                round(embeddings.tokens * share),
                round(embeddings.dropped * share),
                elapsed() * share,
                loaded.engine,
            )
        return [_labelled(names, *row, multiple, run) for row in zip(scores.tolist(), cosines.tolist(), strict=True)]


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
        raise InputError("labels", "labels must be different from each other; one is there twice.")


def _parts(loaded: Loaded, text: str) -> list[str]:
    """`text` itself where one window holds it, else its sentences."""
    ids = loaded.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    return [text] if len(ids) <= WINDOW_TOKENS else [span.of(text) for span in sentences(text)]


def _means(vectors: "Tensor", parts: Sequence[Sequence[str]]) -> "Tensor":
    """One unit vector for each text, (texts, width): the mean of its parts, each as heavy as it is long."""
    import torch
    from torch.nn.functional import normalize

    means, start = [], 0
    for each in parts:
        weights = torch.tensor([float(len(part)) for part in each])
        means.append(weights @ vectors[start : start + len(each)])
        start += len(each)
    return normalize(torch.stack(means), dim=-1)


def _labelled(
    names: Sequence[str], scores: Sequence[float], cosines: Sequence[float], multiple: bool, run: Run
) -> Labelled:
    labels = (Label(*row) for row in zip(names, scores, cosines, strict=True))
    return Labelled(tuple(sorted(labels, key=lambda label: -label.score)), multiple, run)
