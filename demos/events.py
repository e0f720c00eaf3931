"""Connects the buttons of a tab to its adapter: lanes of compute, Stop, and validation at the field."""

import contextlib
import inspect
import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency, api

from demos.gradio_compat import validate_first
from demos.guard import guarded, passes, reads_event, validator
from demos.run_marks import ENDED, FAILED, OVER, RAN, SETTLED, STARTED, STOPPED, marked
from demos.status import StatusLine

# The prefix of lanes whose requests run one at a time, unless their models run elsewhere.
COMPUTE_LANE = "compute"
# The prefix of lanes in which several requests run at a time, since they share the batches of their model.
SHARED_LANE = "shared"
# For an event without visible progress. Without the empty list Gradio's page keeps a status for each of its outputs,
# and copies all of them with every message of any run.
UNSEEN: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
# For an event that needs no model: it runs at once, and is not in the API.
QUIET: dict[str, Any] = {**UNSEEN, "queue": False}
# The same for an event that may refuse its input: Gradio's page shows errors of queued events only.
ASIDE: dict[str, Any] = {**UNSEEN, "concurrency_limit": None}
# Gradio's page ignores most events while an earlier one of the kind is answered. `LATEST` runs once more, with what the
# inputs hold then; `EACH` runs every time, for events with data of their own.
LATEST: dict[str, Any] = {"trigger_mode": "always_last"}
EACH: dict[str, Any] = {"trigger_mode": "multiple"}

# The return value of a script that disables a button.
OFF = json.dumps(gr.update(interactive=False))

T = TypeVar("T")

# The tab under construction, and how many requests of its shared lane and of its other one run at a time.
_tab: ContextVar[tuple[str, int, int]] = ContextVar("tab", default=("page", 1, 1))


@contextlib.contextmanager
def own_lane(tab: str, at_once: int = 1, elsewhere: int = 1) -> Iterator[None]:
    """Give the events that are registered within lanes of their own, so that no other tab's run delays them.

    In the shared one `at_once` requests run at a time, in the other one as many as run `elsewhere` at a time.
    """
    before = _tab.set((tab, at_once, elsewhere))
    try:
        yield
    finally:
        _tab.reset(before)


def current_lane() -> str:
    """The lane of compute of the tab under construction."""
    return f"{COMPUTE_LANE}: {_tab.get()[0]}"


def shared_lane() -> str:
    """The lane of that tab in which several requests run at a time."""
    return f"{SHARED_LANE}: {_tab.get()[0]}"


def _width(lane: str) -> int:
    """How many requests of `lane` run at a time."""
    if lane == shared_lane():
        return _tab.get()[1]
    return _tab.get()[2] if lane in ("", current_lane()) else 1


def throttled(results: Iterator[T], every: float = 0.1) -> Iterator[T]:
    """The newest of `results` at most once in `every` seconds, and always the last: a page has no use for more."""
    shown = -every
    waiting: list[T] = []
    with contextlib.closing(cast(Generator[T], results)):
        for result in results:
            waiting = [result]
            if time.monotonic() - shown >= every:
                shown = time.monotonic()
                yield waiting.pop()
    yield from waiting


def on_run(
    triggers: Sequence[Callable[..., Any]],
    fn: Callable[..., Any],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    check: Callable[..., None],
    fields: Sequence[str],
    stop: gr.Button,
    lane: str = "",
    alone: bool = False,
) -> Any:
    """Run `fn` when any of `triggers` fires, in the tab's lane; `stop` ends it and is enabled while it runs.

    Another `lane` has its own queue. It is for work that pauses for the lanes of compute, or that shares a batch.
    A run that is asked for with other inputs while it is running ends and begins again; with the same ones it goes on,
    unless `fn` reads the data of its event. Several runs may share one `stop`: it ends all of them, and stays enabled
    until the last has ended. A run that is `alone` first ends the others, since it replaces what they write.

    `check` takes the same values as `fn` and raises InputError; `fields` are the names it uses, one for each input.
    """
    status = [output for output in outputs if isinstance(output, StatusLine)]

    # The page runs a trigger's events one after another in the order of their registration. If the validator refuses,
    # it runs nothing more, so a run is marked as begun, and Stop enabled, only if the check passes.
    typed = [each for each in inputs if not isinstance(each, gr.State)]
    admitted = gr.HTML(visible=False)

    def admit(*values: Any) -> tuple[Any, str]:
        return (gr.Button(interactive=True), "yes") if passes(check, values) else (gr.skip(), "")

    admission = gr.on(triggers, admit, list(inputs), [stop, admitted], **EACH, **QUIET)
    marks = {"ALONE": alone, "ANEW": reads_event(fn), "NUMBER": admission["id"], "STOP": stop.elem_id}

    def script(code: str) -> str:
        return marked(code.replace("SETTLED", _settled(stop)).replace("OFF", OFF), marks)

    begin = script(STARTED).replace("IDS", json.dumps([each.elem_id for each in typed]))
    gr.on(triggers, None, [admitted, *typed], None, js=begin, **QUIET)
    started = gr.on(
        triggers,
        guarded(fn),
        list(inputs),
        list(outputs),
        validator=validator(check, fields),
        concurrency_id=lane or current_lane(),
        concurrency_limit=_width(lane),
        trigger_mode="once",
        api_visibility="private",
        show_progress="full",
        # The stages of a first load belong where the model is named afterwards, not over the result.
        show_progress_on=status or None,
    )
    # What waits for a run to be over may write the status line itself, so the line is written before.
    started.then(None, list(status), list(status), js=script(ENDED), **QUIET)
    started.then(None, None, stop, js=script(OVER), **QUIET)
    # After a failure Gradio's page skips the events of `then`.
    started.failure(None, None, stop, js=script(OVER), **QUIET)
    if status:
        started.failure(None, status, status, js=script(FAILED), **QUIET)
    shown = [output for output in outputs if isinstance(output, StatusLine | gr.JSON)]
    started.success(None, shown, None, js=script(RAN), **QUIET)
    # All of this runs in the page: a request to the server before the one that cancels would delay it.
    stop.click(None, None, stop, js=script(STOPPED), cancels=[started], **QUIET)
    return started


def end_runs(trigger: Callable[..., Any], stop: gr.Button) -> None:
    """End the runs of `stop` before what is registered for `trigger` after this, which changes what they write."""
    trigger(None, None, None, js=_settled(stop), **QUIET)


def _settled(stop: gr.Button) -> str:
    """The script that ends the runs of `stop` and waits until they are over."""
    return SETTLED.replace("STOP", json.dumps(stop.elem_id))


def run_examples(filled: Dependency, run: gr.Button, stop: gr.Button) -> None:
    """Let an example, once `filled` in, end the runs of `stop` and press `run`: so it is checked as any other."""
    press = f"async () => {{ await ({_settled(stop)})(); document.getElementById({json.dumps(run.elem_id)}).click(); }}"
    filled.then(None, None, None, js=press, **QUIET)


def endpoint(
    fn: Callable[..., Any],
    name: str,
    check: Callable[..., None] | None = None,
    queue: bool = True,
    lane: str = "",
) -> None:
    """Offer the typed function `fn` to scripts as `/name`, in the tab's lane or another `lane`.

    `check` takes the same arguments and raises InputError: an invalid request is refused before it is queued. Without
    `queue` a call runs at once, outside the lane, which is for functions that compute nothing.
    """
    waits_in = (lane or current_lane()) if queue else None
    offered = api(guarded(fn), api_name=name, queue=queue, concurrency_id=waits_in, concurrency_limit=_width(lane))
    if check is not None:
        fields = [each for each in inspect.signature(fn).parameters if each != "report"]
        validate_first(offered, validator(check, fields))


def sent(event: gr.EventData, name: str) -> Any:
    """The value that a script sent with `event` under `name`, None where it sent none."""
    try:
        return getattr(event, name)
    except (AttributeError, TypeError):  # What was sent has no such member, or is no mapping.
        return None


def on_page_load(fn: Callable[..., Any], outputs: Sequence[Component]) -> None:
    """Run `fn` each time a visitor opens the page that is under construction."""
    # Without triggers and inputs, an event runs when the page is loaded.
    gr.on(None, fn, None, list(outputs), **QUIET)
