"""ZeroGPU, the shared GPU of Hugging Face Spaces: it is there only in a worker, and only while a function runs.

The worker is a fork of this process. So models are placed before it exists, what computes is sent there, and what goes
there or comes back is pickled: no lock, no event, no component.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gradio as gr

from demos.events import COMPUTE_LANE, SHARED_LANE
from demos.gradio_compat import by_component, events_of, in_numbers
from demos.guard import errors_as_messages, guarded
from models.runtime.cache import Loaded
from models.runtime.progress import Report, to_terminal
from models.runtime.spec import ModelSpec
from models.weights.store import WeightsMissing

Load = Callable[[ModelSpec, Report], Loaded]
# What `spaces.GPU` is: it makes of a function, or a generator function, the same one in the worker.
Gpu = Callable[[Callable[..., Any]], Callable[..., Any]]


def placed(load: Load, specs: Iterable[ModelSpec], write: Callable[[str], None]) -> Load:
    """Load all of `specs` here and now, in this thread, and return a load that gives these and no others.

    Raises what `load` raises. The load that is returned raises WeightsMissing for a model that is not among them.
    """
    there = {spec: load(spec, to_terminal(write)) for spec in specs}

    def give(spec: ModelSpec, report: Report) -> Loaded:
        if spec not in there:
            raise WeightsMissing(f"{spec.label} is not on the GPU: on ZeroGPU only the models loaded at the start are.")
        return there[spec]

    return give


def move(page: gr.Blocks, gpu: Gpu) -> None:
    """Let every event of `page` in the lanes of compute run where `gpu` takes it. They must be what `guarded` makes."""
    for event in events_of(page):
        if event.fn is not None and str(event.concurrency_id).startswith((COMPUTE_LANE, SHARED_LANE)):
            plain = event.fn.__wrapped__  # type: ignore[attr-defined]
            event.fn = guarded(_in_worker(plain, gpu, page))


def _in_worker(fn: Callable[..., Any], gpu: Gpu, page: gr.Blocks) -> Callable[..., Any]:
    signature = inspect.signature(fn)

    def crossing(args: tuple[Any, ...], named: dict[str, Any]) -> inspect.BoundArguments:
        """The arguments without what reports progress: the worker has its own."""
        bound = signature.bind(*args, **named)
        for name, value in [*bound.arguments.items()]:
            if name == "report" or isinstance(value, gr.Progress):
                del bound.arguments[name]
        return bound

    def unpacked(result: Any) -> Any:
        if isinstance(result, dict) and result and all(isinstance(key, int) for key in result):
            return by_component(page, result)
        return result

    if inspect.isgeneratorfunction(fn):

        def each(*args: Any, **named: Any) -> Iterator[Any]:
            with errors_as_messages():
                for result in fn(*args, **named):
                    yield _packed(result)

        far_each = gpu(each)

        @functools.wraps(fn)
        def stream(*args: Any, **named: Any) -> Iterator[Any]:
            there = crossing(args, named)
            for result in far_each(*there.args, **there.kwargs):
                yield unpacked(result)

        return stream

    def whole(*args: Any, **named: Any) -> Any:
        with errors_as_messages():
            return _packed(fn(*args, **named))

    far_whole = gpu(whole)

    @functools.wraps(fn)
    def call(*args: Any, **named: Any) -> Any:
        there = crossing(args, named)
        return unpacked(far_whole(*there.args, **there.kwargs))

    return call


def _packed(result: Any) -> Any:
    """The result in a form that can be pickled: updates by component become updates by number."""
    if isinstance(result, dict) and result and not any(isinstance(key, str) for key in result):
        return in_numbers(result)
    return result
