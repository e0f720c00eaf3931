"""docs/api.md against the running app: every endpoint, its arguments, what its result holds, and what it refuses."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError, ValidationError

import app
from demos.gradio_compat import events_of
from server.docstrings import describe
from tests import tiny

DOCUMENT = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
LETTER = Path(__file__).parent.parent / "assets" / "examples" / "tea.txt"
CALLS: dict[str, dict[str, Any]] = {
    "/answer": {"question": "when did it open?", "context": "the bridge opened in 1781."},
    "/translate": {"text": "see you."},
    "/other_words": {"text": "see you."},
    "/read_document": {"file": handle_file(LETTER)},
    "/translate_document": {"file": handle_file(LETTER)},
    "/sentiment": {"text": "a good one."},
    "/flip": {"text": "a good one."},
    "/flip_answer": {"question": "when did it open?", "context": "the bridge opened in 1781."},
    "/labels": {"text": "a good one.", "labels": ["praise", "complaint"]},
    "/summarize": {"text": "the ferry left. it came back at noon.", "method": "extractive"},
    "/chat": {"message": "hello", "max_new_tokens": 2},
    "/salience": {"message": "hello", "reply": "Hi you", "target": "you"},
    "/drafts": {"text": "hello", "drafts": 1, "max_new_tokens": 2},
    "/perplexity": {"text": "hello there"},
    "/next_token": {"text": "hello"},
    "/lens": {"text": "hello there"},
    "/tokens": {"text": "hello"},
    "/attention": {"text": "see in"},
    "/ablate": {"text": "see in", "off": [{"layer": 0, "head": 1}], "rank": True},
    "/heads": {"model": "SmolLM2-135M-Instruct", "habit": "induction", "top": 2},
    "/status": {},
}
HOW_IT_WAS_MADE = {"model", "device", "engine", "tokens", "dropped", "seconds"}
# The first that fits: a dict may hold a str.
TYPES = {"file": "dict", "text": "str", "whole number": "int", "number": "float", "list": "list", "yes or no": "bool"}
# Endpoints whose results are no model's, or several of one.
OF_NO_RUN = {"/status", "/heads", "/tokens", "/read_document", "/translate_document"}


@dataclass(frozen=True)
class Section:
    """The document's section on one endpoint: rows of its tables, less their heads."""

    arguments: list[list[str]]
    keys: list[list[str]]
    refusals: list[list[str]]


def sections() -> dict[str, Section]:
    """The endpoints by name."""
    found = re.findall(r"^## (/\w+)\n(.*?)(?=^#)", DOCUMENT, re.MULTILINE | re.DOTALL)
    return {name: Section(*(rows(text, head) for head in ("argument", "key", "call"))) for name, text in found}


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first column is `head`."""
    table = re.search(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()] if table else []


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to the app over tiny models."""
    demo = app.build(tiny.cache())
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    demo.close()


def test_every_endpoint_is_reported_with_its_arguments(client: Client) -> None:
    """Names, order, types and defaults are those of the app's own description; nothing else is documented."""
    offered = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert sections().keys() == offered.keys() == CALLS.keys()
    for name, section in sections().items():
        reported = [[cell.strip("`") for cell in row[:3]] for row in section.arguments]
        given = [
            [
                each["parameter_name"],
                next(words for words, kind in TYPES.items() if kind in each["python_type"]["type"].split("[")[0]),
                json.dumps(each["parameter_default"]) if each["parameter_has_default"] else "",
            ]
            for each in offered[name]["parameters"]
        ]
        assert reported == given, name


def test_arguments_are_described_as_in_the_docstrings() -> None:
    """The tools of MCP have the docstrings; this page has the same words in its tables, for people."""
    functions = {f"/{event.api_name}": event.fn for event in events_of(app.build(tiny.cache()))}
    for name, section in sections().items():
        described = describe(functions[name] or pytest.fail(name)).arguments
        assert {row[0].strip("`"): row[3] for row in section.arguments} == described, name


@pytest.mark.parametrize("name", CALLS)
def test_the_result_has_what_is_reported(client: Client, name: str) -> None:
    """Each key that the document names, and no other."""
    result = client.predict(api_name=name, **CALLS[name])
    reported = {row[0].strip("`") for row in sections()[name].keys}
    if name == "/chat":
        assert isinstance(result, str)
        assert not reported
        return
    assert result.keys() == reported | (set() if name in OF_NO_RUN else HOW_IT_WAS_MADE)


@pytest.mark.parametrize(
    ("name", "call", "words"), [(name, *row) for name, section in sections().items() for row in section.refusals]
)
def test_what_is_reported_to_be_refused_is(client: Client, name: str, call: str, words: str) -> None:
    """The call fails with the words that the document has."""
    with pytest.raises((AppError, ValidationError), match=re.escape(words)):
        client.predict(api_name=name, **json.loads(call.strip("`")))
