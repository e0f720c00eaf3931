"""What a tab runs, guarded: errors in words, stages on the page, and an end of the work once it is cancelled."""

import functools
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import gradio as gr
from anyio.to_thread import run_sync

from demos.words import say, told
from models.engines.remote.client import EngineError
from models.runtime.cache import BudgetError
from models.runtime.device import DeviceUnavailable
from models.runtime.limits import InputError
from models.runtime.progress import Report, Stopped
from models.weights.store import WeightsMissing

IN_WORDS = (InputError, WeightsMissing, BudgetError, DeviceUnavailable, EngineError)

log = logging.getLogger(__name__)

T = TypeVar("T")


def report_to(progress: gr.Progress) -> Report:
    """Show the stages of a model's loading where the result will be; the page adds the share that is done."""
    return lambda stage: progress(stage.fraction, desc=told(stage.words))


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


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns or raises, in this context. Cancelling returns at once, and the thread works on."""
    return await run_sync(work, abandon_on_cancel=True)


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
                while (result := await in_thread(step)) is not over:
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
            return await in_thread(run)
        finally:
            stopped.set()

    return as_fn(call)
