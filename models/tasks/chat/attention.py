"""The attention of a chat model to the prompt and the reply so far, for each token of its reply."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.catalog.bundled import SMOLLM2
from models.catalog.room import check_room
from models.explain.attention_math import Weights
from models.explain.tokens import Token
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import ModelSpec
from models.tasks.chat.prompt import Prompt
from models.text.sentences import Span, stripped
from models.text.words import word_at, words


@dataclass(frozen=True)
class ContextToken:
    """A token of the prompt, or of the reply. `word` numbers the words of both, `reading` is that word written out.

    `text` is what the token adds to the text. The `reading` of white space and of control tokens is empty.
    """

    text: str
    word: int
    reading: str
    control: bool


@dataclass(frozen=True)
class ReplyAttention:
    """How much each token of a reply drew from each word before it.

    `weights` have shape (tokens of the reply that are read, words) and hold the share of each word in the attention
    with which the token was chosen: the mean over all heads of the later half of the layers, at the position before
    the token, since the model chooses a token there. The first token of all is left out and the rest of a row sums to
    1 again; `first` has its share, shape (tokens,). `context` has the prompt and then the reply.
    """

    context: tuple[ContextToken, ...]
    prompt_tokens: int
    weights: Weights
    first: Weights
    run: Run


@dataclass(frozen=True)
class ReplyReader:
    """Computes the attention of a conversation with the torch copy of the chat model of `spec`."""

    cache: ModelCache
    spec: ModelSpec
    limits: Limits = DEFAULT_LIMITS

    def __call__(self, prompt: Prompt, reply: Sequence[Token], report: Report = ignore) -> ReplyAttention:
        """The attention of the whole `reply` to `prompt`, or of as much as could be read before the deadline."""
        return last(self.stream(prompt, reply, report), self.spec.name, report)

    @retried
    def stream(self, prompt: Prompt, reply: Sequence[Token], report: Report = ignore) -> Iterator[ReplyAttention]:
        """Yield the attention so far: first without a row while the prompt is read, then row by row.

        Closing the generator ends the compute and releases the model.
        """
        spent = stopwatch()
        context = context_of(prompt, reply)
        check_room(self.cache, self.spec, (SMOLLM2,), "model")
        with self.cache.lease(self.spec.with_attention(), report) as loaded:
            from models.explain.rereading import reread

            clock = stopwatch()
            groups = [token.word for token in context]
            total = len(prompt.ids) + len(reply)
            for reading in reread(loaded, prompt.ids, [token.id for token in reply], groups):
                seconds = clock()
                run = Run(self.spec.name, loaded.device, reading.done, total - reading.done, seconds)
                yield ReplyAttention(context, len(prompt.ids), reading.weights, reading.first, run)
                if spent() > self.limits.seconds:
                    return


def context_of(prompt: Prompt, reply: Sequence[Token]) -> tuple[ContextToken, ...]:
    """The tokens of `prompt` and `reply` with their words."""
    made: list[ContextToken] = []
    for part in prompt.parts:
        number = made[-1].word + 1 if made else 0
        if part.control:
            made.append(ContextToken(part.text, number, "", True))
        else:
            made += _by_word(part.text, [Span(*offsets) for offsets in part.offsets], number)
    text, spans = "", []
    for token in reply:
        spans.append(Span(len(text), len(text) + len(token.text)))
        text += token.text
    return (*made, *_by_word(text, spans, made[-1].word + 1 if made else 0))


def _by_word(text: str, spans: Sequence[Span], number: int) -> Iterator[ContextToken]:
    """The tokens at `spans` of `text`, their words counted from `number`."""
    found = words(text)
    before: Span | None = None
    end = 0
    for span in spans:
        place = stripped(text, span.start, span.end)
        word = word_at(found, place.start) or place
        number += before is not None and word != before
        before = word
        yield ContextToken(text[max(end, span.start) : span.end], number, word.of(text).strip(), False)
        end = max(end, span.end)
