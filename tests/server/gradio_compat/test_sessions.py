"""What the server remembers of its visitors takes little memory, and is enough for their pages to go on."""

from collections.abc import Iterator
from unittest.mock import Mock

import gradio as gr
import httpx
import psutil
import pytest
from gradio.blocks import BlocksConfig

from server.gradio_compat.sessions import remember_little

VISITORS = 100
FIELDS = 200


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A page of many fields. Its events: fill one and change its choices, choose, count, and put the choices back."""
    with gr.Blocks() as page:
        picker = gr.Dropdown(["a"], label="picker")
        count, fields = gr.State(0), [gr.Textbox(label=f"field {i}", info="text " * 50) for i in range(FIELDS)]
        button = gr.Button()
        button.click(lambda *_: [gr.Dropdown(choices=["b"]), *[gr.skip()] * FIELDS], fields, [picker, *fields])
        button.click(lambda chosen: chosen, picker, fields[0])
        button.click(lambda n: (n + 1, str(n + 1)), count, [count, fields[0]])
        button.click(lambda: gr.Dropdown(choices=["a"]), None, picker)
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    remember_little(page)
    yield address
    page.close(verbose=False)


def run(url: str, session: str, fn: int, *values: object) -> httpx.Response:
    """Run an event of the page as that visitor."""
    body = {"data": list(values), "fn_index": fn, "session_hash": session}
    return httpx.post(f"{url}gradio_api/run/predict", json=body, timeout=60)


def test_a_visitor_costs_little(url: str) -> None:
    """A hundred with texts in all their fields. In Gradio's own sessions they took 110 MB."""
    for visitor in range(10):
        run(url, f"warm {visitor}", 0, *["x"] * FIELDS).raise_for_status()
    before = psutil.Process().memory_info().rss
    for visitor in range(VISITORS):
        run(url, f"{visitor}", 0, *[f"{visitor}" * 20] * FIELDS).raise_for_status()
    assert psutil.Process().memory_info().rss - before < 15_000_000


def test_a_component_that_changed_is_remembered_for_its_visitor_alone(url: str) -> None:
    """A choice that is new to one page is refused on another, and after the choices are put back."""
    run(url, "one", 0, *[""] * FIELDS).raise_for_status()
    assert run(url, "one", 1, "b").json()["data"] == ["b"]
    assert run(url, "one", 1, "a").status_code == 500
    assert run(url, "two", 1, "b").status_code == 500
    assert run(url, "two", 1, "a").json()["data"] == ["a"]
    run(url, "one", 3).raise_for_status()
    assert run(url, "one", 1, "a").json()["data"] == ["a"]


def test_a_state_is_remembered_for_its_visitor_alone(url: str) -> None:
    """Each counts for themselves."""
    said = [run(url, session, 2, None).json()["data"][1] for session in ("x", "x", "y")]
    assert said == ["1", "2", "1"]


def test_a_call_without_a_session_does_not_describe_the_page(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script has none. In a session of Gradio's own each of its calls described every field."""
    described = Mock(return_value={})
    monkeypatch.setattr(BlocksConfig, "config_for_block", described)
    answer = httpx.post(f"{url}gradio_api/run/predict", json={"data": ["a"], "fn_index": 1}, timeout=60)
    assert answer.json()["data"] == ["a"]
    described.assert_not_called()
