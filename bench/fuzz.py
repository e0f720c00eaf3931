"""Calls of any shape: `python -m bench.fuzz --calls 2000` sends them to the app on the bundled weights.

Each endpoint gets arguments of any JSON, or sound ones with some replaced by any JSON. It prints what the answers were,
and ends with 1 where one was a server error, held a traceback, or named the server's log.
"""

import argparse
import json
import sys
from collections import Counter
from functools import partial
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["en", "pt", "a b."]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "x"]), inner),
    max_leaves=6,
)
SOUND: dict[str, list[Any]] = {
    "answer": ["who?", "somebody", 3],
    "translate": ["Go.", "en", "pt"],
    "sentiment": ["good"],
    "summarize": ["It rains.", "extractive", "short"],
    "chat": ["hello", [], "", 2, 0],
    "attention": ["see", "", "", -1, -1],
    "perplexity": ["see"],
    "drafts": ["see", 1, 2, 0.8, 0.95, 7],
    "status": [],
}
ALLOWED = (200, 404, 413, 422)


class Broken(Exception):
    """An answer that no call may get."""


def call(http: httpx.Client, endpoint: str, data: list[Any]) -> str:
    """Call `endpoint` with whatever Python's JSON can write, NaN and half surrogate pairs too, and wait for its end.

    Returns the status, or "complete" or "error" where it was taken. Raises Broken.
    """
    content = json.dumps({"data": data}).encode()
    answer = http.post(f"/gradio_api/call/{endpoint}", content=content, headers={"Content-Type": "application/json"})
    if answer.status_code not in ALLOWED or "Traceback" in answer.text:
        raise Broken(f"{endpoint} {data!r}: {answer.status_code} {answer.text[:300]}")
    if answer.status_code != 200:
        return str(answer.status_code)
    stream = http.get(f"/gradio_api/call/{endpoint}/{answer.json()['event_id']}").text
    last = stream.strip().rpartition("event: ")[2]
    # A layer that only the loaded model knows it lacks is an error in words; a failure names the log.
    if "Traceback" in stream or (last.startswith("error") and "its log" in last):
        raise Broken(f"{endpoint} {data!r}: {last[:300]}")
    return last.partition("\n")[0]


def fuzz(http: httpx.Client, endpoint: str, calls: int) -> Counter[str]:
    """Call `endpoint` up to `calls` times and count the outcomes. Raises Broken, with the smallest call that broke."""
    sound, outcomes = SOUND[endpoint], Counter[str]()
    # Most arguments stay sound, so that a good part of the calls gets past the checks and runs.
    nearly = st.tuples(*(st.sampled_from([0, 0, 1]).flatmap(partial(_argument, value)) for value in sound)).map(list)

    @settings(max_examples=calls, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(nearly, st.lists(ANYTHING, max_size=6)))
    def once(data: list[Any]) -> None:
        outcomes[call(http, endpoint, data)] += 1

    once()
    return outcomes


def _argument(sound: Any, wrong: int) -> st.SearchStrategy[Any]:
    return ANYTHING if wrong else st.just(sound)


def main() -> None:
    """Fuzz every endpoint and print what came of it."""
    from bench.server import server

    command_line = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    command_line.add_argument("--calls", type=int, default=2_000)
    calls = -(-command_line.parse_args().calls // len(SOUND))
    with server() as url, httpx.Client(base_url=url, timeout=120) as http:
        for endpoint in SOUND:
            try:
                outcomes = fuzz(http, endpoint, calls)
            except Broken as error:
                sys.exit(f"broken: {error}")
            print(f"{endpoint}: {outcomes.total()} calls: {dict(outcomes.most_common())}", flush=True)


if __name__ == "__main__":
    main()
