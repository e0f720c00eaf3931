"""Visitors with mixed requests, each of whose texts has a mark that no other has: `python -m bench.mixed --replicas 2`.

Every call must be answered, and about its own text: an answer with the mark of another request would be a leak between
visitors. `--replicas N` needs Ray; without it this is the plain page.
"""

import argparse
import itertools
import json
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from bench import results
from bench.clients import CLIENTS
from bench.load import quantile
from bench.replicas import replicas
from bench.server import APP, Server, started
from models.catalog.bundled import SMOLLM2

MINUTES = 10.0
# A language model may write a digit twice, which makes no mark of another.
MARK = re.compile(r"K\d{6}(?!\d)")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Request:
    """A call. With `marked`, the answer to it must have its mark."""

    endpoint: str
    data: Sequence[Any]
    mark: str
    marked: bool = True

    def owns(self, answer: Any) -> bool:
        """Whether `answer` is that to this request: it has the mark, where there must be one, and no other's."""
        found = set(MARK.findall(_text(self.endpoint, answer).upper()))
        return found == {self.mark} if self.marked else found <= {self.mark}


def _text(endpoint: str, answer: Any) -> str:
    """All that an answer says. Tokens are put together again."""
    if endpoint == "attention":
        return "".join(token["text"].removeprefix("·") for token in answer["tokens"])
    return json.dumps(answer)


def requests(chance: random.Random, marks: Iterator[int]) -> Iterator[Request]:
    """One request after another, of every kind in turn; no two have the same mark."""
    for number in marks:
        mark = f"K{number:06d}"
        text = f"The ferry {mark} was late on {chance.choice(WEEKDAYS)}."
        long = " ".join([text, *["It was a long way, and the sea was rough."] * chance.randint(0, 6)])
        kinds: list[Request] = [
            Request("answer", ["Which ferry was late?", long, 3], mark),
            Request("sentiment", [text], mark),
            Request("translate", [text, "en", "pt"], mark),
            Request("summarize", [text, "extractive", "short"], mark),
            Request("attention", [text, "", "", -1, -1], mark),
            # What it writes is its own; most replies have the mark.
            Request("chat", [f"Say hello to {mark}.", [], "", 16, 0.0], mark, marked=False),
        ]
        yield kinds[number % len(kinds)]


@dataclass
class Tally:
    """What became of the calls: the seconds of those that were answered by endpoint, and what went wrong."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lost: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def answered(http: httpx.Client, request: Request) -> Any:
    """The result of a call. Raises RuntimeError where there is none."""
    joined = http.post(f"/call/{request.endpoint}", json={"data": list(request.data)})
    if joined.status_code != httpx.codes.OK:
        raise RuntimeError(f"{request.endpoint}: {joined.status_code} {joined.text[:200]}")
    kind = ""
    with http.stream("GET", f"/call/{request.endpoint}/{joined.json()['event_id']}") as response:
        for line in response.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind == "complete":
                return json.loads(line.removeprefix("data: "))[0]
            elif line.startswith("data: ") and kind == "error":
                raise RuntimeError(f"{request.endpoint}: {line}")
    raise RuntimeError(f"{request.endpoint}: the answer broke off")


def visit(server: Server, asking: Iterator[Request], until: float, tally: Tally) -> None:
    """One visitor, who asks for one thing after another."""
    with server.calls() as http:
        while (began := time.monotonic()) < until:
            # One visitor at a time takes the next request.
            with tally.lock:
                request = next(asking)
            try:
                answer = answered(http, request)
            except (RuntimeError, httpx.HTTPError) as error:
                with tally.lock:
                    tally.lost.append(f"{request.mark} {error!r}")
                continue
            with tally.lock:
                tally.seconds[request.endpoint].append(time.monotonic() - began)
                if not request.owns(answer):
                    tally.foreign.append(f"{request}: {json.dumps(answer)[:400]}")


def traffic(server: Server, minutes: float, visitors: int) -> Tally:
    """What became of the calls of so many visitors at once."""
    tally, asking = Tally(), requests(random.Random(7), itertools.count())
    until = time.monotonic() + 60 * minutes
    threads = [threading.Thread(target=visit, args=(server, asking, until, tally)) for _ in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it; exit with 1 where a call was lost, or answered with another's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="(default: %(default)g)")
    parser.add_argument("--visitors", type=int, default=CLIENTS, help="at once (default: %(default)d)")
    parser.add_argument("--replicas", type=int, default=0, help="replicas to run on; 0 for the plain page")
    chosen = parser.parse_args(arguments)
    with ExitStack() as stack:
        where = ["--ray", stack.enter_context(replicas(chosen.replicas)).url] if chosen.replicas else []
        server = stack.enter_context(started(*APP, *where, "--chat-model", SMOLLM2.name))
        tally = traffic(server, chosen.minutes, chosen.visitors)
    table = ["| | answered | median, s | p95, s |", "|---|---|---|---|"]
    for endpoint, seconds in sorted(tally.seconds.items()):
        cells = f"{len(seconds):,} | {quantile(seconds, 0.5):.2f} | {quantile(seconds, 0.95):.2f}"
        table.append(f"| /{endpoint} | {cells} |")
    calls = sum(map(len, tally.seconds.values())) + len(tally.lost)
    option = f" --replicas {chosen.replicas}" if chosen.replicas else ""
    notes = [
        "",
        f"`python -m bench.mixed{option} --minutes {chosen.minutes:g}`: {chosen.visitors} visitors, each of whom asks",
        f"for the next thing once the last has come. Of {calls:,} calls {len(tally.lost)} were lost, and",
        f"{len(tally.foreign)} were answered with the mark of another or without their own: each text has a mark of",
        "its own, and each answer but a reply of chat must have it. First calls load the models. The load average was",
        f"{psutil.getloadavg()[0]:.1f} at the end.",
    ]
    print("\n".join([*table, *notes, *tally.lost[:10], *tally.foreign[:10]]))
    results.write(f"Mixed traffic, {chosen.replicas or 'no'} replicas", [*table, *notes])
    if tally.lost or tally.foreign:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
