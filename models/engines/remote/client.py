"""HTTP client of an engine's server. Error messages name its host but never its key.

All requests run in one event loop, so that any of them can be cancelled at once: its connection is closed, and the
server stops computing.
"""

import asyncio
import functools
import json
import logging
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import httpx

from models.engines.remote.streams import Chunk, EngineError, EngineRefused, Streams

# Timeouts in seconds: to connect, and between two chunks of a response.
CONNECT = 5.0
STALL = 30.0
# At most so many characters of the server's own message are shown.
MESSAGE_LENGTH = 200

log = logging.getLogger(__name__)


class Client:
    """Sends requests to the server at `url`, which may end in `/v1`, each with `key`.

    `stall` is the timeout between two chunks of a response, in seconds.
    """

    def __init__(self, url: str, key: str = "", stall: float = STALL) -> None:
        address = httpx.URL(url.rstrip("/").removesuffix("/v1"))
        self.host = address.netloc.decode()
        self.stall = stall
        self._loop = running_loop()
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(None, connect=CONNECT),
            # Kept-alive connections may be closed by the server at any time, and a request must not be sent twice.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        weakref.finalize(self, _close, self._loop, self._http).atexit = False

    @property
    def name(self) -> str:
        """The name used in messages."""
        return f"The engine at {self.host}"

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Request `path`, posting `body` if given, and return the JSON of the response. Raises EngineError."""
        return asyncio.run_coroutine_threadsafe(self._ask(path, body), self._loop).result()

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[Chunk]:
        """Yield the chunks of a streamed response. Raises EngineError; closing the iterator closes the connection."""
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
    def streams(self, path: str) -> Iterator[Streams]:
        """Open several streamed responses of `path`; all connections are closed at the end of the block."""
        with closing(Streams(self._loop, functools.partial(self._stream, path))) as streams:
            yield streams

    async def _ask(self, path: str, body: Mapping[str, Any] | None) -> Any:
        try:
            async with asyncio.timeout(self.stall):
                response = await self._http.request("GET" if body is None else "POST", path, json=body)
            self._check(response)
            return response.json()
        except Exception as error:
            raise self._describe(error) from error

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
                    # Comments only keep the connection alive.
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
            put(self._describe(error))

    def _check(self, response: httpx.Response) -> None:
        """Raise EngineError for an unsuccessful response."""
        status = response.status_code
        if status == httpx.codes.OK:
            return
        path = response.request.url.path
        log.warning("%s answered %s with %d: %s", self.name, path, status, response.text[:MESSAGE_LENGTH])
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise EngineError(
                f"The engine at {self.host} does not accept the key: set GLASSBOX_ENGINE_KEY to the right one."
            )
        if status == httpx.codes.NOT_FOUND:
            raise EngineError(f"The engine at {self.host} has no {path}: it is not a server of OpenAI's completions.")
        if status in (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY):
            raise EngineRefused(f"The engine at {self.host} refused a request: {_message(response)}")
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise EngineError(f"The engine at {self.host} is overloaded. Try again in a minute.")
        raise EngineError(f"The engine at {self.host} failed: it answered {status}.")

    def _describe(self, error: Exception) -> EngineError:
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
                    f"The engine at {self.host} sent an unreadable reply: it is not a server of OpenAI's completions."
                )
            case httpx.HTTPError():
                return EngineError(f"The engine at {self.host} broke off its answer: what came so far stays.")
        log.error("a request to the engine failed", exc_info=error)
        return EngineError(f"The engine at {self.host} could not be asked.")


@functools.cache
def running_loop() -> asyncio.AbstractEventLoop:
    """The event loop of all connections, in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="engine at a URL", daemon=True).start()
    return loop


def _close(loop: asyncio.AbstractEventLoop, http: httpx.AsyncClient) -> None:
    asyncio.run_coroutine_threadsafe(http.aclose(), loop)


def _message(response: httpx.Response) -> str:
    """The error message of a response, shortened: in OpenAI's format, or the text."""
    try:
        error = response.json()["error"]
        words = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError):
        words = response.text
    words = " ".join(str(words).split())
    return words[:MESSAGE_LENGTH] + ("…" if len(words) > MESSAGE_LENGTH else "")
