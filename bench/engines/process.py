"""Rows about the process: its memory, its start, how soon the chat model is ready, how soon it is idle after Stop."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import psutil

from bench.engines.context import Context
from bench.engines.found import Table, Unanswered
from bench.engines.requests import ask
from bench.engines.sides import BESIDE, LOAD_FIRST, NOW, App, Side
from bench.figures import MEGABYTE
from bench.start import QUESTION
from bench.stop import begin, seconds_until_idle, states, stop, until_busy
from server.usage import used

# Seconds after the last answer until the memory is looked at.
CALM = 2.0
# Of `bench.stop.states()`: a load that has begun goes on, and who waits does not compute.
STOPPED = ("prefill", "decoding", "windowed question answering", "long translation")
FIRST_TOKENS = 8


def resident(process: psutil.Process) -> float:
    """Megabytes of `process` and all that it started."""
    return used(process)[0] / MEGABYTE


def memory(context: Context) -> Table:
    """Resident megabytes after each default model answered once."""

    def measure(side: Side, number: int) -> float:
        with side.app() as app:
            app.warm()
            time.sleep(CALM)
            return resident(app.server.process)

    return context.measured({("memory", name): partial(measure, side) for name, side in context.commits.items()})


def start(context: Context) -> Table:
    """Seconds from the start of the process to the first answer, beside loading all default models first."""

    def measure(side: Side, command: Sequence[str], number: int) -> float:
        began = time.monotonic()
        with side.app(command=command) as app:
            ask(app.http, "answer", QUESTION)
            return time.monotonic() - began

    measures: dict[tuple[str, str], Callable[[int], float]] = {}
    for name, side in context.commits.items():
        measures["start", name] = partial(measure, side, ("app.py",))
        measures["load-first", name] = partial(measure, side, LOAD_FIRST)
    found = context.measured(measures)
    if context.beside and NOW in context.commits:
        found["start"][BESIDE] = found["load-first"][NOW]
    return found


def ready(context: Context) -> Table:
    """Seconds from the first request for the chat model to its first token, on a server that answered before."""

    def measure(side: Side, number: int) -> float:
        with side.app("--cold") as app:
            ask(app.http, "answer", QUESTION)
            return ask(app.http, "chat", ["Hi.", [], "", FIRST_TOKENS, 0]).first

    return context.measured({("ready", name): partial(measure, side) for name, side in context.commits.items()})


def stops(context: Context) -> Table:
    """Seconds until the process is idle after Stop, in several states."""
    stopped = {name.split()[-1]: state for name, state in states().items() if name in STOPPED}

    def measure(app: App, name: str, number: int) -> float:
        state = stopped[name]
        said, *rest = state.data
        try:
            # What was read before would not be read again.
            event = begin(app.http, state.endpoint, [f"{number}. {said}", *rest])
            until_busy(app.server)
            time.sleep(state.after)
            stop(app.http, state.endpoint, event)
            return seconds_until_idle(app.server)
        except TimeoutError as error:
            raise Unanswered(str(error)) from error

    with context.apps() as apps:
        for app in apps.values():
            seconds_until_idle(app.server)
        measures = {
            (f"stop-{state}", name): partial(measure, app, state) for state in stopped for name, app in apps.items()
        }
        return context.measured(measures)
