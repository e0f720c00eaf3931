"""How a tab's buttons reach its adapter: one lane of compute, Stop, checks at the field, errors in words."""

import asyncio
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
from gradio.components import Component
from gradio.events import api

from demos.status import StatusLine
from models.cache import BudgetError
from models.device import DeviceUnavailable
from models.inputs import InputError
from models.stages import Report
from models.weights import WeightsMissing

COMPUTE_LANE = "compute"
# What a page-only event takes that needs no model: it runs at once, unseen.
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
IN_WORDS = (InputError, WeightsMissing, BudgetError, DeviceUnavailable)

log = logging.getLogger(__name__)
T = TypeVar("T")


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Turn what an adapter raises into a message for the visitor; an unforeseen error is logged, not shown."""
    try:
        yield
    except gr.Error:
        raise
    except IN_WORDS as error:
        raise gr.Error(str(error), title="This did not run", print_exception=False) from error
    except MemoryError as error:
        log.exception("out of memory")
        raise gr.Error("Memory ran out. Try a shorter text, or try again.", print_exception=False) from error
    except Exception as error:
        log.exception("a request failed")
        raise gr.Error("The server failed at this one. The error is in its log.", print_exception=False) from error


def guarded(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn`, a function or a generator, with its errors told in words.

    A generator is closed when its visitor stops it or leaves, after the step it is in. Gradio by itself would leave
    one that was cancelled before its first result suspended, and so the model leased.
    """
    if inspect.isgeneratorfunction(fn):

        @functools.wraps(fn)
        async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            results = fn(*args, **kwargs)
            one_at_a_time = threading.Lock()
            over = object()

            def step() -> Any:
                with one_at_a_time, errors_in_words():
                    return next(results, over)

            def close() -> None:
                with one_at_a_time:
                    results.close()

            try:
                while (result := await asyncio.to_thread(step)) is not over:
                    yield result
            finally:
                threading.Thread(target=close, daemon=True).start()

        return stream

    @functools.wraps(fn)
    def call(*args: Any, **kwargs: Any) -> Any:
        with errors_in_words():
            return fn(*args, **kwargs)

    return call


def validator(check: Callable[..., None], fields: Sequence[str]) -> Callable[..., Any]:
    """A Gradio validator that runs `check` over the inputs and shows an InputError at the field it names."""

    def validate(*values: Any) -> list[dict[str, Any]] | dict[str, Any]:
        wrong: InputError | None = None
        try:
            check(*values)
        except InputError as error:
            wrong = error
        at = fields.index(wrong.field) if wrong and wrong.field in fields else 0
        verdicts = [gr.validate(wrong is None or i != at, str(wrong or "")) for i in range(len(fields))]
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
    """Show the stages of a model's loading where the result will be."""
    return lambda stage: progress(stage.fraction, desc=str(stage))


def on_run(
    triggers: Sequence[Callable[..., Any]],
    fn: Callable[..., Any],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    check: Callable[..., None],
    fields: Sequence[str],
    stop: gr.Button,
) -> Any:
    """Run `fn` when any of `triggers` fires, in the compute lane; `stop` ends it and is enabled while it runs.

    `check` takes the same values as `fn` and raises InputError; `fields` are the names it uses, one for each input.
    """
    # The page runs a trigger's events in the order of their registration, each to its end, and goes no further where
    # a validator refuses: so Stop is enabled first, and only for what will run.
    gr.on(triggers, lambda *values: gr.Button(interactive=_passes(check, values)), list(inputs), stop, **QUIET)
    started = gr.on(
        triggers,
        guarded(fn),
        list(inputs),
        list(outputs),
        validator=validator(check, fields),
        concurrency_id=COMPUTE_LANE,
        concurrency_limit=1,
        trigger_mode="once",
        api_visibility="private",
        show_progress="full",
        # The stages of a first load belong where the model is named afterwards, not over the result.
        show_progress_on=[output for output in outputs if isinstance(output, StatusLine)] or None,
    )
    started.then(lambda: gr.Button(interactive=False), None, stop, **QUIET)
    stop.click(lambda: gr.Button(interactive=False), None, stop, cancels=[started], **QUIET)
    return started


def endpoint(fn: Callable[..., Any], name: str, queue: bool = True) -> None:
    """Offer the typed function `fn` to scripts as `/name`, in the same compute lane as the page's events.

    With `queue` false it runs at once, beside that lane: only for what takes no compute.
    """
    api(guarded(fn), api_name=name, queue=queue, concurrency_id=COMPUTE_LANE if queue else None, concurrency_limit=1)


def on_page_load(fn: Callable[..., Any], outputs: Sequence[Component]) -> None:
    """Run `fn` each time a visitor opens the page that is under construction."""
    page = gr.context.Context.root_block
    assert page is not None, "on_page_load belongs inside a Blocks page"
    page.load(fn, None, list(outputs), **QUIET)
