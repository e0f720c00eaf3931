"""The table of false sentences, from a list with a reader's verdicts."""

import json

from bench.false_sentences import LIST, table


def sentence(false: str | None, marked: bool) -> dict[str, object]:
    """One of a summary."""
    return {"text": "It was so.", "absent": [], "marked": marked, "false": false}


def test_verdicts_are_counted_by_model() -> None:
    """What is not judged yet counts nowhere; marks on true sentences are counted apart."""
    said = [
        sentence("", False),
        sentence("", True),
        sentence("Not so.", True),
        sentence("No.", False),
        sentence(None, True),
    ]
    rows = [{"article": 0, "model": "A", "sentences": said}, {"article": 0, "model": "B", "sentences": [said[0]]}]
    assert list(table(rows))[2:] == ["| A | 1 | 4 | 2 | 1 | 1 |", "| B | 1 | 1 | 0 | 0 | 0 |"]


def test_every_sentence_of_the_list_is_judged() -> None:
    """A figure of a half-read list would be wrong."""
    rows = json.loads(LIST.read_text(encoding="utf-8"))
    assert rows
    assert all(isinstance(each["false"], str) for row in rows for each in row["sentences"])
