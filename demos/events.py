"""How a tab's buttons reach its adapter: lanes of compute, Stop, checks at the field, errors in words."""

import contextlib
import functools
import inspect
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import gradio as gr
from anyio.to_thread import run_sync
from gradio.components import Component
from gradio.events import api
from gradio.helpers import Examples

from demos.run_marks import ENDED, FAILED, RAN, STARTED, STOPPED
from demos.status import StatusLine
from demos.words import say, told
from models.cache import BudgetError
from models.device import DeviceUnavailable
from models.inputs import InputError
from models.stages import Report, Stopped
from models.weights import WeightsMissing

COMPUTE_LANE = "compute"
# Several at a time, for what shares the batches of its model with others.
SHARED_LANE = "shared"
# What a page-only event takes that needs no model: it runs at once, unseen.
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
# The same for what may refuse its input: of what runs beside the queue, Gradio's page shows no error.
ASIDE: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}
IN_WORDS = (InputError, WeightsMissing, BudgetError, DeviceUnavailable)

log = logging.getLogger(__name__)
T = TypeVar("T")


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Turn what an adapter raises into a message for the visitor; an unforeseen error is logged, not shown."""
    try:
        yield
    except (gr.Error, Stopped):
        raise
    except IN_WORDS as error:
        raise gr.Error(told(error), title=say("This did not run"), print_exception=False) from error
    except MemoryError as error:
        log.exception("out of memory")
        words = say("Memory ran out. Try a shorter text, or try again.")
        raise gr.Error(words, print_exception=False) from error
    except Exception as error:
        log.exception("a request failed")
        words = say("The server failed at this one. The error is in its log.")
        raise gr.Error(words, print_exception=False) from error


class StoppableProgress(gr.Progress):
    """The page's progress bar, which ends the work that reports to it once `stopped` is set."""

    def __init__(self, stopped: threading.Event) -> None:
        super().__init__()
        self.stopped = stopped

    def __call__(self, progress: Any, desc: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Show how far the work is. Raises Stopped."""
        if self.stopped.is_set():
            raise Stopped
        return super().__call__(progress, desc, *args, **kwargs)


def guarded(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn`, a function or a generator, as a coroutine or an asynchronous generator with its errors told in words.

    Cancelling it returns at once and ends the work soon: a generator is closed after the step it is in, and whatever
    reports its stages is stopped at the next one. So `fn` has a `gr.Progress`, or a parameter `report` that is given
    here and hidden from scripts. Gradio by itself would leave a generator that was cancelled before its first result
    suspended, and so the model leased.
    """
    signature = inspect.signature(fn)
    reports = "report" in signature.parameters

    def prepared(stopped: threading.Event, args: tuple[Any, ...], named: dict[str, Any]) -> Callable[[], Any]:
        progress = StoppableProgress(stopped)
        args = tuple(progress if isinstance(arg, gr.Progress) else arg for arg in args)
        return functools.partial(fn, *args, **named, **({"report": report_to(progress)} if reports else {}))

    def as_fn(run: Callable[..., Any]) -> Callable[..., Any]:
        kept = [parameter for name, parameter in signature.parameters.items() if name != "report"]
        run = functools.wraps(fn)(run)
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run

    if inspect.isgeneratorfunction(fn):

        async def stream(*args: Any, **named: Any) -> AsyncIterator[Any]:
            stopped = threading.Event()
            results = prepared(stopped, args, named)()
            one_at_a_time = threading.Lock()
            over = object()

            def step() -> Any:
                with one_at_a_time, errors_in_words():
                    return next(results, over)

            def close() -> None:
                with one_at_a_time:
                    results.close()

            try:
                while (result := await run_sync(step, abandon_on_cancel=True)) is not over:
                    yield result
            finally:
                stopped.set()
                threading.Thread(target=close, daemon=True).start()

        return as_fn(stream)

    async def call(*args: Any, **named: Any) -> Any:
        stopped = threading.Event()
        work = prepared(stopped, args, named)

        def run() -> Any:
            with errors_in_words():
                return work()

        try:
            return await run_sync(run, abandon_on_cancel=True)
        finally:
            stopped.set()

    return as_fn(call)


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


def report_to(progress: gr.Progress) -> Report:
    """Show the stages of a model's loading where the result will be; the page adds the share that is done."""
    return lambda stage: progress(stage.fraction, desc=told(stage.words))


def on_run(
    triggers: Sequence[Callable[..., Any]],
    fn: Callable[..., Any],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    check: Callable[..., None],
    fields: Sequence[str],
    stop: gr.Button,
    lane: str = COMPUTE_LANE,
) -> Any:
    """Run `fn` when any of `triggers` fires, in the compute lane; `stop` ends it and is enabled while it runs.

    Another `lane` has its own waiting line: only for what steps aside for those in the compute lane, or works on with
    others in one batch.

    `check` takes the same values as `fn` and raises InputError; `fields` are the names it uses, one for each input.
    """
    told = [output for output in outputs if isinstance(output, StatusLine)]
    number = str(len(_page().fns))
    # The page runs a trigger's events in the order of their registration, each to its end, and goes no further where
    # a validator refuses: so Stop is enabled first, and only for what will run.
    typed = [each for each in inputs if not isinstance(each, gr.State)]
    begin = STARTED.replace("NUMBER", number).replace("IDS", str([each._id for each in typed]))
    gr.on(triggers, None, typed, None, js=begin, **QUIET)
    gr.on(triggers, lambda *values: gr.Button(interactive=_passes(check, values)), list(inputs), stop, **QUIET)
    started = gr.on(
        triggers,
        guarded(fn),
        list(inputs),
        list(outputs),
        validator=validator(check, fields),
        concurrency_id=lane,
        concurrency_limit=1,
        trigger_mode="once",
        api_visibility="private",
        show_progress="full",
        # The stages of a first load belong where the model is named afterwards, not over the result.
        show_progress_on=told or None,
    )
    started.then(lambda: gr.Button(interactive=False), None, stop, **QUIET)
    started.then(None, list(told), list(told), js=ENDED.replace("NUMBER", number), **QUIET)
    # After a failure Gradio's page runs nothing that was only to follow.
    started.failure(lambda: gr.Button(interactive=False), None, stop, **QUIET)
    if told:
        started.failure(None, told, told, js=FAILED.replace("NUMBER", number), **QUIET)
    shown = [output for output in outputs if isinstance(output, StatusLine | gr.JSON)]
    started.success(None, shown, None, js=RAN.replace("NUMBER", number), **QUIET)
    stop.click(None, None, None, js=STOPPED.replace("NUMBER", number), **QUIET)
    stop.click(lambda: gr.Button(interactive=False), None, stop, cancels=[started], **QUIET)
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
    lane: str = COMPUTE_LANE,
) -> None:
    """Offer the typed function `fn` to scripts as `/name`, in the same lane as the page's events of its kind.

    `check` takes the same arguments and raises InputError: a wrong request is refused at once, before it waits. With
    `queue` false it runs at once, beside that lane: only for what takes no compute.
    """
    offered = api(guarded(fn), api_name=name, queue=queue, concurrency_id=lane if queue else None, concurrency_limit=1)
    if check is not None:
        fields = [each for each in inspect.signature(fn).parameters if each != "report"]
        # `gr.api` has no argument for a validator, though its queue asks for one.
        _page().fns[offered["id"]].validator = validator(check, fields)


def let_share(page: gr.Blocks, at_once: int) -> None:
    """Let so many requests of the shared lane of `page` run at once."""
    for event in page.fns.values():
        if event.concurrency_id == SHARED_LANE:
            event.concurrency_limit = at_once


def on_page_load(fn: Callable[..., Any], outputs: Sequence[Component]) -> None:
    """Run `fn` each time a visitor opens the page that is under construction."""
    _page().load(fn, None, list(outputs), **QUIET)


def _page() -> gr.Blocks:
    page = gr.context.Context.root_block
    assert page is not None, "events belong inside a Blocks page"
    return page
