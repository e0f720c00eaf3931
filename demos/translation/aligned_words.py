"""Sentences beside their translations; a word in focus lights up the words that stand for it, both ways."""

from collections.abc import Sequence
from typing import Any

from demos.packed import PackedView
from models.tasks.translation.translated import Sentence, Translation
from models.text.alignment import words
from models.text.sentences import Span


class AlignedWords(PackedView):
    """Draws what `view` returns; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:  # Gradio makes one unrendered to leave it as it is.
        scripts = ["translation/aligned_words.js"]
        super().__init__([], "translation/aligned_words.html", scripts, elem_id, render)


def view(translation: Translation) -> list[dict[str, Any]]:
    """The value of an AlignedWords: for each sentence both sides in parts (text, is a word), and links.

    A link is (source word, target word, weight), the words counted from the sentence's start.
    """
    return [_sentence(translation, sentence) for sentence in translation.sentences]


def _sentence(translation: Translation, sentence: Sentence) -> dict[str, Any]:
    source, target = sentence.source.of(translation.source), sentence.target.of(translation.text)
    source_words, target_words = words(source), words(target)
    source_at = {word.start + sentence.source.start: i for i, word in enumerate(source_words)}
    target_at = {word.start + sentence.target.start: i for i, word in enumerate(target_words)}
    return {
        "source": _parts(source, source_words),
        "target": _parts(target, target_words),
        "links": [
            [source_at[link.source.start], target_at[link.target.start], round(link.weight, 3)]
            for link in sentence.links
        ],
    }


def _parts(text: str, found: Sequence[Span]) -> list[tuple[str, bool]]:
    """`text` cut into its words and what stands between them."""
    parts, at = [], 0
    for word in found:
        parts += [(text[at : word.start], False), (word.of(text), True)]
        at = word.end
    parts.append((text[at:], False))
    return [part for part in parts if part[0]]
