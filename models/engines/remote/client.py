"""HTTP to the server of an engine: answers and streams, and errors in words that name its host but never its key.

All requests run in one event loop beside the threads that wait for them, so that any of them can be ended at once:
its connection closes, and the server stops computing.
"""

import asyncio
import functools
import json
import logging
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing, contextmanager
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from models.engines.llama_cpp.completions import CompletionError

# Seconds for a connection, and between two pieces of an answer.
CONNECT = 5.0
STALL = 30.0
# Letters of the server's own message that are told.
TOLD = 200

log = logging.getLogger(__name__)

Chunk = dict[str, Any]
# A piece of the answer with this number, None at its end, or why it broke off.
Arrived = tuple[int, "Chunk | EngineError | None"]


class EngineError(CompletionError):
    """The engine at a URL cannot be used, or broke off an answer."""


class EngineRefused(EngineError):
    """The engine does not take such a request."""


class Client:
    """Requests to the server at `url`, which may end in `/v1`; `key` goes along with each of them.

    `stall` is how many seconds may pass between two pieces of an answer.
    """

    def __init__(self, url: str, key: str = "", stall: float = STALL) -> None:
        address = httpx.URL(url.rstrip("/").removesuffix("/v1"))
        self.host = address.netloc.decode()
        self.stall = stall
        self._loop = _running_loop()
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(None, connect=CONNECT),
            # A connection that a server is about to close would fail a request, which must not be sent twice.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        weakref.finalize(self, _close, self._loop, self._http).atexit = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"The engine at {self.host}"

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON that `path` answers, posting `body` where there is one. Raises EngineError."""
        return asyncio.run_coroutine_threadsafe(self._ask(path, body), self._loop).result()

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[Chunk]:
        """The pieces of one streamed answer. Raises EngineError; closing the iterator closes the connection."""
        with self.streams(path) as streams:
            streams.open(0, body)
            while True:
                arrived = streams.get(None)
                assert arrived is not None
                _, chunk = arrived
                if isinstance(chunk, EngineError):
                    raise chunk
                if chunk is None:
                    return
                yield chunk

    @contextmanager
    def streams(self, path: str) -> Iterator["Streams"]:
        """Several streamed answers of `path`; all connections close at the end of the block."""
        with closing(Streams(self._loop, functools.partial(self._stream, path))) as streams:
            yield streams

    async def _ask(self, path: str, body: Mapping[str, Any] | None) -> Any:
        try:
            async with asyncio.timeout(self.stall):
                response = await self._http.request("GET" if body is None else "POST", path, json=body)
            self._check(response)
            return response.json()
        except Exception as error:
            raise self._in_words(error) from error

    async def _stream(
        self, path: str, body: Mapping[str, Any], put: Callable[[Chunk | EngineError | None], None]
    ) -> None:
        try:
            async with (
                asyncio.timeout(self.stall) as limit,
                self._http.stream("POST", path, json=body) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    await response.aread()
                self._check(response)
                async for line in response.aiter_lines():
                    # Comments keep a connection alive, and no visitor waits for those.
                    if line.startswith("data:"):
                        limit.reschedule(self._loop.time() + self.stall)
                        data = line.removeprefix("data:").strip()
                        if data == "[DONE]":
                            break
                        chunk = json.loads(data)
                        if not isinstance(chunk, dict):
                            raise ValueError("not an object")
                        put(chunk)
            put(None)
        except Exception as error:
            put(self._in_words(error))

    def _check(self, response: httpx.Response) -> None:
        """Raise EngineError where the server did not answer as asked."""
        status = response.status_code
        if status == httpx.codes.OK:
            return
        path = response.request.url.path
        log.warning("%s answered %s with %d: %s", self.name, path, status, response.text[:TOLD])
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise EngineError(
                f"The engine at {self.host} does not accept the key: set GLASSBOX_ENGINE_KEY to the right one."
            )
        if status == httpx.codes.NOT_FOUND:
            raise EngineError(f"The engine at {self.host} has no {path}: it is not a server of OpenAI's completions.")
        if status in (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY):
            raise EngineRefused(f"The engine at {self.host} refused a request: {_message(response)}")
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise EngineError(f"The engine at {self.host} has too much to do. Try again in a minute.")
        raise EngineError(f"The engine at {self.host} failed: it answered {status}.")

    def _in_words(self, error: Exception) -> EngineError:
        if isinstance(error, EngineError):
            return error
        log.warning("%s: %s", self.name, type(error).__name__)
        match error:
            case httpx.ConnectError():
                return EngineError(
                    f"The engine at {self.host} cannot be reached: start it again, or this server without --engine-url."
                )
            case httpx.ConnectTimeout():
                return EngineError(f"The engine at {self.host} did not take a connection within {CONNECT:.0f} s.")
            case TimeoutError():
                return EngineError(f"The engine at {self.host} stopped sending: nothing came for {self.stall:.0f} s.")
            case ValueError():
                return EngineError(
                    f"The engine at {self.host} sent what cannot be read: it is not a server of OpenAI's completions."
                )
            case httpx.HTTPError():
                return EngineError(f"The engine at {self.host} broke off its answer: what came so far stays.")
        log.error("a request to the engine failed", exc_info=error)
        return EngineError(f"The engine at {self.host} could not be asked.")


class Streams:
    """Streamed answers as they arrive, each with a number; see `Client.streams`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, read: Callable[[Mapping[str, Any], Callable[..., None]], Any]
    ) -> None:
        self._loop = loop
        self._read = read
        self._arrived: SimpleQueue[Arrived] = SimpleQueue()
        self._running: dict[int, Future[None]] = {}

    def open(self, number: int, body: Mapping[str, Any]) -> None:
        """Ask for a further answer."""
        reading = self._read(body, lambda chunk: self._arrived.put((number, chunk)))
        self._running[number] = asyncio.run_coroutine_threadsafe(reading, self._loop)

    def get(self, seconds: float | None) -> Arrived | None:
        """What arrives next, None where nothing does within so many seconds."""
        try:
            return self._arrived.get(timeout=seconds)
        except Empty:
            return None

    def end(self, number: int) -> None:
        """Close the connection of one answer; what arrived of it may still be in line."""
        self._running.pop(number).cancel()

    def close(self) -> None:
        """Close all connections."""
        for number in list(self._running):
            self.end(number)


@functools.cache
def _running_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="engine at a URL", daemon=True).start()
    return loop


def _close(loop: asyncio.AbstractEventLoop, http: httpx.AsyncClient) -> None:
    asyncio.run_coroutine_threadsafe(http.aclose(), loop)


def _message(response: httpx.Response) -> str:
    """What the server says of an error, shortened: OpenAI's form, or the text."""
    try:
        told = response.json()["error"]
        words = told["message"] if isinstance(told, dict) else told
    except (ValueError, KeyError, TypeError):
        words = response.text
    words = " ".join(str(words).split())
    return words[:TOLD] + ("…" if len(words) > TOLD else "")
