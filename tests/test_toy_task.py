"""A task that is registered here alone has a tab, an endpoint, a table column, a Compare entry and an MCP tool."""

import importlib.util
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from gradio_client import Client

import app
from demos.tabs import tabs_of
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits, check_text
from models.runtime.progress import Report, ignore
from models.runtime.provenance import Run
from models.tasks.comparison import Comparer
from models.tasks.registry import TASKS
from models.tasks.spec import Models, Option, Outcome, TaskSpec, Values, Work
from tables.batch import make_batch
from tables.table import Reading, Table
from tests import tiny


def shout(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The text in capitals, with signs behind it."""

    def stream(report: Report) -> Iterator[Outcome]:
        text = values["text"].upper() + "!" * int(values["signs"])
        yield Outcome(text, Run("capitals", "cpu", len(text), 0, 0.0), {"loud": 0.9})

    def check() -> None:
        check_text(values["text"], "text", limits.text)

    return Work(check, stream)


TOY = TaskSpec(
    "shout",
    "Shout",
    shout,
    lambda offers: (),
    options=(Option("signs", "Signs", "number", 1, low=0, high=5),),
    description="Say a text in capitals.",
)
WITH_TOY = (*TASKS, TOY)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page that has the toy task too."""
    page = app.build(tiny.cache(), tabs_of(WITH_TOY))
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    page.close()


def test_it_has_an_endpoint_with_its_inputs_and_options(client: Client) -> None:
    """Typed, with defaults; a wrong input is refused in words."""
    assert client.predict("hello", api_name="/shout")["text"] == "HELLO!"
    result = client.predict(text="hello", signs=3, api_name="/shout")
    assert (result["text"], result["scores"], result["model"]) == ("HELLO!!!", {"loud": 0.9}, "capitals")
    with pytest.raises(Exception, match="text is empty"):
        client.predict(" ", api_name="/shout")


def test_it_has_a_tab(client: Client) -> None:
    """With the fields of its inputs and options."""
    ids = {component["props"].get("elem_id") for component in client.config["components"]}
    assert {"shout-text", "shout-signs", "shout-run", "shout-stop", "shout-status"} <= ids
    labels = [component["props"].get("label") for component in client.config["components"]]
    assert "Shout" in labels


def test_it_has_a_column_of_a_table() -> None:
    """Row by row; a bad row carries its reason."""
    table = Table(pd.DataFrame({"t": ["hi", ""]}, dtype=object), Reading("CSV"), {})
    batch = make_batch(tiny.cache(), table, "shout", {"text": "t"}, {"signs": 2}, tasks=WITH_TOY)
    good, bad = [row for group in batch.run() for row in group]
    assert (good["result"], good["error"]) == ("HI!!", "")
    assert "is empty" in str(bad["error"])


def test_it_can_be_compared(client: Client) -> None:
    """By its name, and on the page."""
    values: dict[str, Any] = TOY.defaults(Limits()) | {"text": "hi"}
    [outcome] = Comparer(tiny.cache(), tasks=WITH_TOY).work("shout", values).stream(ignore)
    assert outcome.text == "HI!"
    choices = next(
        component["props"]["choices"]
        for component in client.config["components"]
        if component["props"].get("elem_id") == "compare-task"
    )
    assert ["Shout", "shout"] in [list(choice) for choice in choices]


@pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="MCP needs the package mcp")
def test_it_is_a_tool() -> None:
    """With its description."""
    from server.mcp_tools import tools_of

    tool = tools_of(app.build(tiny.cache(), tabs_of(WITH_TOY)))["shout"]
    assert (tool.description, tool.inputSchema["required"]) == ("Say a text in capitals.", ["text"])
