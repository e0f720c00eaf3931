"""How a tab's buttons reach its adapter: lanes of compute, Stop, checks at the field."""

import contextlib
import inspect
import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import gradio as gr
from gradio.components import Component
from gradio.events import api
from gradio.helpers import Examples

from demos.guard import guarded
from demos.run_marks import ENDED, FAILED, OVER, RAN, STARTED, STOPPED
from demos.status import StatusLine
from demos.words import told
from models.runtime.limits import InputError

# What begins the name of every lane whose requests run one at a time.
COMPUTE_LANE = "compute"
# The same for lanes in which several run at a time, as what shares the batches of its model with others does.
SHARED_LANE = "shared"
# Where nothing is shown of an event's progress, on no component: Gradio's page would keep a status for each of its
# outputs, and with every message of any run copy all of them again, with all that is in them.
UNSEEN: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
# What a page-only event takes that needs no model: it runs at once, unseen.
QUIET: dict[str, Any] = {**UNSEEN, "queue": False}
# The same for what may refuse its input: of what runs beside the queue, Gradio's page shows no error.
ASIDE: dict[str, Any] = {**UNSEEN, "concurrency_limit": None}

# What a script gives back to disable a button.
OFF = json.dumps(gr.update(interactive=False))

T = TypeVar("T")

_tab: ContextVar[str] = ContextVar("tab", default="page")


@contextlib.contextmanager
def own_lane(tab: str) -> Iterator[None]:
    """Give the events that are registered within lanes of their own, so that no other tab's run delays them."""
    before = _tab.set(tab)
    try:
        yield
    finally:
        _tab.reset(before)


def current_lane() -> str:
    """The lane of compute of the tab under construction."""
    return f"{COMPUTE_LANE}: {_tab.get()}"


def shared_lane() -> str:
    """The lane of that tab in which several requests run at a time."""
    return f"{SHARED_LANE}: {_tab.get()}"


def validator(check: Callable[..., None], fields: Sequence[str]) -> Callable[..., Any]:
    """A Gradio validator that runs `check` over the inputs and shows an InputError at the field it names."""

    def validate(*values: Any) -> list[dict[str, Any]] | dict[str, Any]:
        wrong: InputError | None = None
        try:
            check(*values)
        except InputError as error:
            wrong = error
        at = fields.index(wrong.field) if wrong and wrong.field in fields else 0
        verdicts = [gr.validate(wrong is None or i != at, told(wrong or "")) for i in range(len(fields))]
        # Gradio takes what a function with one output returns for that output's value: a list would pass unread.
        return verdicts if len(fields) > 1 else verdicts[0]

    return validate


def _passes(check: Callable[..., None], values: Sequence[Any]) -> bool:
    try:
        check(*values)
    except InputError:
        return False
    return True


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
) -> Any:
    """Run `fn` when any of `triggers` fires, in the tab's lane; `stop` ends it and is enabled while it runs.

    Another `lane` has its own waiting line: only for what steps aside for those in a lane of compute, or works on with
    others in one batch. Several runs may share one `stop`: it ends all of them, and stays enabled until the last is
    over.

    `check` takes the same values as `fn` and raises InputError; `fields` are the names it uses, one for each input.
    """
    told = [output for output in outputs if isinstance(output, StatusLine)]
    number = len(_page().fns)

    def script(code: str) -> str:
        return code.replace("NUMBER", str(number)).replace("STOP", str(stop._id)).replace("OFF", OFF)

    # The page runs a trigger's events in the order of their registration, each to its end. Where the validator refuses
    # it runs nothing more, so a run is noted as begun, and Stop enabled, only where the check passes.
    typed = [each for each in inputs if not isinstance(each, gr.State)]
    admitted = gr.HTML(visible=False)

    def admit(*values: Any) -> tuple[Any, str]:
        return (gr.Button(interactive=True), "yes") if _passes(check, values) else (gr.skip(), "")

    gr.on(triggers, admit, list(inputs), [stop, admitted], **QUIET)
    begin = script(STARTED).replace("IDS", str([each._id for each in typed]))
    gr.on(triggers, None, [admitted, *typed], None, js=begin, **QUIET)
    started = gr.on(
        triggers,
        guarded(fn),
        list(inputs),
        list(outputs),
        validator=validator(check, fields),
        concurrency_id=lane or current_lane(),
        concurrency_limit=1,
        trigger_mode="once",
        api_visibility="private",
        show_progress="full",
        # The stages of a first load belong where the model is named afterwards, not over the result.
        show_progress_on=told or None,
    )
    started.then(None, None, stop, js=script(OVER), **QUIET)
    started.then(None, list(told), list(told), js=script(ENDED), **QUIET)
    # After a failure Gradio's page runs nothing that was only to follow.
    started.failure(None, None, stop, js=script(OVER), **QUIET)
    if told:
        started.failure(None, told, told, js=script(FAILED), **QUIET)
    shown = [output for output in outputs if isinstance(output, StatusLine | gr.JSON)]
    started.success(None, shown, None, js=script(RAN), **QUIET)
    # The page does all of this by itself: a request to the server before the one that cancels would delay that.
    stop.click(None, None, stop, js=script(STOPPED), cancels=[started], **QUIET)
    return started


def run_examples(examples: Examples, run: gr.Button) -> None:
    """Let an example, once it has filled the inputs, press `run`: so it is checked and can be stopped as any other."""
    press = f"() => document.getElementById('{run.elem_id}').click()"
    examples.load_input_event.then(None, None, None, js=press, **QUIET)


def endpoint(
    fn: Callable[..., Any],
    name: str,
    check: Callable[..., None] | None = None,
    queue: bool = True,
    lane: str = "",
) -> None:
    """Offer the typed function `fn` to scripts as `/name`, in the tab's lane or another `lane`.

    `check` takes the same arguments and raises InputError: a wrong request is refused at once, before it waits. With
    `queue` false it runs at once, beside that lane: only for what takes no compute.
    """
    waits_in = (lane or current_lane()) if queue else None
    offered = api(guarded(fn), api_name=name, queue=queue, concurrency_id=waits_in, concurrency_limit=1)
    if check is not None:
        fields = [each for each in inspect.signature(fn).parameters if each != "report"]
        # `gr.api` has no argument for a validator, though its queue asks for one.
        _page().fns[offered["id"]].validator = validator(check, fields)


def show_nowhere(event: Any) -> None:
    """Let an event that Gradio registered by itself keep no status for its outputs, as those that are UNSEEN."""
    _page().fns[event["id"]].show_progress_on = []


def let_share(page: gr.Blocks, at_once: int) -> None:
    """Let so many requests of each shared lane of `page` run at once."""
    for event in page.fns.values():
        if str(event.concurrency_id).startswith(SHARED_LANE):
            event.concurrency_limit = at_once


def on_page_load(fn: Callable[..., Any], outputs: Sequence[Component]) -> None:
    """Run `fn` each time a visitor opens the page that is under construction."""
    _page().load(fn, None, list(outputs), **QUIET)


def _page() -> gr.Blocks:
    page = gr.context.Context.root_block
    assert page is not None, "events belong inside a Blocks page"
    return page
