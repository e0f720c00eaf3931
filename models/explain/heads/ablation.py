"""Switches off parts of a model's attention over a text, and reads what becomes of its own result."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from models.catalog.room import check_room
from models.explain.attention import ENCODER_DECODERS, Attender
from models.explain.heads.outcome import Ablation, Ranking
from models.explain.heads.switches import check_within, switches
from models.runtime.cache import ModelCache
from models.runtime.memory import retried
from models.runtime.progress import Report, Stage, ignore, last
from models.runtime.provenance import Run, stopwatch

if TYPE_CHECKING:
    from models.explain.heads.probes import Probe


@dataclass(frozen=True)
class Ablator:
    """Runs the torch copies of the models of `attender`, never what serves."""

    attender: Attender

    @property
    def cache(self) -> ModelCache:
        """Where the models are."""
        return self.attender.cache

    def check(self, model: str, text: str, text_pair: str, off: object) -> None:
        """Raise InputError where the attention of these cannot be read, or `off` is no list of switches."""
        self.attender.check(model, text, text_pair)
        switches(off)

    def __call__(self, model: str, text: str, text_pair: str, off: object, report: Report = ignore) -> Ablation:
        """The result of `model` for the text with all of its attention, and with `off`; see `switches`."""
        return last(self.stream(model, text, text_pair, off, report), model, report)

    @retried
    def stream(self, model: str, text: str, text_pair: str, off: object, report: Report = ignore) -> Iterator[Ablation]:
        """The same as a stream of one result."""
        self.check(model, text, text_pair, off)
        with self._probe(model, text, text_pair, report) as probe:
            check_within(switches(off), probe.shape, probe.stack == "decoder")
            elapsed = stopwatch()
            outcome = probe.outcome(switches(off))
            name = self.attender.source(model).name
            yield Ablation(outcome, Run(name, probe.device, probe.shape.keys, probe.dropped, elapsed()))

    @retried
    def rank(self, model: str, text: str, text_pair: str, report: Report = ignore) -> Iterator[Ranking]:
        """Switch off every head in turn, a batch of them at once; yield what is measured after each batch."""
        self.check(model, text, text_pair, [])
        with self._probe(model, text, text_pair, report) as probe:
            elapsed = stopwatch()
            outcome = probe.outcome(frozenset())
            shape, name = probe.shape, self.attender.source(model).name
            effects = np.full((shape.layers, shape.heads), np.nan, np.float32)
            for passes, batch in enumerate(probe.each_head(), 1):
                for layer, head, after in batch:
                    effects[layer, head] = after - outcome.before
                report(Stage("Running", name))
                run = Run(name, probe.device, shape.keys, probe.dropped, elapsed())
                yield Ranking(outcome, effects.copy(), passes, run)

    @contextmanager
    def _probe(self, model: str, text: str, text_pair: str, report: Report) -> Iterator["Probe"]:
        source = self.attender.source(model)
        check_room(self.cache, source.spec, self.attender.specs, "Model")
        with self.cache.lease(source.spec.with_attention(), report) as loaded:
            if source.spec.head in ENCODER_DECODERS:
                from models.explain.heads.written import writer

                between = partial(report, Stage("Running", source.name))
                yield writer(loaded, source.spec.prefix, text, source.cross, between)
            else:
                from models.explain.heads.probes import reader

                yield reader(loaded, source.spec.head, text, text_pair)
