"""The 200 calls of `bench.recorded`: every endpoint, on short texts, with its main options and some wrong arguments."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from gradio_client import handle_file

from app import ASSETS

Call = tuple[str, dict[str, Any]]

EXAMPLES = ASSETS / "examples"
SENTENCES = (
    "The ferry left the harbour at nine and came back at noon.",
    "It was not a good trip, but the crew could not have been kinder.",
    "I paid £12.50 on 3 May 2024; the seat was broken and nobody cared.",
    "Wonderful! The best soup in town 😀.",
    "Does the museum open on Sundays?",
    "The old keeper, who had lived there for forty years, lit the lamp every night.",
    "Not bad at all.",
    "Call me at 10:30, or write to ana@example.org.",
    "The room was clean; the breakfast was cold and the coffee worse.",
    "Turn left at the church, then walk until you see the sea.",
)
PASSAGES = tuple((EXAMPLES / f"{name}.txt").read_text(encoding="utf-8") for name in ("bridge", "lighthouse", "tea"))
QUESTIONS = ("When was it opened?", "Who built it?", "What is it made of?", "How many people live there?", "Why?")
CHINESE = (EXAMPLES / "lighthouse_zh.txt").read_text(encoding="utf-8")[:120]
HISTORY = [{"role": "user", "content": "My name is Ana."}, {"role": "assistant", "content": "Hello, Ana."}]
WRONG: tuple[Call, ...] = (
    ("/answer", {"question": "", "context": "In 1781."}),
    ("/translate", {"text": "hello", "target": "xx"}),
    ("/sentiment", {"text": "?!"}),
    ("/summarize", {"text": "It was so.", "method": "magic"}),
    ("/chat", {"message": "hello", "temperature": -1}),
    ("/drafts", {"text": "hello", "drafts": 5}),
    ("/attention", {"text": "hello", "layer": 99}),
    ("/ablate", {"text": "hello", "off": "all"}),
    ("/labels", {"text": "hello", "labels": ["one"]}),
    ("/perplexity", {"text": "\u200b"}),
)


def calls() -> list[Call]:
    """Each endpoint's name with its arguments, always in the same order."""
    return [*_read(), *_written(), *_inside(), *WRONG]


def _read() -> Iterator[Call]:
    """Calls whose results are labels, places, translations or sentences of the text."""
    for context, question in product(PASSAGES, QUESTIONS):
        yield "/answer", {"question": question, "context": context}
    yield "/answer", {"question": QUESTIONS[0], "context": PASSAGES[0], "top_k": 1}
    yield "/answer", {"question": QUESTIONS[0], "context": "\n\n".join(PASSAGES * 2), "top_k": 10}
    for text in (*SENTENCES, *PASSAGES, SENTENCES[0].upper(), "hello\n\n  there", CHINESE):
        yield "/translate", {"text": text}
        yield "/sentiment", {"text": text}
    yield "/translate", {"text": SENTENCES[0], "source": "auto"}
    for length, text in product(("short", "medium", "long"), (*PASSAGES, SENTENCES[0], CHINESE)):
        yield "/summarize", {"text": text, "method": "extractive", "length": length}
    for text, multiple in product(SENTENCES, (False, True)):
        yield "/labels", {"text": text, "labels": ["travel", "food", "money"], "multiple": multiple}
    for text in SENTENCES:
        yield "/flip", {"text": text}
    yield "/flip", {"text": SENTENCES[0], "to": "negative"}
    yield "/flip_answer", {"question": QUESTIONS[0], "context": PASSAGES[0][:200]}
    for name in ("tea", "bridge", "lighthouse", "harbour_ferry"):
        yield "/read_document", {"file": handle_file(EXAMPLES / f"{name}.txt")}
        yield "/translate_document", {"file": handle_file(EXAMPLES / f"{name}.txt")}
    for text in (*SENTENCES, *PASSAGES, CHINESE, "", "a  b\tc"):
        yield "/tokens", {"text": text[:500]}


def _written() -> Iterator[Call]:
    """Calls for which a language model writes or reads."""
    for text in SENTENCES:
        yield "/chat", {"message": text, "max_new_tokens": 12}
        yield "/next_token", {"text": text}
        yield "/perplexity", {"text": text}
    yield "/chat", {"message": "What is my name?", "history": HISTORY, "max_new_tokens": 12}
    yield "/chat", {"message": "Who are you?", "system": "You are a pirate.", "max_new_tokens": 12}
    yield "/next_token", {"text": CHINESE}
    yield "/perplexity", {"text": PASSAGES[0]}
    for seed, text in enumerate(SENTENCES[:4]):
        yield "/drafts", {"text": text, "drafts": 2, "max_new_tokens": 8, "seed": seed}
    yield "/drafts", {"text": SENTENCES[0], "drafts": 1, "max_new_tokens": 8, "temperature": 0.0, "seed": 0}
    yield "/drafts", {"text": SENTENCES[0], "drafts": 0, "seed": 0}
    for length in ("short", "medium"):
        yield "/summarize", {"text": PASSAGES[0][:300], "method": "abstractive", "length": length}
    for target in ("", "Ana"):
        yield "/salience", {"message": "What is my name?", "reply": "It is Ana.", "target": target, "history": HISTORY}


def _inside() -> Iterator[Call]:
    """Calls that look inside a model."""
    for text, layer, head in product(SENTENCES[:3], (-1, 0), (-1, 1)):
        yield "/attention", {"text": text, "layer": layer, "head": head}
    for text in SENTENCES[:3]:
        yield "/attention", {"text": text, "measure": "norms"}
        yield "/lens", {"text": text}
        yield "/ablate", {"text": text, "off": [{"layer": 0, "head": 1}]}
    yield "/lens", {"text": SENTENCES[0], "word": "sea"}
    yield "/ablate", {"text": SENTENCES[0], "off": [{"layer": 1}, {"from": 1, "to": 2}]}
    yield "/ablate", {"text": "the sea", "off": [{"layer": 0, "head": 1}], "rank": True}
    yield "/status", {}
