"""A translation as it grows: sentences are written in any order, the text is told as far as it is whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.engines.codec import Source, Written
from models.runtime.provenance import Run
from models.text.alignment import Link
from models.text.sentences import Span, runs_together, wide


@dataclass(frozen=True)
class Direction:
    """The codes of the languages to read and to write.

    `token` tells a network of several languages, before each sentence, which to write.
    """

    source: str
    target: str = ""
    token: str = ""


@dataclass(frozen=True)
class Sentence:
    """One sentence and its translation, as character spans of the two texts, and the words that correspond.

    `copied` signs were unknown to the model and stand as they were; `complete` is False where it ran into its bound.
    `guessed` is how many numbers, signs or names the model lost, which stand where the alignment suggests.
    """

    source: Span
    target: Span
    links: tuple[Link, ...] = ()
    copied: int = 0
    complete: bool = True
    guessed: int = 0


@dataclass(frozen=True)
class Translation:
    """A text in another language; while it streams, `text` and `sentences` end where the work has got to.

    `left` sentences are not translated yet, or were not when the time was up.
    """

    source: str
    text: str
    sentences: tuple[Sentence, ...]
    run: Run
    left: int = 0


@dataclass(frozen=True)
class Draft:
    """A visitor's text, the spans to translate in it as the network reads them, and what is written so far."""

    text: str
    spans: Sequence[Span]
    sources: Sequence[Source]
    written: dict[int, Written] = field(default_factory=dict)

    def so_far(self, model: str, device: str, seconds: float, engine: str) -> Translation:
        """Everything up to the first sentence that is not written, with all that stands between sentences."""
        text, at, tokens = "", 0, 0
        sentences: list[Sentence] = []
        for i, (span, source) in enumerate(zip(self.spans, self.sources, strict=True)):
            between = self.text[at : span.start]
            text, at = text + between, span.start
            if i not in self.written:
                break
            output = self.written[i]
            if not between and wide(self.text[: span.start][-1:]) and runs_together(text, output.text):
                text += " "
            target = Span(len(text), len(text) + len(output.text))
            moved = _moved(output.links, span, target)
            sentences.append(Sentence(span, target, moved, output.copied, output.complete, output.faults))
            text, at = text + output.text, span.end
            tokens += len(source.ids) - 1
        if len(sentences) == len(self.spans):
            text += self.text[at:]
        left = len(self.spans) - len(sentences)
        return Translation(self.text, text, tuple(sentences), Run(model, device, tokens, 0, seconds, engine), left)


def _moved(links: Sequence[Link], source: Span, target: Span) -> tuple[Link, ...]:
    return tuple(
        Link(_shifted(link.source, source.start), _shifted(link.target, target.start), link.weight) for link in links
    )


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
