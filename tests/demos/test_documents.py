"""Documents on the page and for scripts, on tiny models."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from demos.fields.document_bar import BEGINNINGS, Opened, beginnings, places_of, summary
from demos.fields.uploads import path_of
from demos.gradio_compat import upload_folder
from demos.question_answering import tab as question_answering
from demos.question_answering.view import AROUND, WHOLE, near, view
from demos.translation import tab as translation
from documents.document import Document, Place
from models.catalog.bundled import QUESTION_ANSWERING
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.results import Answer, Answers
from models.tasks.translation.adapter import of_catalog
from tests import tiny
from tests.documents.test_pdf import drawn
from tests.documents.test_word import simple

RUN = Run("Model", "cpu", 30, 0, 0.5)
PAGES = Document(
    "PDF, 3 pages", "One.\n\nTwo.\n\nThree.", (Place(0, 6, "page 1"), Place(6, 12, "page 2"), Place(12, 18, "page 3"))
)
SUBTITLES = "1\n00:00:01,000 --> 00:00:02,000\nThe keeper wrote.\n\n2\n00:01:05,000 --> 00:01:06,000\nHe slept.\n"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page of two tabs on tiny models."""
    cache = tiny.cache()
    with gr.Blocks() as demo:
        question_answering.render(Answerer(cache, QUESTION_ANSWERING))
        translation.render(of_catalog(cache))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    demo.close()


def test_a_script_reads_a_document(client: Client, tmp_path: Path) -> None:
    """Its text and its places."""
    path = tmp_path / "log.pdf"
    path.write_bytes(drawn(["First page."], ["Second page."]))
    found = client.predict(handle_file(path), api_name="/read_document")
    assert found["text"] == "First page.\n\nSecond page."
    assert [place["label"] for place in found["places"]] == ["page 1", "page 2"]


@pytest.mark.parametrize(
    ("name", "content"), [("log.srt", SUBTITLES.encode()), ("log.docx", simple("The keeper wrote."))]
)
def test_a_script_translates_a_document(client: Client, tmp_path: Path, name: str, content: bytes) -> None:
    """Into a file of the same kind."""
    path = tmp_path / name
    path.write_bytes(content)
    found = client.predict(handle_file(path), "en", "pt", api_name="/translate_document")
    assert found["translated"] == found["characters"] > 0
    made = Path(found["file"]["path"] if isinstance(found["file"], dict) else found["file"])
    assert made.name == name.replace(".", ".pt.")
    if name.endswith(".srt"):
        assert made.read_text().count("-->") == 2
        assert "00:01:05,000 --> 00:01:06,000" in made.read_text()


@pytest.mark.parametrize("endpoint", ["/read_document", "/translate_document"])
@pytest.mark.parametrize("file", ["/etc/passwd", {"path": "/etc/passwd"}, {}, 7])
def test_a_file_that_was_not_uploaded_is_refused(client: Client, endpoint: str, file: object) -> None:
    """In words, whatever names it."""
    with pytest.raises((AppError, ValueError)) as caught:
        client.predict(file, api_name=endpoint)
    assert "root:" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_paths_outside_the_folder_of_uploads_are_none(tmp_path: Path) -> None:
    """Nor those that lead there and out again."""
    folder = Path(upload_folder())
    for path in ("/etc/passwd", str(folder / ".." / ".." / "etc" / "passwd"), str(tmp_path), ""):
        with pytest.raises(InputError, match="uploaded file"):
            path_of({"path": path})


def test_places_are_those_of_the_field() -> None:
    """From where it begins; none once it was changed."""
    opened = Opened(PAGES, PAGES.cut(100, 6).text, 6)
    assert opened.shown == "Two.\n\nThree."
    assert places_of(opened, opened.shown)(6) == "page 3"
    assert places_of(opened, "Two, changed.")(6) == ""
    assert places_of(None, "Two.")(0) == ""


def test_what_was_read_is_said() -> None:
    """And what of it is in the field."""
    whole = Opened(PAGES, PAGES.text)
    assert summary(whole, "log.pdf") == "log.pdf · PDF · 3 pages · 18 characters"
    part = Opened(PAGES, PAGES.cut(8).text)
    assert summary(part, "log.pdf").endswith("In the field are characters 1 to 4: page 1 to page 1.")


def test_a_text_of_many_lines_has_few_beginnings() -> None:
    """No list of thousands."""
    lines = tuple(Place(i * 10, i * 10 + 10, f"line {i + 1}") for i in range(20_000))
    found = beginnings(Document("Text", "a" * 200_000, lines))
    assert BEGINNINGS / 2 < len(found) <= BEGINNINGS + 1
    assert found[0] == ("line 1", "0")


LONG = "a" * WHOLE + "Bob" + "b" * WHOLE
FAR = Answers((Answer("Bob", WHOLE, WHOLE + 3, 0.6),), 0.1, 3.0, 1, 1, RUN, (WHOLE - 50, WHOLE + 50))


def test_a_long_text_is_shown_around_its_answers() -> None:
    """With the place of each."""
    shown = view(LONG, FAR, place_of=lambda start: f"page {start}")
    assert shown["answers"][0]["place"] == f"page {WHOLE}"
    assert sum(len(piece["text"]) for piece in shown["pieces"]) < 2 * AROUND + 50
    assert [piece["text"] for piece in shown["pieces"] if "rank" in piece] == ["Bob"]


def test_a_long_text_is_explained_where_its_answer_is() -> None:
    """The stretch that was read, and the answer's place in it."""
    context, answers = near(LONG, FAR)
    assert len(context) == 100
    assert context[answers.answers[0].start : answers.answers[0].end] == "Bob"
    assert near("Bob", FAR) == ("Bob", FAR)
