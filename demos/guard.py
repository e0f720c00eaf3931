"""Wraps the functions of a tab: errors as messages, invalid input at its field, stages, and cancellation."""

import functools
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import gradio as gr
from anyio.to_thread import run_sync

from demos.words import localize, say
from models.engines.remote.streams import EngineError
from models.runtime.cache import BudgetError
from models.runtime.device import DeviceUnavailable
from models.runtime.limits import InputError
from models.runtime.progress import Cancellation, Report, Stopped
from models.weights.store import WeightsMissing

IN_WORDS = (InputError, WeightsMissing, BudgetError, DeviceUnavailable, EngineError)

log = logging.getLogger(__name__)

T = TypeVar("T")


def report_to(progress: gr.Progress) -> Report:
    """Show the stages of a model's loading in place of the result, with their progress."""
    return lambda stage: progress(stage.fraction, desc=localize(stage.words))


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Convert an adapter's errors to messages for the visitor; unexpected errors are logged, not shown."""
    try:
        yield
    except (gr.Error, Stopped):
        raise
    except IN_WORDS as error:
        raise gr.Error(localize(error), title=say("This did not run"), print_exception=False) from error
    except MemoryError as error:
        log.exception("out of memory")
        words = say("Memory ran out. Try a shorter text, or try again.")
        raise gr.Error(words, print_exception=False) from error
    except Exception as error:
        log.exception("a request failed")
        words = say("The server failed to process this request. The error is in its log.")
        raise gr.Error(words, print_exception=False) from error


class CancellableProgress(gr.Progress):
    """The page's progress bar, which ends the work that reports to it once `cancellation` is set."""

    def __init__(self, cancellation: Cancellation) -> None:
        super().__init__()
        self.cancellation = cancellation

    def __call__(self, progress: Any, desc: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Show how far the work is. Raises Stopped."""
        self.cancellation.check()
        return super().__call__(progress, desc, *args, **kwargs)


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns or raises, in this context. Cancelling returns at once, and the thread works on."""
    return await run_sync(work, abandon_on_cancel=True)


def guarded(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn`, a function or a generator, as a coroutine or an asynchronous generator that shows errors as messages.

    Cancelling it returns at once and ends the work soon: a generator is closed after the step it is in, and whatever
    reports its stages is stopped at the next one. So `fn` has a `gr.Progress`, or a parameter `report` that is given
    here and hidden from scripts. Gradio by itself would leave a generator that was cancelled before its first result
    suspended, and so the model leased.
    """
    signature = inspect.signature(fn)
    reports = "report" in signature.parameters

    def prepared(cancellation: Cancellation, args: tuple[Any, ...], named: dict[str, Any]) -> Callable[[], Any]:
        progress = CancellableProgress(cancellation)
        args = tuple(progress if isinstance(arg, gr.Progress) else arg for arg in args)
        return functools.partial(fn, *args, **named, **({"report": report_to(progress)} if reports else {}))

    def as_fn(run: Callable[..., Any]) -> Callable[..., Any]:
        kept = [parameter for name, parameter in signature.parameters.items() if name != "report"]
        run = functools.wraps(fn)(run)
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run

    if inspect.isgeneratorfunction(fn):

        async def stream(*args: Any, **named: Any) -> AsyncIterator[Any]:
            cancellation = Cancellation()
            results = prepared(cancellation, args, named)()
            one_at_a_time = threading.Lock()
            over = object()

            def step() -> Any:
                with one_at_a_time, errors_as_messages():
                    return next(results, over)

            def close() -> None:
                with one_at_a_time:
                    results.close()

            try:
                while (result := await in_thread(step)) is not over:
                    yield result
            finally:
                cancellation.cancel()
                threading.Thread(target=close, daemon=True).start()

        return as_fn(stream)

    async def call(*args: Any, **named: Any) -> Any:
        cancellation = Cancellation()
        work = prepared(cancellation, args, named)

        def run() -> Any:
            with errors_as_messages():
                return work()

        try:
            return await in_thread(run)
        finally:
            cancellation.cancel()

    return as_fn(call)


def reads_event(fn: Callable[..., Any]) -> bool:
    """Whether `fn` takes the data of the event that it is run by."""
    types = (each.annotation for each in inspect.signature(fn).parameters.values())
    return any(isinstance(each, type) and issubclass(each, gr.EventData) for each in types)


def validator(check: Callable[..., None], fields: Sequence[str]) -> Callable[..., Any]:
    """A Gradio validator that runs `check` over the inputs and shows an InputError at the field it names."""

    def validate(*values: Any) -> list[dict[str, Any]] | dict[str, Any]:
        wrong: InputError | None = None
        try:
            check(*values)
        except InputError as error:
            wrong = error
        at = next((i for i, each in enumerate(fields) if wrong and each.lower() == wrong.field.lower()), 0)
        verdicts = [gr.validate(wrong is None or i != at, localize(wrong or "")) for i in range(len(fields))]
        # Gradio takes the result of a function with one output as the value of that output: a list would not be read.
        return verdicts if len(fields) > 1 else verdicts[0]

    return validate


def passes(check: Callable[..., None], values: Sequence[Any]) -> bool:
    """Whether `check` accepts `values`."""
    try:
        check(*values)
    except InputError:
        return False
    return True
