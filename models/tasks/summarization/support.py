"""Links the sentences of a summary to the sentences of the text that support them."""

from models.runtime.arrays import Floats
from models.tasks.summarization.names import absent
from models.tasks.summarization.results import Source, SummarySentence
from models.text.sentences import Span

# The cosine from which a sentence of the text supports one of the summary. For 100 news articles, 95% of the sentences
# of summaries that people wrote find one as near as this in their own article, and 1% in an article of other news.
SUPPORT = 0.45
# A source may be this much farther than the nearest one, and there may be so many.
NEAR, MOST_SOURCES = 0.15, 3


def linked_to(summary: str, text: str, spans: list[Span], cosines: Floats, support: float = SUPPORT) -> SummarySentence:
    """The sentence `summary` with the nearest of `spans` as its sources, from a cosine of `support` on.

    `cosines` has one for each span.
    """
    ranked = sorted(zip(cosines.tolist(), spans, strict=True), key=lambda pair: -pair[0])
    nearest = ranked[0][0]
    near = [(cosine, span) for cosine, span in ranked[:MOST_SOURCES] if cosine >= max(support, nearest - NEAR)]
    sources = tuple(Source(span.start, span.end, _cosine(cosine)) for cosine, span in near)
    marks = absent(summary, text)
    names = tuple(dict.fromkeys(mark.of(summary) for mark in marks))
    return SummarySentence(summary, sources, _cosine(nearest), names, marks)


def _cosine(value: float) -> float:
    """Rounding may carry a cosine past 1."""
    return round(min(1.0, max(-1.0, value)), 4)
