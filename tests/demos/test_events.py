"""The checks at the fields, and the lanes of the tabs."""

import gradio as gr

import app
from demos.events import endpoint, own_lane, sent, shared_lane
from demos.gradio_compat import events_of
from demos.guard import validator
from models.runtime.limits import InputError
from tests import tiny


def refuse(*values: object) -> None:
    """Find the second field wrong, or the only one."""
    raise InputError("last", "last is empty.")


def test_the_message_stands_at_the_field_it_names() -> None:
    """Of several fields, only the named one is marked."""
    first, last = validator(refuse, ["first", "last"])("a", "")
    assert first["is_valid"]
    assert (last["is_valid"], last["message"]) == (False, "last is empty.")


def test_an_argument_is_named_as_it_is_written_in_a_call() -> None:
    """A label of the page begins with a capital, the argument of an endpoint does not."""
    verdicts = validator(refuse, ["first", "Last"])("a", "")
    assert [verdict["is_valid"] for verdict in verdicts] == [True, False]


def test_a_single_field_gets_its_message_too() -> None:
    """Gradio reads the verdict on one field only where it is no list."""
    verdict = validator(refuse, ["last"])("")
    assert (verdict["is_valid"], verdict["message"]) == (False, "last is empty.")


def test_good_input_passes() -> None:
    """Where nothing is wrong, no field is marked."""
    assert all(verdict["is_valid"] for verdict in validator(lambda *values: None, ["a", "b"])(1, 2))


def test_an_unseen_event_costs_the_others_nothing() -> None:
    """What shows no progress has no component to show it on: with each message Gradio's page would copy them all."""
    page = app.build(tiny.cache())
    unseen = [
        event for event in events_of(page) if (event.show_progress, event.api_visibility) == ("hidden", "private")
    ]
    assert unseen
    assert [event for event in unseen if event.show_progress_on != []] == []
    shown = [block for event in events_of(page) for block in event.show_progress_on or ()]
    assert not [block for block in shown if isinstance(block, gr.Tabs)]


def test_a_shared_lane_is_its_tabs_own_and_wider_than_the_others() -> None:
    """Several requests of a shared lane run at a time; those of another tab's do not count."""

    def give(text: str) -> str:
        return text

    with gr.Blocks() as page:
        for tab in ("chat", "translation"):
            with own_lane(tab, 8):
                endpoint(give, tab, lane=shared_lane())
                endpoint(give, f"{tab}_alone")
    lanes = {event.api_name: event for event in events_of(page)}
    assert len({event.concurrency_id for event in lanes.values()}) == 4
    assert [lanes[name].concurrency_limit for name in ("chat", "translation", "chat_alone")] == [8, 8, 1]


def test_what_a_script_did_not_send_is_none() -> None:
    """A visitor's browser may send anything with an event, or nothing."""
    assert sent(gr.EventData(None, {"take": "so"}), "take") == "so"
    for data in (None, 5, "take", ["take"], {"other": 5}):
        assert sent(gr.EventData(None, data), "take") is None


def test_what_the_browser_keeps_sets_off_one_event() -> None:
    """With two of them Gradio reports the change once more after each, and the page asks the server in a circle."""
    layout = app.build(tiny.cache()).get_config_file()
    kept = [each["id"] for each in layout["components"] if each["type"] == "browserstate"]
    targets = [(at, event) for each in layout["dependencies"] for at, event in each["targets"]]
    assert kept
    assert [targets.count((each, "change")) for each in kept] == [1] * len(kept)


def test_the_last_choice_counts() -> None:
    """Gradio's page ignores an event "once" while an earlier one is answered: what shows a choice would be of another.

    Runs are left out, since a script limits them to one at a time, and so are commands, which are not choices.
    """
    page = app.build(tiny.cache())
    commands = {"translation-others", "drafts-view", "next-view"}
    chosen = {"input", "change", "select", "submit", "upload", "expand", "collapse", "edit", "retry", "option_select"}
    ignored = [
        (block.elem_id, name)
        for event in events_of(page)
        if event.fn and event.trigger_mode == "once" and event.validator is None
        # The page itself, whose load is an event too, is not among its blocks.
        for block, name in (
            (page.blocks[at], name) for at, name in event.targets if at is not None and at in page.blocks
        )
        if isinstance(block, gr.Dataset) or (name in chosen and not isinstance(block, gr.Tab))
        if block.elem_id not in commands
    ]
    assert ignored == []
