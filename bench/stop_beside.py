"""How soon the CPU is idle after Stop, beside a chat with a thread and a streamer: `python -m bench.stop_beside`."""

import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from bench import results
from bench.beside import HEADER, THREADS, Row, figures, interleaved, method
from bench.server import APP, Server, started
from bench.stop import IDLE, STORY, WINDOW, begin, seconds_until_idle, stop, until_busy

PLAIN = ("-m", "bench.plain_chat")
SOONER, AT_MOST = 10.0, 1.0
# Seconds of decoding before Stop.
AFTER = 2.0


def stopped(server: Server, data: Sequence[Any]) -> float:
    """Seconds until `server` is idle after a reply was stopped; less than a moment counts as one."""
    with server.calls() as http:
        event = begin(http, "chat", list(data))
        until_busy(server)
        time.sleep(AFTER)
        stop(http, "chat", event)
        return max(WINDOW, seconds_until_idle(server))


def row() -> Row:
    """Both chats, each in a process of its own."""
    with ExitStack() as stack:
        app = stack.enter_context(started(*APP, "--deadline", "0", "--threads", str(THREADS), "--device", "cpu"))
        plain = stack.enter_context(started(*PLAIN))
        found = interleaved(partial(stopped, app, STORY), partial(stopped, plain, STORY[:1]))
    return Row(f"Stop to idle CPU (at most {AT_MOST:g})", "seconds", found[0], found[1], at_least=SOONER)


NOTES = [
    "",
    f"`python -m bench.stop_beside`: {method()} A reply of at most 256 tokens is stopped after {AFTER:g} s; idle is",
    f"less than {IDLE:.0%} of a core over {WINDOW:g} s, the least that is shown. Beside it Gradio with `generate` in a",
    "thread and a TextIteratorStreamer, on the same weights.",
]


def main() -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    found = row()
    lines = [*HEADER, str(found)]
    print("\n".join(lines))
    results.write("Stop", [*lines, *NOTES])
    if not found.met or statistics.median(figures(found.ours)) > AT_MOST:
        sys.exit(1)


if __name__ == "__main__":
    main()
