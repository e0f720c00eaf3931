"""A translation in progress: sentences are finished in any order, and the text is shown up to the first gap."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from models.engines.codec import Source, Written
from models.runtime.provenance import Run
from models.tasks.translation.wrapping import Wrapped, gap, wrap
from models.text.alignment import Link
from models.text.paragraphs import Break, Paragraph, paragraphs
from models.text.prose import spaceless
from models.text.sentences import Span, runs_together


@dataclass(frozen=True)
class Direction:
    """The codes of the languages to read and to write.

    `token` before each sentence selects the target language of a multilingual network.
    """

    source: str
    target: str = ""
    token: str = ""


@dataclass(frozen=True)
class Sentence:
    """One sentence and its translation, as character spans of the two texts, and the words that correspond.

    `copied` signs were unknown to the model and stand as they were; `complete` is False where it ran into its bound or,
    with `circles`, was ended because it repeated itself.
    `guessed` is how many numbers, signs or names the model lost, which stand where the alignment suggests; where there
    is no alignment, they are missing, and `lost` has them.
    """

    source: Span
    target: Span
    links: tuple[Link, ...] = ()
    copied: int = 0
    complete: bool = True
    guessed: int = 0
    circles: bool = False
    lost: tuple[str, ...] = ()


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

    def with_sentence(self, number: int, output: Written) -> "Translation":
        """The same with `output` in the place of that sentence; what comes after it moves."""
        old = self.sentences[number]
        new = Span(old.target.start, old.target.start + len(output.text))
        after, by = self.sentences[number + 1 :], new.end - old.target.end
        text = self.text[: new.start] + output.text + self.text[old.target.end :]
        rewritten = _sentence(old.source, new, output)
        shifted = (
            replace(
                each,
                target=_shifted(each.target, by),
                links=tuple(replace(link, target=_shifted(link.target, by)) for link in each.links),
            )
            for each in after
        )
        return replace(self, text=text, sentences=(*self.sentences[:number], rewritten, *shifted))


@dataclass(frozen=True)
class Draft:
    """A visitor's text, the spans to translate in it as the network reads them, and what is written so far."""

    text: str
    spans: Sequence[Span]
    sources: Sequence[Source]
    written: dict[int, Written] = field(default_factory=dict)

    def so_far(self, model: str, device: str, seconds: float, engine: str) -> Translation:
        """Everything up to the first sentence that is not written, with all that stands between sentences.

        A paragraph that was wrapped is wrapped again, at its width.
        """
        text, at, tokens = "", 0, 0
        found = paragraphs(self.text)
        breaks = [each for paragraph in found for each in paragraph.breaks]
        sentences: list[Sentence] = []
        gaps: list[tuple[int, int]] = []
        for i, (span, source) in enumerate(zip(self.spans, self.sources, strict=True)):
            between, within = self.text[at : span.start], _within(breaks, at, span.start)
            gaps.append((at, len(text)))
            if i not in self.written:
                text += "" if within else between
                break
            output = self.written[i]
            if within:
                between = gap(self.text, at, span.start)
            text += between
            if not between and spaceless(self.text[: span.start].rstrip()[-1:]) and runs_together(text, output.text):
                text += " "
            target = Span(len(text), len(text) + len(output.text))
            sentences.append(_sentence(span, target, output))
            text, at = text + output.text, span.end
            tokens += len(source.ids) - 1
        if len(sentences) == len(self.spans):
            gaps.append((at, len(text)))
            text += self.text[at:]
        left = len(self.spans) - len(sentences)
        run = Run(model, device, tokens, 0, seconds, engine)
        if found:
            wrapped = wrap(self.text, text, [(each, *_places(each, gaps, len(text))) for each in found])
            text, sentences = wrapped.text, [_wrapped(sentence, wrapped) for sentence in sentences]
        return Translation(self.text, text, tuple(sentences), run, left)


def _within(breaks: Sequence[Break], start: int, end: int) -> bool:
    """Whether a line break of a paragraph is between two sentences."""
    return any(start <= each.start and each.end <= end for each in breaks)


def _places(paragraph: Paragraph, gaps: Sequence[tuple[int, int]], end: int) -> tuple[int, int]:
    """Where `paragraph` begins and ends in a translation up to `end`; `gaps` are in the source and there."""

    def place(offset: int) -> int:
        at, there = max((gap for gap in gaps if gap[0] <= offset), default=(0, 0))
        return min(there + offset - at, end)

    return place(paragraph.start), place(paragraph.end) if gaps[-1][0] > paragraph.end - 1 else end


def _wrapped(sentence: Sentence, wrapped: Wrapped) -> Sentence:
    def there(span: Span) -> Span:
        return Span(wrapped.place(span.start), wrapped.place(span.end - 1) + 1) if span.start < span.end else span

    links = tuple(replace(link, target=there(link.target)) for link in sentence.links)
    return replace(sentence, target=there(sentence.target), links=links)


def _sentence(source: Span, target: Span, output: Written) -> Sentence:
    """What was written of the sentence at `source`, at its place in the translation."""
    return Sentence(
        source,
        target,
        links=_moved(output.links, source, target),
        copied=output.copied,
        complete=output.complete,
        guessed=output.faults,
        circles=output.circles,
        lost=output.lost,
    )


def _moved(links: Sequence[Link], source: Span, target: Span) -> tuple[Link, ...]:
    return tuple(
        Link(_shifted(link.source, source.start), _shifted(link.target, target.start), link.weight) for link in links
    )


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
