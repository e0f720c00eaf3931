"""The page's side: sends calls of adapters to replicas, as requests to Ray Serve's proxy.

It needs neither Ray nor a machine of the cluster, and whatever happens there, this process lives on. Cancelling a call
closes its connection, and the replica stops computing.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from models.engines.remote.client import running_loop
from models.engines.remote.streams import EngineError, Streams
from models.runtime import tracing
from models.runtime.cache import ModelCache
from models.runtime.cache_status import CacheStatus
from models.runtime.progress import Report, Stage
from replicas.routes import DIRECTORY, task_of
from replicas.statuses import Statuses
from replicas.wire import Beat, Call, Done, Failure, Frames, Result, Unreadable, packed

# Timeouts in seconds: to connect or to look up a path, and between two frames of a reply; see `answering.BEAT`.
CONNECT = 5.0
STALL = 30.0
# How often, in seconds, a waiting call checks whether it was cancelled, and whether there are replicas at all.
PATIENCE = 0.25
GLANCE = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Running:
    """What the directory has: the path of each task, and how many replicas run at each path."""

    routes: Mapping[str, str]
    running: Mapping[str, int]


class Replicas:
    """The replicas behind the address `url`.

    A call that has no result after so many `seconds` ends with an error; one that has is cut off there with the newest,
    since a wait for a replica is not counted by the replica.
    """

    def __init__(self, url: str, cache: ModelCache, seconds: float, stall: float = STALL) -> None:
        address = httpx.URL(url.rstrip("/"))
        self.host = address.netloc.decode()
        self.seconds = seconds
        self.stall = stall
        self._cache = cache
        self._loop = running_loop()
        self._http = httpx.AsyncClient(
            base_url=address,
            timeout=httpx.Timeout(None, connect=CONNECT),
            # A connection that was kept may be closed at any time, and no call is sent twice.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        self._statuses = Statuses()
        self._routes: Mapping[str, str] = {}

    def status(self) -> CacheStatus:
        """The sum of the last statuses of the replicas, which each sends at the end of a call."""
        return self._statuses.total()

    def stream(self, adapter: object, method: str, arguments: Mapping[str, Any], report: Report) -> Iterator[Any]:
        """The results of a method as they come. Raises what it raises there, and EngineError."""
        task = task_of(method)
        stage = Stage("Waiting for", "a replica")
        end = time.monotonic() + self.seconds
        results = 0
        streams = Streams(self._loop, self._read)
        try:
            call = packed(Call(adapter, method, dict(arguments)))
            streams.open(0, {"task": task, "call": call, "headers": tracing.headers()})
            while True:
                report(stage)
                arrived = streams.get(PATIENCE)
                if arrived is None:
                    if time.monotonic() > end and results:
                        return
                    if time.monotonic() > end:
                        raise EngineError(f"No replica at {self.host} answered within {self.seconds:.0f} s.")
                    continue
                match arrived[1]:
                    case None:
                        raise EngineError(f"The replica at {self.host} broke off its answer. Try again.")
                    case Exception() as error:
                        raise error
                    case {"frame": Stage() as stage}:
                        pass
                    case {"frame": Result(value)}:
                        results += 1
                        yield value
                    case {"frame": Failure() as failure}:
                        raise failure.error()
                    case {"frame": Done(replica, status)}:
                        self._statuses.keep(replica, status)
                        return
        finally:
            streams.close()

    async def _read(self, body: Mapping[str, Any], put: Callable[[Any], None]) -> None:
        """Send a call, and put what comes as it comes; ends with None or an EngineError."""
        try:
            watch = asyncio.current_task()
            assert watch is not None
            route = self._routes.get(body["task"]) or await self._route(body["task"])
            glancing = asyncio.create_task(self._glance(body["task"], route, watch))
            try:
                async with self._http.stream("POST", route, content=body["call"], headers=body["headers"]) as response:
                    await self._frames(response, put, glancing)
            finally:
                glancing.cancel()
            put(None)
        except asyncio.CancelledError as cancelled:
            if not cancelled.args:
                raise
            put(cancelled.args[0])
        except Exception as error:
            put(self._describe(error))

    async def _frames(
        self, response: httpx.Response, put: Callable[[Any], None], glancing: "asyncio.Task[None]"
    ) -> None:
        if response.status_code != httpx.codes.OK:
            await response.aread()
            log.warning("%s answered %d: %s", self.host, response.status_code, response.text[:200])
            if response.status_code == httpx.codes.NOT_FOUND:
                # Another way leads there since this page asked.
                self._routes = {}
            if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                raise EngineError(f"The replicas at {self.host} are overloaded. Try again in a minute.")
            raise EngineError(f"The replica at {self.host} failed. Try again.")
        frames = Frames(self._cache)
        async with asyncio.timeout(None) as limit:
            async for data in response.aiter_raw():
                glancing.cancel()
                limit.reschedule(self._loop.time() + self.stall)
                for frame in frames.feed(data):
                    if not isinstance(frame, Beat):
                        put({"frame": frame})

    async def _glance(self, task: str, route: str, waiting: "asyncio.Task[Any]") -> None:
        """End the wait for a first frame once no replica runs: Ray Serve would keep the call until there is one."""
        while True:
            await asyncio.sleep(GLANCE)
            try:
                running = (await self._directory()).running
            except EngineError as error:
                log.info("%s", error)
                continue
            if not running.get(route, 0):
                waiting.cancel(EngineError(f"No replica for {task} is running at {self.host}. Try again in a minute."))
                return

    async def _route(self, task: str) -> str:
        self._routes = (await self._directory()).routes
        if task not in self._routes:
            raise EngineError(f"No replica for {task} is configured at {self.host}.")
        return self._routes[task]

    async def _directory(self) -> _Running:
        try:
            async with asyncio.timeout(CONNECT):
                response = await self._http.get(DIRECTORY)
            response.raise_for_status()
            listed = json.loads(response.content)
            return _Running(dict(listed["routes"]), dict(listed["running"]))
        except Exception as error:
            raise self._describe(error) from error

    def _describe(self, error: Exception) -> EngineError:
        if isinstance(error, EngineError):
            return error
        log.warning("%s: %r", self.host, error)
        match error:
            case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.HTTPStatusError():
                return EngineError(f"The replicas at {self.host} cannot be reached. Try again in a minute.")
            case TimeoutError():
                return EngineError(f"The replica at {self.host} stopped answering. Try again.")
            case Unreadable() | ValueError() | KeyError() | TypeError():
                return EngineError(f"What is at {self.host} is no replica of this version.")
            case httpx.HTTPError():
                return EngineError(f"The replica at {self.host} broke off its answer. Try again.")
        log.error("a call failed", exc_info=error)
        return EngineError(f"The replicas at {self.host} could not be asked.")
