"""What `demos.gradio_compat` relies on in Gradio, a test for each of its functions."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.events import api
from gradio_client import Client
from gradio_client.exceptions import ValidationError

from demos.gradio_compat import (
    PageByVisitor,
    by_component,
    events_of,
    in_numbers,
    running_request,
    save_download,
    upload_folder,
    validate_first,
)


class Versioned(PageByVisitor):
    """A page whose title is the visitor's."""

    def version(self) -> str:
        """As the request says."""
        request = running_request()
        return request.headers.get("x-version", "") if request else ""

    def made_for_visitor(self, layout: Any) -> Any:
        """Another title."""
        return layout | {"title": f"for {self.version() or 'anybody'}"}


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    """Two endpoints: the language of the request, and one that is checked first."""

    def language() -> str:
        request = running_request()
        assert request is not None
        return str(request.headers["accept-language"])

    def halve(number: int) -> int:
        return number // 2

    def even(number: int) -> dict[str, Any]:
        verdict: dict[str, Any] = gr.validate(number % 2 == 0, "number must be even")
        return verdict

    page: gr.Blocks
    with Versioned() as page:
        api(language, api_name="language")
        validate_first(api(halve, api_name="halve", concurrency_id="lane"), even)
        text = gr.Textbox()
        text.change(lambda value: value, text, text, show_progress_on=[], api_visibility="private")
    return page


@pytest.fixture(scope="module")
def url(page: gr.Blocks) -> Iterator[str]:
    """Where it is served."""
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    yield address
    page.close(verbose=False)


def test_running_request(url: str) -> None:
    """The one of the event that runs; none outside."""
    assert Client(url, verbose=False, headers={"accept-language": "pt"}).predict(api_name="/language") == "pt"
    assert running_request() is None


def test_validate_first(url: str) -> None:
    """A call that fits gets its result, another the validator's words."""
    client = Client(url, verbose=False)
    assert client.predict(4, api_name="/halve") == 2
    with pytest.raises(ValidationError, match="number must be even"):
        client.predict(5, api_name="/halve")


def test_events_of(page: gr.Blocks) -> None:
    """All that the page and its tests read of an event; and the function that is put there is the one that runs."""
    language, halve, changed = events_of(page)
    assert (language.api_name, halve.api_name) == ("language", "halve")
    assert (halve.name, halve.queue, halve.concurrency_id, len(halve.inputs)) == ("halve", True, "lane", 1)
    assert (halve.api_visibility, changed.api_visibility) == ("public", "private")
    assert (changed.show_progress, changed.show_progress_on) == ("full", [])
    assert [type(each) for each in changed.outputs] == [gr.Textbox]

    def which() -> str:
        return "before"

    with gr.Blocks() as other:
        api(which)
    (event,) = events_of(other)
    event.fn = lambda: "after"
    _, address, _ = other.launch(prevent_thread_lock=True, quiet=True)
    try:
        assert Client(address, verbose=False).predict(api_name="/which") == "after"
    finally:
        other.close(verbose=False)


def test_in_numbers_and_by_component(page: gr.Blocks) -> None:
    """Updates survive a pickle, and name the same components afterwards."""
    (text,) = events_of(page)[2].outputs
    crossed = pickle.loads(pickle.dumps(in_numbers({text: gr.Textbox(value="new", render=False).value})))
    assert by_component(page, crossed) == {text: "new"}


def test_upload_folder(url: str, page: gr.Blocks) -> None:
    """Where an upload of a script lands."""
    (path,) = httpx.post(f"{url}gradio_api/upload", files={"files": ("a.txt", b"text")}, timeout=60).json()
    assert Path(path).is_relative_to(Path(upload_folder()).resolve())


def test_save_download(url: str) -> None:
    """The page gives out the file under its name; another content has another folder."""
    path, other = save_download(b"one", "a.txt"), save_download(b"two", "a.txt")
    assert path != other
    assert Path(path).name == "a.txt"
    assert httpx.get(f"{url}gradio_api/file={path}", timeout=60).content == b"one"


def test_page_by_visitor(page: gr.Blocks) -> None:
    """The layout is the version's; it is made again when the page was changed."""
    assert page.config["title"] == "for anybody"
    before = page.config
    assert page.config is before
    page.config = page.get_config_file()
    assert page.config is not before
